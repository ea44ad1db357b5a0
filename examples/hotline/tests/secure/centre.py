"""A hotline with SIP over TCP and TLS and SRTP, and SIP by hand over TLS, TCP or UDP."""

import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HOST = "127.0.0.1"


def until(what, seconds=10):
    """Calls `what` until it gives something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def certificates(folder):
    """An authority, and a certificate of it for 127.0.0.1, as `openssl` makes them in five lines."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test")
    openssl("req", *curve, "-keyout", "key.pem", "-out", "asked", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", "asked", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "cert.pem", "-days", "2", "-extfile", "names")


class Centre:
    """`hotline serve` on ports from `base` on, which takes so many connections of one address by TCP, as
    many by TLS. Start it with `with`."""

    def __init__(self, base, srtp, gateway=None, per_address=40):
        self.udp, self.tls, self.tcp = base, base + 1, base + 2
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hotline-secure-"))
        # Whoever else uses the certificates may be another user.
        self.folder.chmod(0o755)
        certificates(self.folder)
        limits = f"max-connections = 40\nmax-connections-per-address = {per_address}"
        streams = f"""[tcp]
listen = "{HOST}:{self.tcp}"
{limits}

[tls]
listen = "{HOST}:{self.tls}"
certificate = "cert.pem"
key = "key.pem"
ca = "ca.pem"
{limits}

[rtp]
srtp = "{srtp}\""""
        text = (HERE.parent / "hotline.toml").read_text()
        if gateway:
            text = text.replace("[rtp]", f'gateway = "{gateway}"\n\n[rtp]')
        for name, value in {
            "[rtp]": streams,
            "{sip}": f"{HOST}:{self.udp}",
            "{rtp}": f"{base + 100}-{base + 299}",
            "{prompts}": str(TARGET / "tmp/prompts"),
            "{flows}": str(HERE.parent / "flows"),
        }.items():
            text = text.replace(name, value)
        (self.folder / "hotline.toml").write_text(text)

    def __enter__(self):
        environment = {**os.environ, "RUST_LOG": "hotline=debug,rsipstack=info"}
        with open(self.folder / "stdout", "wb") as output, open(self.folder / "stderr", "wb") as errors:
            self.process = subprocess.Popen(
                [TARGET / "debug/hotline", "serve", "--drain", "1", "--config", self.folder / "hotline.toml"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment)
        until(lambda: "ready" in self.said() or self.process.poll() is not None, 60)
        assert self.process.poll() is None, self.log()
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        log = self.log()
        if kind is None:
            assert code == 0, f"it ended with {code}\n{log[-4000:]}"
            assert "panicked" not in log, log[-4000:]
            # Every message was traced, and no key is in it.
            assert "a=crypto" not in log or "inline:***" in log, "no keys were traced at all"
            assert not re.search(r"inline:[A-Za-z0-9+/]", log), "a key is in the log"
            shutil.rmtree(self.folder)

    def said(self):
        return (self.folder / "stdout").read_text(errors="replace")

    def log(self):
        return (self.folder / "stderr").read_text(errors="replace")

    def live(self):
        """What it holds: calls, legs, ports, files, tasks."""
        before = self.said().count("live:")
        self.process.send_signal(signal.SIGUSR1)
        until(lambda: self.said().count("live:") > before)
        line = [line for line in self.said().splitlines() if line.startswith("live:")][-1]
        return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)}

    def idle(self):
        until(lambda: not any(self.live().values()), 40)

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.folder}/data/hotline.db?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def recordings(self):
        """What is written beside each recording, with its path, once it is complete."""
        found = []
        for path in sorted((self.folder / "data/recordings").rglob("*.json")):
            found.append((path.with_suffix(".wav"), json.loads(path.read_text())))
        return found

    def resident(self):
        """Memory in MiB, and open files."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024
        return memory, len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Phone:
    """SIP by hand from one socket, `by` TLS, TCP or UDP; its system holds `room` bytes that it has not
    read. Whoever comes `of` another address is another far end."""

    def __init__(self, centre, by="TLS", room=None, of=HOST):
        self.centre, self.by = centre, by
        kind = socket.SOCK_DGRAM if by == "UDP" else socket.SOCK_STREAM
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.settimeout(10)
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.bind((of, 0))
        self.socket.connect((HOST, {"UDP": centre.udp, "TCP": centre.tcp, "TLS": centre.tls}[by]))
        if by == "TLS":
            context = ssl.create_default_context(cafile=centre.folder / "ca.pem")
            self.socket = context.wrap_socket(self.socket, server_hostname=HOST)
        self.port = self.socket.getsockname()[1]
        self.rest, self.tag, self.seq, self.refused = b"", {}, {}, set()

    def close(self):
        self.socket.close()

    def request(self, method, call, body="", **headers):
        """Sends a request of a dialog, which it may begin."""
        seq = self.seq[call] = self.seq.get(call, 0) + (method != "ACK")
        # The ACK of a refusal belongs to the INVITE's own transaction.
        of = "INVITE" if method == "ACK" and call in self.refused else method
        to = "".join(f";tag={tag}" for tag in [self.tag.get(call)] if tag)
        lines = [
            f"{method} sip:100@{HOST} SIP/2.0",
            f"Via: SIP/2.0/{self.by} {HOST}:{self.port};branch=z9hG4bK-{call}-{of}-{seq};rport",
            "Max-Forwards: 70", f"From: <sip:phone@{HOST}>;tag={call}", f"To: <sip:100@{HOST}>{to}",
            f"Call-ID: {call}", f"CSeq: {seq} {method}",
            f"Contact: <sip:phone@{HOST}:{self.port};transport={self.by.lower()}>",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}", "", body]
        self.socket.sendall("\r\n".join(lines).encode())

    def message(self, seconds):
        """The next message, whole: its first line, headers, body."""
        self.socket.settimeout(seconds)
        while True:
            head, found, rest = self.rest.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^Content-Length: *(\d+)", head)
            size = int(length[1]) if length else 0
            if found and len(rest) >= size:
                self.rest = rest[size:]
                return head.decode() + "\r\n\r\n" + rest[:size].decode()
            data = self.socket.recv(65536)
            assert data, "the connection was closed"
            self.rest += data

    def final(self, method, call):
        """The final response to a request: its code and the whole of it."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            text = self.message(10)
            code = re.match(r"SIP/2.0 ([2-6]\d\d)", text)
            if code and f"Call-ID: {call}\r" in text and re.search(rf"CSeq: \d+ {method}", text):
                if tag := re.search(r"(?m)^To: .*;tag=([^\s;]+)", text):
                    self.tag[call] = tag[1]
                return int(code[1]), text
        raise AssertionError(f"no final response to {method}")

    def ask(self, method, call, body="", **headers):
        begins = call not in self.tag
        self.request(method, call, body, **headers)
        code, text = self.final(method, call)
        if method == "INVITE":
            (self.refused.add if code >= 300 else self.refused.discard)(call)
            self.request("ACK", call)
        if begins and code >= 300:
            del self.tag[call]
        return code, text


class Agent(Phone):
    """The phone of an agent, which proves by its password what it asks."""

    def __init__(self, centre, user, password, scheme="sip", by="TLS"):
        super().__init__(centre, by)
        self.user, self.password = user, password
        self.contact = f"{scheme}:{user}@{HOST}:{self.port};transport={by.lower()}"

    @classmethod
    def connected_to(cls, listener, contact):
        """A server that is found at `contact`, once the centre has connected to it."""
        server = cls.__new__(cls)
        server.socket, server.rest, server.contact = listener.accept()[0], b"", contact
        return server

    def prove(self, method, to, body=""):
        """Sends a request, and again with what proves it: the final response."""
        call, uri = f"{method}-{self.port}", f"sip:{to}@{HOST}" if to else f"sip:{HOST}"
        code, text, proof = 401, "", ""
        for seq in (1, 2):
            if text:
                realm, nonce = (re.search(rf'{name}="([^"]*)"', text)[1] for name in ("realm", "nonce"))
                md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
                first, second = md5(f"{self.user}:{realm}:{self.password}"), md5(f"{method}:{uri}")
                response = md5(f"{first}:{nonce}:00000001:c:auth:{second}")
                proof = (f'Authorization: Digest username="{self.user}", realm="{realm}", nonce="{nonce}", '
                         f'uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"\r\n')
            self.socket.sendall((
                f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{self.by} {HOST}:{self.port};branch=z9hG4bK-{call}-{seq};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:{self.user}@{HOST}>;tag={call}\r\n"
                f"To: <sip:{to or self.user}@{HOST}>\r\n"
                f"Call-ID: {call}\r\nCSeq: {seq} {method}\r\nContact: <{self.contact}>\r\n{proof}"
                f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
            code, text = self.final(method, call)
        return code, text

    def answer(self, request, code, body=""):
        """Answers a request that came."""
        kept = "".join(re.findall(r"(?m)^(?:Via|From|Call-ID|CSeq): .*\r\n", request))
        to = re.search(r"(?m)^To: (.*)\r$", request)[1]
        tag = "" if ";tag=" in to else ";tag=phone"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.socket.sendall(
            f"SIP/2.0 {code}\r\n{kept}To: {to}{tag}\r\nContact: <{self.contact}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode())


def key(suite="AES_CM_128_HMAC_SHA1_80"):
    return base64.b64encode(os.urandom(28 if suite.startswith("AEAD") else 30)).decode()


def offer(port, proto="RTP/SAVP", keys=(), direction="sendrecv"):
    """A session description; `keys` are (tag, suite, key)."""
    lines = ["v=0", f"o=- 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0",
             f"m=audio {port} {proto} 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000",
             *(f"a=crypto:{tag} {suite} inline:{key}" for tag, suite, key in keys), f"a={direction}", ""]
    return "\r\n".join(lines)


def crypto(text):
    """Tag, suite and key of an answer's only key line; its port."""
    found = re.findall(r"a=crypto:(\d+) (\w+) inline:([^\s|]+)", text)
    assert len(found) == 1, text
    return (*found[0], int(re.search(r"m=audio (\d+)", text)[1]))
