"""A private FreeSWITCH on loopback, run as an ordinary user."""

import collections
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "pbx-common/test"))
from callers import NOBODY, wait_for  # noqa: E402

MODULES = """mod_logfile mod_commands mod_dptools mod_dialplan_xml mod_event_socket mod_sofia
mod_sndfile mod_tone_stream mod_loopback""".split()


def params(**values):
    return "".join(f'<param name="{key.replace("_", "-")}" value="{value}"/>' for key, value in values.items())


def settings(name, **values):
    return f'<configuration name="{name}"><settings>{params(**values)}</settings></configuration>'


class FreeSwitch:
    """One instance in a directory of its own. Start it with `with`.

    `configuration` gives the XML of further configurations, `dialplan` that of the context default;
    both may be other ones at each reloadxml.
    """

    def __init__(self, directory, prefix, modules, sip=15070, events=18021):
        self.dir, self.prefix = pathlib.Path(directory), pathlib.Path(prefix)
        self.sip, self.port = sip, events
        shutil.rmtree(self.dir, ignore_errors=True)
        for name in "conf log run db recordings scripts temp mod".split():
            (self.dir / name).mkdir(parents=True)
        found = next(path for path in (self.prefix / "lib/freeswitch/mod", self.prefix / "mod")
                     if path.is_dir())
        for file in found.glob("*.so"):
            (self.dir / "mod" / file.name).symlink_to(file)
        for file in modules:
            (self.dir / "mod" / pathlib.Path(file).name).unlink(missing_ok=True)
            shutil.copy(file, self.dir / "mod")
        self.modules = list(MODULES)
        self.configuration, self.dialplan = "", ""
        self.switch = {}  # further parameters of switch.conf

    def write(self):
        """The whole configuration is one file."""
        modules = "".join(f'<load module="{module}"/>' for module in self.modules)
        profile = params(**{
            "sip-ip": "127.0.0.1", "rtp-ip": "127.0.0.1", "sip-port": self.sip, "context": "default",
            "dialplan": "XML", "auth-calls": "false", "codec-prefs": "PCMA", "dtmf-type": "rfc2833",
            "rfc2833-pt": 101, "rtp-timer-name": "soft", "manage-presence": "false",
            "enable-timer": "false", "inbound-codec-negotiation": "generous"})
        text = (
            f'<configuration name="modules.conf"><modules>{modules}</modules></configuration>'
            + settings("event_socket.conf", **{"listen-ip": "127.0.0.1", "listen-port": self.port,
                                               "password": "ClueCon"})
            + settings("switch.conf", **{
                "max-sessions": 3000, "sessions-per-second": 500, "loglevel": "notice",
                "rtp-start-port": 30000, "rtp-end-port": 33998, **self.switch})
            + '<configuration name="logfile.conf"><settings/><profiles><profile name="default"><settings>'
            + params(logfile=self.dir / "log/full") + '</settings><mappings><map name="all" '
            'value="notice,warning,err,crit,alert"/></mappings></profile></profiles></configuration>'
            + '<configuration name="sofia.conf"><profiles><profile name="lab"><settings>' + profile
            + "</settings></profile></profiles></configuration>")
        (self.dir / "conf/freeswitch.xml").write_text(
            '<?xml version="1.0"?>\n<document type="freeswitch/xml">'
            f'<section name="configuration">{text}{self.configuration}</section>'
            f'<section name="dialplan"><context name="default">{self.dialplan}</context></section>'
            "</document>\n")

    def __enter__(self):
        self.write()
        binary = next(path for path in (self.prefix / "bin/freeswitch", pathlib.Path("/usr/bin/freeswitch"))
                      if path.exists())
        as_user = {}
        if os.geteuid() == 0:
            for path, _, files in os.walk(self.dir):
                os.chown(path, NOBODY, NOBODY)
                for file in files:
                    os.chown(os.path.join(path, file), NOBODY, NOBODY, follow_symlinks=False)
            as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        directories = [("conf", "conf"), ("log", "log"), ("run", "run"), ("db", "db"), ("mod", "mod"),
                       ("scripts", "scripts"), ("temp", "temp"), ("recordings", "recordings")]
        command = [str(binary), "-nf", "-nc", "-np", "-nonat"]
        for option, name in directories:
            command += [f"-{option}", str(self.dir / name)]
        with open(self.dir / "console", "wb") as console:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console,
                                            stderr=subprocess.STDOUT, cwd=self.dir, **as_user)
        if not wait_for(self.ready, 150, 0.2):
            self.process.kill()
            self.process.wait()
            raise RuntimeError("FreeSWITCH did not start:\n" + (self.dir / "console").read_text()[-3000:]
                               + self.log()[-3000:])
        return self

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("FreeSWITCH ended:\n" + (self.dir / "console").read_text()[-3000:])
        try:
            with EventSocket(self.port) as events:
                return "ready" in events.api("status") and "RUNNING" in events.api("sofia status")
        except OSError:
            return False

    def __exit__(self, *_):
        try:
            with EventSocket(self.port) as events:
                events.api("fsctl shutdown now")  # ends the connection, and so answers nothing
        except OSError:
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self):
        path = self.dir / "log/full"
        return path.read_text(errors="replace") if path.exists() else ""


class EventSocket:
    """mod_event_socket: commands, and events as dictionaries."""

    def __init__(self, port, events=""):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.rest, self.events, self.answers = b"", [], collections.deque()
        self.command("auth ClueCon")
        if events:
            self.command(f"event plain {events}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def command(self, text):
        self.socket.sendall((text + "\n\n").encode())
        wait_for(lambda: self.read(0.2) or self.answers, 30, 0)
        return self.answers.popleft() if self.answers else ""

    def api(self, text):
        return self.command("api " + text)

    def read(self, seconds):
        """Reads what has come by then."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            data = self.socket.recv(1 << 20)
        except (TimeoutError, socket.timeout):
            return
        if not data:
            raise ConnectionError("FreeSWITCH has closed the connection")
        self.rest += data
        while b"\n\n" in self.rest:
            head, body = self.rest.split(b"\n\n", 1)
            fields = self.fields(head)
            size = int(fields.get("Content-Length", 0))
            if len(body) < size:
                return
            self.rest = body[size:]
            text = body[:size].decode(errors="replace")
            kind = fields.get("Content-Type")
            if kind == "text/event-plain":
                event = self.fields(text.encode())
                event["at"] = int(event["Event-Date-Timestamp"]) / 1e6
                self.events.append(event)
            elif kind in ("api/response", "command/reply"):
                self.answers.append(text or fields.get("Reply-Text", ""))

    @staticmethod
    def fields(block):
        lines = block.decode(errors="replace").split("\n")
        return {key: urllib.parse.unquote(value) for key, _, value in
                (line.partition(": ") for line in lines) if key}

    def wait(self, test, seconds, since=0):
        """The first event, kept (from `since` on) or to come, that passes the test."""
        seen = since

        def look():
            nonlocal seen
            for event in self.events[seen:]:
                seen += 1
                if test(event):
                    return event
            return self.read(0.1)

        return wait_for(look, seconds, 0)
