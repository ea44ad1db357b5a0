#!/usr/bin/env python3
"""browser.py REC CHROMIUM : what `rec` exports plays in a browser.

A page fetches each format, has it decoded and tells what it heard: of WAV and FLAC every sample is as
it was, of Ogg Opus the channels and the length are, and the sound is alike."""

import functools
import http.server
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading

RATE, SECONDS = 8000, 2
PAGE = """<script>(async () => {
  for (const file of ["call.wav", "call.flac", "call.opus"]) {
    let said = {file};
    try {
      const bytes = await (await fetch(file)).arrayBuffer();
      const sound = await new OfflineAudioContext(2, 1, 8000).decodeAudioData(bytes);
      said.channels = Array.from({length: sound.numberOfChannels}, (_, n) =>
        Array.from(sound.getChannelData(n), x => Math.round(x * 32768)));
      const player = new Audio(file);
      said.plays = await new Promise(tell => {
        player.oncanplaythrough = () => tell(player.duration);
        player.onerror = () => tell(player.error.message);
        player.load();
      });
    } catch (error) { said.error = String(error); }
    await fetch("/heard", {method: "POST", body: JSON.stringify(said)});
  }
})()</script>"""


def sweep(sign):
    """Two seconds from 300 Hz up, as 16-bit samples."""
    phase, samples = 0.0, []
    for i in range(RATE * SECONDS):
        phase += math.tau * (300 + i * 0.15) / RATE
        samples.append(int(math.sin(phase) * 8000) * sign)
    return samples


def alike(a, b):
    """Of two sounds, away from their ends and a few samples apart: 1 if one is the other, louder."""
    best = 0
    for lag in range(-2, 3):
        pairs = [(x, b[i + lag]) for i, x in enumerate(a[:-100]) if i >= 100]
        product = sum(x * y for x, y in pairs)
        best = max(best, product / math.sqrt(sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs)))
    return best


class Listener(http.server.SimpleHTTPRequestHandler):
    heard, done = [], threading.Event()

    def do_POST(self):
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        if len(self.heard) == 3:
            self.done.set()

    def log_message(self, *_):
        pass


def main(rec, browser):
    parties = [sweep(1), sweep(-1)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        for n, samples in enumerate(parties):
            (path / f"{n}.sln").write_bytes(struct.pack(f"<{len(samples)}h", *samples))
        subprocess.run([rec, "import", "call.tlr", "0.sln", "1.sln"], cwd=path, check=True)
        for name in "call.wav", "call.flac", "call.opus":
            subprocess.run([rec, "export", "call.tlr", name], cwd=path, check=True)
        (path / "page.html").write_text(PAGE)
        handler = functools.partial(Listener, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu",
                   f"--user-data-dir={folder}/profile",
                   f"http://127.0.0.1:{server.server_port}/page.html"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert Listener.done.wait(120), "the browser told nothing"
        finally:
            process.terminate()
            process.wait()
            server.shutdown()
    for said in Listener.heard:
        file = said["file"]
        assert "error" not in said and abs(said["plays"] - SECONDS) < 0.01, (file, said.get("error"))
        assert [len(heard) for heard in said["channels"]] == [RATE * SECONDS] * 2, file
        if file.endswith(".opus"):
            likeness = min(map(alike, said["channels"], parties))
            assert likeness > 0.9, likeness
            print(f"{file}: plays, {likeness:.3f} alike")
        else:
            assert said["channels"] == parties, file
            print(f"{file}: plays, every sample as it was")


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2])
