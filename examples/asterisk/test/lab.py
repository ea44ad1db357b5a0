"""A private Asterisk on loopback, run as an ordinary user, and its manager interface."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "pbx-common/test"))
from callers import NOBODY, wait_for  # noqa: E402

# What calls need, in an order that lets each find what it builds on.
MODULES = """pbx_config res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb
res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_endpoint_identifier_user
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_anonymous res_pjsip_caller_id
res_pjsip_nat res_pjsip_rfc3326 res_pjsip_pubsub res_pjsip_authenticator_digest res_rtp_asterisk chan_pjsip codec_alaw codec_ulaw codec_gsm
format_pcm format_gsm format_wav format_sln res_musiconhold bridge_simple bridge_native_rtp
bridge_softmix bridge_builtin_features bridge_holding func_channel func_callerid func_logic
func_strings app_stack app_verbose app_playback app_dial app_originate app_echo""".split()


class Asterisk:
    """One instance in a directory of its own. Start it with `with`.

    `number`, from 0 to 10, tells those that run at the same time apart: their ports differ.
    """

    def __init__(self, directory, root, module=None, number=0):
        self.dir = pathlib.Path(directory)
        self.root = pathlib.Path(root).resolve()
        self.port, self.ami, self.rtp = 15060 + number, 15040 + number, 32500 + 1500 * number
        self.manager, self.asking = None, threading.Lock()
        for loader in self.root.glob("usr/lib*/ld-linux-*.so.*"):
            self.loader = loader
        for modules in self.root.glob("usr/lib/*/asterisk/modules"):
            self.library, self.module_dir = modules.parent.parent, modules
        shutil.rmtree(self.dir, ignore_errors=True)
        for name in "etc log run spool moh agi var/keys modules data/sounds".split():
            (self.dir / name).mkdir(parents=True)
        for file in self.module_dir.glob("*.so"):
            (self.dir / "modules" / file.name).symlink_to(file)
        for file in (self.root / "usr/share/asterisk").iterdir():
            if file.name not in ("sounds", "moh"):
                (self.dir / "data" / file.name).symlink_to(file)
        sounds = next((self.root / "usr/share/asterisk/sounds").glob("en*"))
        (self.dir / "data/sounds/en").symlink_to(sounds)
        if module:
            shutil.copy(module, self.dir / "modules/app_trunkline.so")
        self.modules = list(MODULES) + (["app_trunkline"] if module else [])
        self._common_files()

    def write(self, name, text):
        (self.dir / "etc" / name).write_text(text)

    def _common_files(self):
        d = self.dir
        self.write("asterisk.conf", f"""[directories]
astetcdir => {d}/etc
astmoddir => {d}/modules
astvarlibdir => {d}/var
astdbdir => {d}/var
astkeydir => {d}/var
astdatadir => {d}/data
astagidir => {d}/agi
astspooldir => {d}/spool
astrundir => {d}/run
astlogdir => {d}/log
[options]
verbose = 0
""")
        self.write("logger.conf", "[general]\nqueue_log = yes\n[logfiles]\n"
                   "console = notice,warning,error\nfull = notice,warning,error\n")
        self.write("rtp.conf", f"[general]\nrtpstart={self.rtp}\nrtpend={self.rtp + 1499}\nstrictrtp=no\n")
        self.write("manager.conf", f"[general]\nenabled = yes\nport = {self.ami}\n"
                   "timestampevents = yes\nbindaddr = 127.0.0.1\n"
                   "[lab]\nsecret = lab\nread = all\nwrite = all\n"
                   "writetimeout = 5000\n")
        # A moment of near silence: what is played matters to nobody here.
        (d / "moh/tone.ulaw").write_bytes(bytes([0x7F, 0xFF]) * 80000)
        self.write("musiconhold.conf", f"[default]\nmode=files\ndirectory={d}/moh\n")
        for name in ("cdr", "cel"):
            self.write(f"{name}.conf", "[general]\nenable=no\n")
        self.write("indications.conf", "[general]\ncountry=us\n[us]\nringcadence=2000,4000\n"
                   "description=United States\n"
                   "ring=440+480/2000,0/4000\n")
        for name in "ccss udptl features http queues stasis codecs".split():
            self.write(f"{name}.conf", "[general]\n")
        for name in "acl pjproject sorcery extconfig dnsmgr dsp cli cli_permissions".split():
            self.write(f"{name}.conf", "")

    def command(self):
        return [str(self.loader), "--library-path", str(self.library), "--argv0", "asterisk",
                str(self.root / "usr/sbin/asterisk"), "-C", str(self.dir / "etc/asterisk.conf")]

    def __enter__(self):
        self.write("modules.conf", "[modules]\nautoload = no\n" + "".join(
            f"load = {name}.so\n" for name in self.modules))
        as_user = {}
        if os.geteuid() == 0:
            for path, _, files in os.walk(self.dir):
                os.chown(path, NOBODY, NOBODY)
                for file in files:
                    os.chown(os.path.join(path, file), NOBODY, NOBODY, follow_symlinks=False)
            as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.console = open(self.dir / "console", "wb")
        self.process = subprocess.Popen(self.command() + ["-f", "-g"], stdout=self.console,
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        cwd=self.dir, **as_user)
        booted = wait_for(lambda: "fully booted" in self.cli("core waitfullybooted"), 60, 0.3)
        if not booted:
            self.process.kill()
            raise RuntimeError("Asterisk did not start:\n" + self.log()[-3000:])
        return self

    def __exit__(self, *_):
        if self.manager:
            self.manager.close()
            self.manager = None
        if self.process.poll() is None:
            self.cli("core stop now")
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
        self.console.close()

    def cli(self, command):
        """A command's output: by the manager interface, which costs no process, but for what that may not do."""
        if not command.startswith(("core stop", "core wait", "module load", "module unload")):
            with self.asking:
                self.manager = self.manager or Ami(self.ami, events=False)
                return self.manager.action("Command", Command=command).get("Output", "")
        done = subprocess.run(self.command() + ["-rx", command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
        return done.stdout.decode(errors="replace")

    def log(self):
        path = self.dir / "log/full"
        return path.read_text(errors="replace") if path.exists() else ""

    def errors(self, *expected):
        """What the log complains about, but for lines that have one of these words."""
        # chan_pjsip's, of a caller who left while its display was told who answered.
        expected += ("Session already DISCONNECTED",)
        return [line for line in self.log().splitlines() if re.search(r"\] (ERROR|WARNING)\[", line)
                and not any(words in line for words in expected)]

    def queue_log(self):
        path = self.dir / "log/queue_log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split("|") for line in lines]

    def channels(self):
        found = re.search(r"(\d+) active channel", self.cli("core show channels count"))
        return int(found[1]) if found else 0

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Ami:
    """A session of the manager interface; events are kept as dictionaries, with their time (of the day)."""

    def __init__(self, port, events=True):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.events, self.rest, self.responses = [], b"", {}
        self.count = 0
        self.action("Login", Username="lab", Secret="lab", Events="on" if events else "off")

    def send(self, name, **fields):
        self.count += 1
        text = f"Action: {name}\r\nActionID: {self.count}\r\n" + "".join(
            f"{key}: {value}\r\n" for key, value in fields.items())
        self.socket.sendall((text + "\r\n").encode())
        return str(self.count)

    def action(self, name, **fields):
        wanted = self.send(name, **fields)
        wait_for(lambda: self.read(0.05) and None or self.responses.get(wanted), 20, 0)
        return self.responses.get(wanted)

    def read(self, seconds):
        """Reads what has come by then."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            data = self.socket.recv(1 << 20)
        except (TimeoutError, socket.timeout):
            return
        *blocks, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for block in blocks:
            # An answer may end with more than one empty line, and the next one seem to begin with it.
            lines = block.decode(errors="replace").lstrip("\r\n").split("\r\n")
            fields = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in lines)
            if "Output" in fields:
                fields["Output"] = "".join(line[8:] + "\n" for line in lines if line.startswith("Output: "))
            # When it happened, not when it was read.
            fields["at"] = float(fields.pop("Timestamp", 0))
            if "Event" in fields:
                self.events.append(fields)
            elif "ActionID" in fields:
                self.responses[fields["ActionID"]] = fields

    def wait(self, test, seconds, since=0):
        """The first event, kept (from `since` on) or to come, that passes the test."""
        end, seen = time.monotonic() + seconds, since
        while True:
            for event in self.events[seen:]:
                seen += 1
                if test(event):
                    return event
            if time.monotonic() > end:
                return None
            self.read(0.1)

    def close(self):
        self.socket.close()

