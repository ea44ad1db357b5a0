"""Calls through mod_trunkline.so in a real FreeSWITCH of its own: loopback channels for callers and
agents, so nothing leaves the machine.

    test_calls.py PREFIX MODULE RECORDINGS [unittest's arguments]
"""

import collections
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

PREFIX, MODULE, RECORDINGS = sys.argv[1:4]
PORT = 18021

CROWD = [f"crowd{n:02}" for n in range(1, 25)]

MODULES = """mod_commands mod_dptools mod_dialplan_xml mod_loopback mod_event_socket mod_tone_stream
mod_logfile mod_trunkline""".split()

FLOW = """name: menu
languages: [en]
prompts:
  welcome:
    en: { file: "tone_stream://%(1500,0,440)" }
start: menu
nodes:
  menu:
    type: menu
    prompt: welcome
    options: { 1: crowd }
    first_digit: 5s
    on: { noinput: hangup, nomatch: hangup }
  crowd:
    type: queue
    queue: crowd
    max_wait: 1m
    on: { answered: hangup, timeout: hangup, full: hangup, unstaffed: hangup, failed: hangup }
"""

# Agents: what the far end of their phone does. Callers: what becomes of who calls an extension.
DIALPLAN = """
<extension name="answers"><condition field="destination_number" expression="^phone-">
  <action application="ring_ready"/><action application="sleep" data="200"/>
  <action application="answer"/><action application="playback" data="tone_stream://%(60000,0,600)"/>
</condition></extension>
<extension name="never"><condition field="destination_number" expression="^never$">
  <action application="ring_ready"/><action application="sleep" data="60000"/>
</condition></extension>
<extension name="busy"><condition field="destination_number" expression="^busy$">
  <action application="hangup" data="USER_BUSY"/>
</condition></extension>
<extension name="brief"><condition field="destination_number" expression="^brief$">
  <action application="answer"/><action application="sleep" data="700"/>
  <action application="hangup"/>
</condition></extension>
<extension name="queue"><condition field="destination_number" expression="^q-(.+)$">
  <action application="trunkline_queue" data="$1 0 *"/>
  <action application="log" data="NOTICE STATUS=${trunkline_status}"/>
</condition></extension>
<extension name="short"><condition field="destination_number" expression="^s-(.+)$">
  <action application="trunkline_queue" data="$1 2"/>
  <action application="log" data="NOTICE STATUS=${trunkline_status}"/>
</condition></extension>
<extension name="menu"><condition field="destination_number" expression="^menu$">
  <action application="answer"/><action application="trunkline_record"/>
  <action application="trunkline_ivr" data="menu"/>
</condition></extension>
"""


def params(**values):
    return "".join(f'<param name="{key}" value="{value}"/>' for key, value in values.items())


def queue(name, agents, **options):
    members = "".join(f'<param name="agent" value="{agent}"/>' for agent in agents)
    return f'<queue name="{name}">{params(**options)}{members}</queue>'


def trunkline_conf(flow, recordings):
    trio = ["ann", "bob", "cyd"]
    queues = queue("crowd", CROWD, strategy="longest-idle")
    queues += queue("linear", trio, strategy="linear") + queue("all", trio, strategy="ring-all")
    queues += queue("robin", trio, strategy="round-robin") + queue("paper", ["ann"], wrap_up="2")
    queues += queue("patience", ["never", "bob"], strategy="linear", ring_timeout="1")
    queues += queue("lonely", ["never"], ring_timeout="20")
    queues += queue("engaged", ["busy", "bob"], strategy="linear", busy_delay="5")
    queues += queue("short", ["brief"]) + queue("nobody", [], join_empty="logged-out")
    agents = "".join(f'<agent name="{name}">{params(phone=f"loopback/phone-{name}/default")}</agent>'
                     for name in CROWD + trio)
    agents += "".join(f'<agent name="{name}">{params(phone=f"loopback/{name}/default")}</agent>'
                      for name in ("never", "busy", "brief"))
    return (f'<configuration name="trunkline.conf"><settings>{params(recordings=recordings)}</settings>'
            f"<queues>{queues}</queues><agents>{agents}</agents>"
            f'<flows><flow name="menu">{params(file=flow)}</flow></flows></configuration>')


class EventSocket:
    """mod_event_socket: commands, and callcenter::info events as dictionaries."""

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT), 10)
        self.rest, self.events, self.answers = b"", [], collections.deque()
        self.command("auth ClueCon")
        self.command("event plain CUSTOM callcenter::info")

    def command(self, text):
        self.socket.sendall((text + "\n\n").encode())
        end = time.monotonic() + 30
        while not self.answers and time.monotonic() < end:
            self.read(0.2)
        return self.answers.popleft() if self.answers else ""

    def api(self, text):
        return self.command("api " + text)

    def read(self, seconds):
        self.socket.settimeout(max(seconds, 0.001))
        try:
            self.rest += self.socket.recv(1 << 20)
        except (TimeoutError, socket.timeout):
            pass
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
                self.events.append({**self.fields(text.encode()), "at": time.monotonic()})
            elif kind in ("api/response", "command/reply"):
                self.answers.append(text or fields.get("Reply-Text", ""))

    @staticmethod
    def fields(block):
        lines = block.decode(errors="replace").split("\n")
        return {key: urllib.parse.unquote(value) for key, _, value in
                (line.partition(": ") for line in lines) if key}


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-fs-")
        cls.dir = pathlib.Path(cls.work.name)
        for name in "conf log run db recordings scripts temp mod".split():
            (cls.dir / name).mkdir()
        cls.modules = next(path for path in (pathlib.Path(PREFIX) / "mod",
                                             pathlib.Path(PREFIX) / "lib/freeswitch/mod") if path.is_dir())
        for file in cls.modules.glob("*.so"):
            (cls.dir / "mod" / file.name).symlink_to(file)
        shutil.copy(MODULE, cls.dir / "mod/mod_trunkline.so")
        (cls.dir / "menu.yaml").write_text(FLOW)
        (cls.dir / "conf/freeswitch.xml").write_text(cls.configuration())
        binary = next(path for path in (pathlib.Path(PREFIX) / "bin/freeswitch",
                                        pathlib.Path("/usr/bin/freeswitch")) if path.exists())
        cls.process = subprocess.Popen(
            [str(binary), "-nf", "-nonat", "-nosql", "-np", "-c", *sum((
                [f"-{key}", str(cls.dir / name)] for key, name in (
                    ("conf", "conf"), ("log", "log"), ("run", "run"), ("db", "db"),
                    ("mod", "mod"), ("scripts", "scripts"), ("temp", "temp"),
                    ("recordings", "recordings"))), [])],
            stdin=subprocess.PIPE, stdout=open(cls.dir / "console", "wb"), stderr=subprocess.STDOUT)
        end = time.monotonic() + 60
        while True:
            try:
                cls.esl = EventSocket()
                break
            except OSError:
                if time.monotonic() > end or cls.process.poll() is not None:
                    raise RuntimeError((cls.dir / "console").read_text()[-3000:])
                time.sleep(0.3)
        print(cls.esl.api("version").strip(), flush=True)

    @classmethod
    def configuration(cls):
        def section(name, body, **attributes):
            attrs = "".join(f' {key}="{value}"' for key, value in attributes.items())
            return f'<{name}{attrs}>{body}</{name}>'

        def conf(name, body):
            return section("configuration", body, name=name)

        modules = "".join(f'<load module="{module}"/>' for module in MODULES)
        configuration = conf("modules.conf", f"<modules>{modules}</modules>") + conf(
            "event_socket.conf", "<settings>" + params(**{
                "listen-ip": "127.0.0.1", "listen-port": PORT, "password": "ClueCon"}) + "</settings>") + conf(
            "switch.conf", "<settings>" + params(**{
                "max-sessions": 2000, "sessions-per-second": 500, "loglevel": "warning",
                "1ms-timer": "true"}) + "</settings>") + conf(
            "logfile.conf", "<settings/><profiles><profile name=\"default\"><settings>" + params(
                logfile=cls.dir / "log/full") + '</settings><mappings><map name="all" '
            'value="notice,warning,err,crit,alert"/></mappings></profile></profiles>') + trunkline_conf(
            cls.dir / "menu.yaml", cls.dir / "recordings")
        dialplan = f'<context name="default">{DIALPLAN}</context>'
        return ('<?xml version="1.0"?>\n<document type="freeswitch/xml">'
                + section("section", configuration, name="configuration")
                + section("section", dialplan, name="dialplan") + "</document>\n")

    @classmethod
    def tearDownClass(cls):
        try:
            cls.esl.api("fsctl shutdown now")
            cls.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            cls.process.kill()
            cls.process.wait()
        cls.work.cleanup()

    def setUp(self):
        self.esl.read(0.05)
        self.esl.events.clear()
        self.told = len(self.statuses())

    def tearDown(self):
        self.assertTrue(self.until(lambda: "0 total" in self.esl.api("show channels"), 20),
                        self.esl.api("show channels"))
        self.assertTrue(self.until(lambda: not re.search(
            "ringing|talking|wrap-up", self.esl.api("trunkline show agents")), 10))

    def until(self, test, seconds):
        end = time.monotonic() + seconds
        while not test():
            if time.monotonic() > end:
                return False
            self.esl.read(0.1)
        return True

    def log(self):
        path = self.dir / "log/full"
        return path.read_text(errors="replace") if path.exists() else ""

    def statuses(self):
        return re.findall(r"STATUS=(\w*)", self.log())

    def status(self):
        self.until(lambda: len(self.statuses()) > self.told, 5)
        self.told = len(self.statuses())
        return self.statuses()[-1]

    def call(self, extension, seconds, keys=""):
        """A caller who hangs up after so many seconds."""
        uuid = self.esl.api("create_uuid").strip()
        far = f"&sleep({int(seconds * 1000)})"
        self.esl.command(f"bgapi originate {{origination_uuid={uuid},ignore_early_media=true,"
                         f"origination_caller_id_number=1380000}}loopback/{extension}/default {far}")
        if keys:
            self.until(lambda: False, 0.6)
            self.esl.api(f"uuid_send_dtmf {uuid} {keys}")
        return uuid

    def event(self, action, seconds=15, **fields):
        wanted = {f"CC-{key.replace('_', '-')}": value for key, value in fields.items()}
        found = []

        def look():
            found[:] = [event for event in self.esl.events if event.get("CC-Action") == action
                        and all(event.get(key) == value for key, value in wanted.items())]
            return bool(found)

        self.assertTrue(self.until(look, seconds), f"no {action} {fields} among {self.seen()}")
        return found[0]

    def seen(self):
        return [(event.get("CC-Action"), event.get("CC-Agent")) for event in self.esl.events]

    def agents(self, action):
        return [event["CC-Agent"] for event in self.esl.events if event.get("CC-Action") == action]

    # ---- tests ----

    def test_a_crowd_through_menu_and_queue_recorded(self):
        """200 calls at 10 a second, a reload now and then."""
        began = time.monotonic()
        waiting = collections.deque()
        for n in range(200):
            uuid = self.esl.api("create_uuid").strip()
            self.esl.command(f"bgapi originate {{origination_uuid={uuid}}}loopback/menu/default &sleep(4000)")
            waiting.append((time.monotonic() + 0.8, uuid))
            if n % 50 == 25:
                self.assertIn("+OK", self.esl.api("trunkline reload"))
            while waiting and waiting[0][0] < time.monotonic():
                self.esl.api(f"uuid_send_dtmf {waiting.popleft()[1]} 1")
            self.esl.read(max(0.001, began + (n + 1) / 10 - time.monotonic()))
        while waiting:
            self.until(lambda: waiting[0][0] < time.monotonic(), 2)
            self.esl.api(f"uuid_send_dtmf {waiting.popleft()[1]} 1")
        self.until(lambda: "0 total" in self.esl.api("show channels"), 30)
        self.assertEqual(self.seen().count(("member-queue-start", None)), 200)
        ends = [event for event in self.esl.events if event.get("CC-Action") == "member-queue-end"]
        self.assertEqual(len(ends), 200)
        self.assertGreater(len(self.agents("bridge-agent-start")), 190)
        self.assertEqual(sorted(self.agents("bridge-agent-start")), sorted(self.agents("bridge-agent-end")))
        self.assertEqual(set(self.agents("bridge-agent-start")), set(CROWD))
        files = sorted((self.dir / "recordings").glob("*.tlr"))
        self.assertEqual(len(files), 200)
        lines = subprocess.run([RECORDINGS, *map(str, files)], check=True,
                               stdout=subprocess.PIPE).stdout.decode().splitlines()
        both = 0
        for line in lines:
            finished, channels, caller, _, agent, agent_rms = map(int, line.split()[:6])
            self.assertEqual((finished, channels), (1, 2), line)
            self.assertGreater(caller, 8000, line)
            both += agent > 4000 and agent_rms > 100
        self.assertGreater(both, 190)

    def test_linear_goes_by_the_order(self):
        for n in range(3):
            self.call("q-linear", 1)
            self.until(lambda: len(self.agents("bridge-agent-end")) > n, 10)
        self.assertEqual(self.agents("bridge-agent-end"), ["ann", "ann", "ann"])

    def test_round_robin_goes_round(self):
        for n in range(4):
            self.call("q-robin", 1)
            self.until(lambda: len(self.agents("bridge-agent-end")) > n, 10)
        agents = self.agents("bridge-agent-end")
        self.assertEqual(sorted(agents[:3]), ["ann", "bob", "cyd"])
        self.assertEqual(agents[3], agents[0])

    def test_ring_all_rings_all_and_one_gets_it(self):
        self.call("q-all", 2)
        self.event("bridge-agent-end", Queue="all")
        self.assertEqual(set(self.agents("agent-offering")), {"ann", "bob", "cyd"})
        self.assertEqual(len(self.agents("bridge-agent-start")), 1)

    def test_wrap_up_is_kept(self):
        self.call("q-paper", 1.5)
        self.event("bridge-agent-start", Queue="paper")
        self.call("q-paper", 6)
        self.until(lambda: len(self.agents("agent-offering")) > 1, 10)
        ended = self.event("bridge-agent-end")["at"]
        again = [event for event in self.esl.events if event.get("CC-Action") == "agent-offering"][1]["at"]
        self.assertGreater(again - ended, 1.9)
        self.assertLess(again - ended, 2.6)

    def test_no_answer_goes_to_the_next(self):
        self.call("q-patience", 3)
        self.assertEqual(self.event("bridge-agent-fail")["CC-Hangup-Cause"], "NO_ANSWER")
        self.assertEqual(self.event("bridge-agent-start")["CC-Agent"], "bob")

    def test_a_caller_who_gives_up_while_a_phone_rings(self):
        self.call("q-lonely", 1.5)
        self.event("agent-offering", Agent="never")
        self.assertEqual(self.event("bridge-agent-fail")["CC-Hangup-Cause"], "ORIGINATOR_CANCEL")
        end = self.event("member-queue-end")
        self.assertEqual((end["CC-Cause"], end["CC-Cancel-Reason"]), ("Cancel", "BREAK_OUT"))

    def test_an_agent_who_hangs_up(self):
        self.call("q-short", 10)
        self.event("bridge-agent-end", Agent="brief")
        self.assertEqual(self.status(), "CONTINUE")

    def test_a_busy_phone_is_passed_over(self):
        self.call("q-engaged", 2)
        self.assertEqual(self.event("bridge-agent-fail")["CC-Hangup-Cause"], "USER_BUSY")
        self.assertEqual(self.event("bridge-agent-start")["CC-Agent"], "bob")

    def test_a_queue_without_agents_lets_nobody_in(self):
        self.call("q-nobody", 3)
        self.assertEqual(self.status(), "JOINEMPTY")
        self.call("q-there-is-none", 3)
        self.assertEqual(self.status(), "FAILED")

    def test_a_caller_who_waited_long_enough(self):
        self.call("s-lonely", 5)
        self.assertEqual(self.status(), "TIMEOUT")
        self.assertEqual(self.event("member-queue-end")["CC-Cancel-Reason"], "TIMEOUT")

    def test_a_caller_who_leaves_by_a_key(self):
        self.call("q-lonely", 5, keys="*")
        self.assertEqual(self.status(), "KEY")
        self.assertEqual(self.event("member-queue-end")["CC-Cancel-Reason"], "EXIT_WITH_KEY")

    def test_the_api(self):
        self.call("q-lonely", 2)
        self.event("agent-offering", Agent="never")
        self.assertRegex(self.esl.api("trunkline show queues"), r"lonely +longest-idle +1 +0")
        self.assertIn("1 phones ringing", self.esl.api("trunkline show explain"))
        self.assertIn("+OK", self.esl.api("trunkline pause ann lunch"))
        self.assertIn("paused: lunch", self.esl.api("trunkline show agents"))
        self.assertIn("+OK", self.esl.api("trunkline unpause ann"))
        self.assertIn("USAGE", self.esl.api("trunkline nonsense"))

    def test_unload_and_load_again(self):
        maps = pathlib.Path(f"/proc/{self.process.pid}/maps")
        for _ in range(3):
            self.assertIn("+OK", self.esl.api("unload mod_trunkline"))
            self.assertTrue(self.until(lambda: "mod_trunkline" not in maps.read_text(), 5))
            self.assertIn("+OK", self.esl.api("load mod_trunkline"))
        self.call("q-linear", 1)
        self.event("bridge-agent-end", Queue="linear")

    def test_zz_the_log_has_no_error(self):
        """Runs last, as tests go by name."""
        bad = [line for line in self.log().splitlines() if "mod_trunkline" in line or "Recording failed" in line
               if re.search(r"\[(ERR|CRIT|ALERT)\]", line)]
        self.assertEqual(bad, [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
