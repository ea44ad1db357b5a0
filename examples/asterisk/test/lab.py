"""A private Asterisk on loopback, run as an ordinary user, with sipp for callers and agents."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
NOBODY = 65534

# Modules that want a database, a sound card or a network of their own, none of which is here.
UNWANTED = """app_adsiprog app_jack app_voicemail_odbc cdr_adaptive_odbc cdr_odbc cdr_pgsql cdr_radius
cdr_tds cel_odbc cel_pgsql cel_radius cel_tds chan_alsa chan_console chan_iax2 chan_motif
chan_unistim pbx_dundi pbx_ael pbx_lua res_calendar res_config_ldap res_config_odbc res_config_pgsql
res_odbc res_phoneprov res_smdi res_snmp res_xmpp res_hep res_stun_monitor res_geolocation
app_voicemail app_voicemail_imap app_minivm app_page app_confbridge app_dictate app_festival
app_followme app_alarmreceiver app_sms app_test app_agent_pool res_prometheus res_statsd
res_ari res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states
res_ari_endpoints res_ari_events res_ari_mailboxes res_ari_model res_ari_playbacks
res_ari_recordings res_ari_sounds res_http_media_cache res_http_post res_phoneprov res_parking
res_pjsip_config_wizard res_pjsip_phoneprov_provider res_pjsip_geolocation res_fax res_fax_spandsp
res_speech res_aeap res_stir_shaken res_resolver_unbound res_rtp_multicast res_clialiases
chan_websocket res_websocket_client res_cdrel_custom cdr_custom cdr_csv cdr_manager
cdr_sqlite3_custom cel_custom cel_manager cel_sqlite3_custom cel_beanstalkd cdr_beanstalkd""".split()


def wait_for(what, seconds, every=0.05):
    """Calls `what` until it gives something true; None when the time is over."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > end:
            return got
        time.sleep(every)


class Asterisk:
    """One instance in a directory of its own. Start it with `with`."""

    def __init__(self, directory, root, module=None, port=5060, ami=5038):
        self.dir = pathlib.Path(directory)
        self.root = pathlib.Path(root)
        self.port, self.ami = port, ami
        self.library = self.root / "usr/lib/x86_64-linux-gnu"
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
        self.extra_unwanted = []
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
        self.write("rtp.conf", "[general]\nrtpstart=10000\nrtpend=14000\nstrictrtp=no\n")
        self.write("manager.conf", f"[general]\nenabled = yes\nport = {self.ami}\n"
                   "bindaddr = 127.0.0.1\n[lab]\nsecret = lab\nread = all\nwrite = all\n"
                   "writetimeout = 5000\n")
        # A moment of near silence: what is played matters to nobody here.
        (d / "moh/tone.ulaw").write_bytes(bytes([0x7F, 0xFF]) * 80000)
        self.write("musiconhold.conf", f"[default]\nmode=files\ndirectory={d}/moh\n")
        for name in ("cdr", "cel"):
            self.write(f"{name}.conf", "[general]\nenable=no\n")
        for name in ("ccss", "udptl", "features", "sorcery", "http", "indications", "acl", "dnsmgr",
                     "extconfig", "queues", "stasis", "pjsip_notify", "cli_permissions", "cli",
                     "users", "dsp", "codecs", "enum", "calendar", "say", "statsd"):
            self.write(f"{name}.conf", "[general]\n")

    def command(self):
        return [str(self.loader), "--library-path", str(self.library), "--argv0", "asterisk",
                str(self.root / "usr/sbin/asterisk"), "-C", str(self.dir / "etc/asterisk.conf")]

    def __enter__(self):
        self.write("modules.conf", "[modules]\nautoload = yes\npreload = pbx_config.so\n" + "".join(
            f"noload = {name}.so\n" for name in UNWANTED + self.extra_unwanted))
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
        if self.process.poll() is None:
            self.cli("core stop now")
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
        self.console.close()

    def cli(self, command):
        done = subprocess.run(self.command() + ["-rx", command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
        return done.stdout.decode(errors="replace")

    def log(self):
        path = self.dir / "log/full"
        return path.read_text(errors="replace") if path.exists() else ""

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
    """A session of the manager interface; events are kept as dictionaries with their time."""

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
        now = time.monotonic()
        *blocks, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
                          for line in block.decode(errors="replace").split("\r\n"))
            fields["at"] = now
            if "Event" in fields:
                self.events.append(fields)
            elif "ActionID" in fields:
                self.responses[fields["ActionID"]] = fields

    def wait(self, test, seconds):
        """The first event, kept or to come, that passes the test."""
        end, seen = time.monotonic() + seconds, 0
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


def sipp(scenario, *args, port, media, target=5060, log=None):
    """Starts sipp; its messages go nowhere, its exit code is what counts."""
    command = ["sipp", "-sf", str(HERE / "sip" / scenario), "-i", "127.0.0.1", "-mi", "127.0.0.1",
               "-p", str(port), "-mp", str(media), "-nostdin", *map(str, args)]
    if target:
        command.append(f"127.0.0.1:{target}")
    return subprocess.Popen(command, stdout=log or subprocess.DEVNULL,
                            stderr=subprocess.STDOUT if log else subprocess.DEVNULL)
