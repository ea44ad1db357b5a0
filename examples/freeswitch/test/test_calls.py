"""Real calls through mod_trunkline.so in a real FreeSWITCH: sipp callers, sipp agents, loopback only.

    test_calls.py PREFIX MODULE RECORDINGS [unittest's arguments]

PREFIX is where FreeSWITCH is installed, MODULE the mod_trunkline.so, RECORDINGS the program made of
../../pbx-common/recordings.c.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import wave

import office
import switch

import lab  # of the tests in Asterisk, beside which switch.py puts us
import scenarios

PREFIX, MODULE, RECORDINGS = sys.argv[1:4]
IMPORTER = pathlib.Path(__file__).resolve().parent.parent / "import-callcenter.py"

CROWD = [f"crowd{n:02}" for n in range(1, 25)]
TRIO = ["ann", "bob", "cyd"]
# Which sipp plays which agent; a pool of phones that behave alike is one sipp.
PHONES = {
    **{name: 18100 for name in CROWD},
    "ann": 18101, "bob": 18101, "cyd": 18101,  # answer after 200 ms, talk until hung up on
    "never": 18102,
    "busy": 18103,
    "brief": 18104,  # hangs up after 700 ms
    "slow": 18105,  # answers after 1200 ms
}
AGENTS = {18100: dict(ring=100), 18101: dict(ring=200), 18102: dict(never=True),
          18103: dict(ring=50, refuse="486 Busy Here"), 18104: dict(ring=200, talk=700), 18105: dict(ring=1200)}


def trunkline_conf(recordings, flows, small=("never",), wrap_up="0", strategy="linear"):
    queue = office.queue
    queues = queue("crowd", CROWD, strategy="longest-idle", wrap_up=wrap_up)
    queues += queue("linear", TRIO, strategy=strategy) + queue("all", TRIO, strategy="ring-all")
    queues += queue("robin", TRIO, strategy="round-robin") + queue("paper", ["ann"], wrap_up="2")
    queues += queue("patience", ["never", "bob"], strategy="linear", ring_timeout="1")
    queues += queue("lonely", ["never"], ring_timeout="20") + queue("slowly", ["slow"])
    queues += queue("engaged", ["busy", "bob"], strategy="linear", busy_delay="5")
    queues += queue("short", ["brief"]) + queue("nobody", [], join_empty="logged-out")
    queues += queue("small", small, max_waiting="1", ring_timeout="20")
    queues += queue("lazy", ["never"], missed_limit="1", ring_timeout="1")
    queues += queue("places", ["never"], ring_timeout="20", announce_first="0.5")
    queues += queue("ours", ["ann"], strategy="callcenter:longest-idle-agent")
    agents = "".join(office.agent(name, port) for name, port in PHONES.items())
    return office.configuration(
        queues, agents, office.flow("menu", file=f"{flows}/menu.yaml")
        + office.flow("desk", file=f"{flows}/desk.yaml", queries="expand"),
        recordings=recordings, seed=7,
        announcement="tone_stream://%(${trunkline_position}000,0,600)")


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-")
        work = pathlib.Path(cls.work.name)
        work.chmod(0o755)
        cls.scenarios = work / "sip"
        cls.scenarios.mkdir()
        (work / "menu.yaml").write_text(office.FLOW)
        (work / "desk.yaml").write_text(office.DESK)
        cls.pbx = switch.FreeSwitch(work / "freeswitch", PREFIX, [MODULE])
        cls.pbx.modules += ["mod_trunkline", "mod_callcenter"]
        cls.recordings = cls.pbx.dir / "recordings"
        cls.pbx.dialplan = office.DIALPLAN
        cls.pbx.configuration = cls.configuration()
        cls.pbx.__enter__()
        cls.esl = switch.EventSocket(cls.pbx.port, "CUSTOM callcenter::info")
        print(cls.esl.api("version").strip(), flush=True)
        cls.agents = {}
        for at, (port, what) in enumerate(AGENTS.items()):
            file = cls.scenarios / f"agent{port}.xml"
            file.write_text(scenarios.agent(**what))
            cls.agents[port] = lab.sipp(str(file), port=port, media=54000 + 1000 * at, target=None)
        cls.port = 18200

    @classmethod
    def configuration(cls, recordings="", **what):
        return trunkline_conf(recordings or cls.recordings, cls.work.name, **what) + office.callcenter(18101)

    @classmethod
    def tearDownClass(cls):
        for agent in cls.agents.values():
            agent.terminate()
            agent.wait()
        cls.esl.socket.close()
        cls.pbx.__exit__()
        cls.work.cleanup()

    def setUp(self):
        self.began = time.monotonic()
        self.esl.read(0.05)
        self.esl.events.clear()
        type(self).told = len(self.statuses())

    def tearDown(self):
        self.assertTrue(self.until(lambda: self.sessions() == 0, 10), self.esl.api("show channels"))
        # The next test finds every agent at rest.
        self.assertTrue(self.until(lambda: not re.search(
            "ringing|talking|wrap-up", self.esl.api("trunkline show agents")), 10))
        print(f"  {self.id().rsplit('.')[-1]}: {time.monotonic() - self.began:.1f} s", flush=True)

    # ---- callers ----

    def start(self, extension, *args, count=1, **what):
        """Callers of an extension; their sipp ends when the last of them has."""
        type(self).port += 2
        file = self.scenarios / f"caller{self.port}.xml"
        file.write_text(scenarios.caller(**what))
        return lab.sipp(str(file), "-s", extension, "-m", count, "-timeout", "90s", *args,
                        port=self.port, media=24000 + (self.port - 18200) * 20, target=self.pbx.sip)

    def call(self, extension, *args, **what):
        self.gone(self.start(extension, *args, **what))

    def gone(self, callers):
        """Waits for their end; events are read meanwhile."""
        while callers.poll() is None:
            self.esl.read(0.02)
        self.assertEqual(callers.returncode, 0)

    def hang_up(self, callers, *events):
        """Ends the calls these events are about."""
        for event in events:
            self.esl.api(f"uuid_kill {event['CC-Member-Session-UUID']}")
        self.gone(callers)

    def served(self, queue, count=1, extension=None):
        """Callers of a queue who stay until each talks to an agent. Gives the time when they hang up."""
        seen = len(self.esl.events)
        callers = self.start(extension or f"q-{queue}", "-r", 5, count=count)
        told = []
        for _ in range(count):
            told.append(self.event("bridge-agent-start", 30, since=seen, Queue=queue))
            seen = self.esl.events.index(told[-1]) + 1
        ended = time.time()
        self.hang_up(callers, *told)
        self.event("bridge-agent-end", since=seen, Queue=queue)
        return ended

    def until(self, test, seconds):
        return lab.wait_for(lambda: self.esl.read(0.02) or test(), seconds, 0)

    def sessions(self):
        return int(re.search(r"(\d+) session\(s\) - peak", self.esl.api("status"))[1])

    def event(self, action, seconds=20, since=0, **fields):
        wanted = {"CC-Action": action,
                  **{f"CC-{key.replace('_', '-')}": value for key, value in fields.items()}}
        found = self.esl.wait(lambda e: all(e.get(key) == value for key, value in wanted.items()), seconds, since)
        self.assertIsNotNone(found, f"no {wanted} among {self.seen()}")
        return found

    def seen(self):
        return [(e.get("CC-Action"), e.get("CC-Agent")) for e in self.esl.events][-40:]

    def of(self, action):
        self.esl.read(0.1)
        return [e for e in self.esl.events if e.get("CC-Action") == action]

    def agents_of(self, action):
        return [e["CC-Agent"] for e in self.of(action)]

    def statuses(self):
        return re.findall(r"STATUS=(\w*)", self.pbx.log())

    def status(self):
        """What became of the last caller: the logger is a thread of its own."""
        found = lab.wait_for(lambda: self.statuses()[self.told:], 5)
        type(self).told = len(self.statuses())
        return found and found[-1]

    def parked(self):
        return re.findall(r"PARKED days=(\d+) vip=(\w+)", self.pbx.log())

    def configure(self, esl=None, **what):
        """Another configuration, taken in."""
        esl = esl or self.esl
        self.pbx.configuration = self.configuration(**what)
        self.pbx.write()
        self.assertIn("+OK", esl.api("reloadxml"))
        return esl.api("trunkline reload")

    # ---- tests ----

    def test_a_crowd_through_menu_and_queue_recorded(self):
        """200 calls at 10 a second; a reload and a refused unload while they come."""
        # Somebody is in the module all the time.
        first = self.start("q-lonely")
        waiting = self.event("member-queue-start", Queue="lonely")
        stop = threading.Event()
        disturbed = collections.Counter()

        def disturb():
            with switch.EventSocket(self.pbx.port) as esl:
                for round in range(100):
                    if stop.wait(2):
                        return
                    disturbed["reloads"] += "+OK" in self.configure(esl, wrap_up="0.1" if round % 2 else "0")
                    disturbed["refused"] += "in use" in esl.api("unload mod_trunkline")

        callers = self.start("menu", "-r", 10, "-l", 200, count=200, keys="1", talk=2600)
        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            self.assertTrue(self.until(lambda: callers.poll() is not None, 100))
        finally:
            stop.set()
            thread.join()
        self.assertEqual(callers.returncode, 0)
        self.hang_up(first, waiting)
        self.assertTrue(self.until(lambda: self.sessions() == 0, 20))
        self.assertGreater(disturbed["reloads"], 3)
        self.assertEqual(disturbed["refused"], disturbed["reloads"])

        def kinds_of():
            return collections.Counter(e["CC-Action"] for e in self.esl.events if e.get("CC-Queue") == "crowd")

        # Events have threads of their own, which may be late.
        self.until(lambda: kinds_of()["member-queue-end"] == 200, 30)
        kinds = kinds_of()
        self.assertEqual(kinds["member-queue-start"], 200, kinds)
        self.assertEqual(kinds["member-queue-end"], 200, kinds)
        # A caller talks 2.6 s from its answer on, menu included: nearly all reach an agent, and most
        # even where the machine has other work.
        self.assertGreater(kinds["bridge-agent-start"], 150)
        self.assertEqual(kinds["bridge-agent-end"], kinds["bridge-agent-start"])
        self.assertEqual(set(self.agents_of("bridge-agent-start")), set(CROWD),
                         "longest idle leaves nobody out")

        # An agent has one call at a time.
        talking = set()
        for event in self.esl.events:
            if event.get("CC-Action") == "bridge-agent-start":
                self.assertNotIn(event["CC-Agent"], talking)
                talking.add(event["CC-Agent"])
            elif event.get("CC-Action") == "bridge-agent-end":
                talking.remove(event["CC-Agent"])
        self.assertEqual(talking, set())

        files = sorted(path for path in self.recordings.glob("*-*.tlr") if len(path.name) == 40)
        self.assertEqual(len(files), 200)
        both = 0
        for line in lab.recorded(RECORDINGS, files):
            _, channels, caller, _, agent, agent_rms = map(int, line.split()[:6])
            self.assertEqual(channels, 2, line)
            self.assertGreater(caller, 8000, line)
            both += agent > 4000 and agent_rms > 100
        self.assertGreater(both, kinds["bridge-agent-start"] * 0.9)

    def test_linear_goes_by_the_order(self):
        for _ in range(3):
            self.served("linear")
        self.assertEqual(self.agents_of("bridge-agent-end"), ["ann", "ann", "ann"])

    def test_linear_passes_over_the_busy(self):
        self.served("linear", 3)
        self.assertEqual(sorted(self.agents_of("bridge-agent-start")), TRIO)

    def test_round_robin_goes_round(self):
        for _ in range(4):
            self.served("robin")
        agents = self.agents_of("bridge-agent-end")
        self.assertEqual(sorted(agents[:3]), TRIO)
        self.assertEqual(agents[3], agents[0])

    def test_ring_all_rings_all_and_one_gets_it(self):
        self.served("all")
        self.assertEqual(set(self.agents_of("agent-offering")), set(TRIO))
        self.assertEqual(len(self.of("bridge-agent-start")), 1)
        self.assertEqual({e["CC-Hangup-Cause"] for e in self.of("bridge-agent-fail")}, {"LOSE_RACE"})

    def test_wrap_up_is_kept(self):
        ended = self.served("paper")
        self.served("paper")
        again = self.of("agent-offering")[1]["at"]
        # The switch's clock may be a tick of 20 ms behind.
        self.assertGreater(again - ended, 1.97)
        self.assertLess(again - ended, 6)

    def test_no_answer_goes_to_the_next(self):
        self.served("patience")
        missed = self.event("bridge-agent-fail", Agent="never")
        self.assertEqual(missed["CC-Hangup-Cause"], "NO_ANSWER")
        self.assertTrue(0.9 < missed["at"] - self.of("agent-offering")[0]["at"] < 3)
        self.assertEqual(self.agents_of("bridge-agent-start"), ["bob"])

    def test_a_caller_who_gives_up_while_a_phone_rings(self):
        caller = self.start("q-lonely")
        self.hang_up(caller, self.event("agent-offering", Agent="never"))
        self.assertEqual(self.event("bridge-agent-fail", Agent="never")["CC-Hangup-Cause"], "ORIGINATOR_CANCEL")
        end = self.event("member-queue-end")
        self.assertEqual((end["CC-Cause"], end["CC-Cancel-Reason"]), ("Cancel", "BREAK_OUT"))

    def test_an_agent_who_hangs_up(self):
        self.call("q-short")  # waits for the BYE
        self.event("bridge-agent-end", Agent="brief")
        self.assertEqual(self.status(), "CONTINUE")

    def test_a_busy_phone_is_passed_over(self):
        self.served("engaged")
        self.assertEqual(self.event("bridge-agent-fail", Agent="busy")["CC-Hangup-Cause"], "USER_BUSY")
        self.assertEqual(self.agents_of("bridge-agent-start"), ["bob"])

    def test_a_queue_without_agents_lets_nobody_in(self):
        self.call("q-nobody")
        self.assertEqual(self.status(), "JOINEMPTY")
        self.call("q-there-is-none")
        self.assertEqual(self.status(), "FAILED")
        self.assertEqual(self.seen(), [])

    def test_a_full_queue(self):
        first = self.start("q-small")
        waiting = self.event("member-queue-start", Queue="small")
        self.call("q-small")
        self.assertEqual(self.status(), "FULL")
        self.hang_up(first, waiting)

    def test_a_caller_who_waited_long_enough(self):
        self.call("s-lonely")
        self.assertEqual(self.status(), "TIMEOUT")
        self.assertEqual(self.event("member-queue-end")["CC-Cancel-Reason"], "TIMEOUT")

    def test_a_caller_who_leaves_by_a_key(self):
        self.call("q-lonely", keys=["star"])
        self.assertEqual(self.status(), "KEY")
        self.assertEqual(self.event("member-queue-end")["CC-Cancel-Reason"], "EXIT_WITH_KEY")

    def test_an_agent_who_misses_is_paused(self):
        self.call("s-lazy")
        self.event("agent-status-change", Agent="never", Agent_Status="On Break")
        self.assertIn("+OK", self.esl.api("trunkline unpause never"))
        self.event("agent-status-change", Agent="never", Agent_Status="Available")

    def test_a_paused_agent_gets_nothing(self):
        self.assertIn("+OK", self.esl.api("trunkline pause ann out for lunch"))
        self.event("agent-status-change", Agent="ann", Agent_Status="On Break")
        self.assertIn("paused: out for lunch", self.esl.api("trunkline show agents"))
        self.served("linear")
        self.assertIn("+OK", self.esl.api("trunkline unpause ann"))
        self.event("agent-status-change", Agent="ann", Agent_Status="Available")
        self.served("linear")
        self.assertEqual(self.agents_of("bridge-agent-start"), ["bob", "ann"])

    def test_who_logs_out_and_in(self):
        self.assertIn("+OK", self.esl.api("trunkline logout ann"))
        self.event("agent-status-change", Agent="ann", Agent_Status="Logged Out")
        self.served("linear")
        self.assertIn("+OK", self.esl.api("trunkline login ann"))
        self.event("agent-status-change", Agent="ann", Agent_Status="Available")
        self.served("linear")
        self.assertEqual(self.agents_of("bridge-agent-start"), ["bob", "ann"])

    def test_what_a_supervisor_asks(self):
        waiting = self.start("q-lonely")
        offered = self.event("agent-offering", Agent="never")
        self.assertRegex(self.esl.api("trunkline show queues"), r"lonely +longest-idle +1 +0")
        self.assertRegex(self.esl.api("trunkline show agents"), r"never +sofia/lab/never@[0-9.:]+ +ringing")
        self.assertIn("1 calls", self.esl.api("trunkline show calls"))
        self.assertIn("1 phones ringing for it", self.esl.api("trunkline show explain"))
        self.assertIn("USAGE", self.esl.api("trunkline nonsense"))
        self.assertIn("USAGE", self.esl.api("trunkline"))
        self.hang_up(waiting, offered)

    def test_a_reload_leaves_a_waiting_caller_alone(self):
        """The queue it waits in loses its agent and gets another: the caller is served."""
        caller = self.start("q-small")
        self.event("agent-offering", Queue="small", Agent="never")
        self.assertIn("+OK", self.configure(small=("cyd",)))
        self.hang_up(caller, self.event("bridge-agent-start", Queue="small", Agent="cyd"))
        # A configuration that makes no sense changes nothing.
        self.assertIn("-ERR", self.configure(strategy="none-such"))
        self.assertIn('no strategy is called "none-such"', self.pbx.log())
        self.assertRegex(self.esl.api("trunkline show queues"), "linear +linear")
        # Recordings go elsewhere from now on.
        self.assertIn("+OK", self.configure(recordings=self.recordings / "elsewhere"))
        self.served("linear", extension="r-linear")
        self.assertTrue(lab.wait_for((self.recordings / "elsewhere/r-linear.tlr").exists, 5))
        self.assertIn("+OK", self.configure())

    def test_an_agent_transfers_a_caller(self):
        before = len(self.parked())
        caller = self.start("q-linear")
        bridge = self.event("bridge-agent-start", Queue="linear")
        self.until(lambda: False, 0.3)
        self.assertIn("+OK", self.esl.api(f"uuid_transfer {bridge['CC-Member-Session-UUID']} parked XML default"))
        self.event("bridge-agent-end", Queue="linear", Agent="ann")
        self.assertTrue(self.until(lambda: re.search(
            r"ann +sofia\S+ +available", self.esl.api("trunkline show agents")), 3))
        self.assertTrue(lab.wait_for(lambda: len(self.parked()) > before or "PARKED" in self.pbx.log(), 5))
        self.gone(caller)

    def test_a_caller_hears_its_place(self):
        self.call("r-places", give_up=3500)
        line, = lab.recorded(RECORDINGS, [self.recordings / "r-places.tlr"])
        _, _, _, _, heard, heard_rms = map(int, line.split()[:6])
        # Silence but for a tone as many seconds long as its place.
        self.assertGreater(heard, 8000, line)
        self.assertGreater(heard_rms, 300, line)

    def test_a_flow_asks_attaches_and_hands_over(self):
        before = len(self.parked())
        self.call("desk", keys="2")
        self.assertTrue(lab.wait_for(lambda: len(self.parked()) > before, 5))
        self.assertEqual(self.parked()[-1], ("6", "true"))

    def test_a_flow_connects_and_goes_on(self):
        before = len(self.parked())
        self.call("desk", keys="3")
        self.assertTrue(lab.wait_for(lambda: len(self.parked()) > before, 5))

    def test_a_flow_rings_in_vain_and_goes_on(self):
        before = len(self.parked())
        self.call("desk", keys="4")
        self.assertTrue(lab.wait_for(lambda: len(self.parked()) > before, 5))

    def message(self, keys):
        """What the desk records when so asked: 8000 samples a second, 16 bits each."""
        before = set(self.recordings.glob("*.wav"))
        self.call("desk", keys=keys, talk=4000)
        self.assertTrue(self.until(lambda: self.sessions() == 0, 5))
        recorded, = set(self.recordings.glob("*.wav")) - before
        with wave.open(str(recorded)) as file:
            return file.readframes(file.getnframes())

    def test_a_flow_takes_a_message(self):
        sound = self.message("1")
        self.assertGreater(len(sound), 2 * 2 * 8000)
        levels = [abs(int.from_bytes(sound[at:at + 2], "little", signed=True))
                  for at in range(0, len(sound), 2)]
        self.assertGreater(max(levels), 2000)

    def test_a_flow_records_for_as_long_as_it_says(self):
        # The caller begins to talk 0.6 s after its key; what is not sent is not recorded.
        self.assertTrue(1.2 < len(self.message("5")) / 16000 < 1.8)

    def shapes(self, extension, **what):
        """The events of one call: what each is, says and brings along, as far as it is the same each time."""
        self.esl.events.clear()
        self.call(extension, **what)
        self.until(lambda: False, 0.5)
        shapes = collections.defaultdict(list)
        for event in self.esl.events:
            action = event["CC-Action"]
            if action in ("agent-add", "agent-contact-change", "agent-status-change"):
                continue  # of a reload before
            fields = {key: re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID", re.sub(r"^1[0-9]{9}$", "TIME", value))
                      for key, value in event.items() if key.startswith("CC-")}
            # Each has its own queue and agent; a hangup cause of mod_callcenter's is that of the ringing
            # when an agent was reached; and who is counted while a bridge begins is a matter of luck.
            for own in ("CC-Queue", "CC-Agent"):
                fields[own] = own in fields
            if action in ("bridge-agent-end", "member-queue-end"):
                fields["CC-Hangup-Cause"] = "CC-Hangup-Cause" in fields
            fields["CC-Count"] = "CC-Count" in fields
            shapes[action].append((fields, {key for key in event if key.startswith("variable_cc_")}))
        return shapes

    def test_events_are_mod_callcenters(self):
        """The same call through both modules; an agent's answer, and a caller who gives up."""
        for what in (dict(talk=1500), dict(give_up=150)):
            theirs, ours = self.shapes("theirs", **what), self.shapes("q-ours", **what)
            self.assertEqual(set(ours), set(theirs))
            for action, events in theirs.items():
                self.assertEqual([fields for fields, _ in ours[action]], [fields for fields, _ in events])
                for (_, said), (_, brought) in zip(ours[action], events):
                    self.assertLessEqual(brought, said, action)

    def test_an_imported_configuration(self):
        """mod_callcenter's, as trunkline.conf.xml: its agent is offered its queue's call."""
        theirs = office.callcenter(18101)
        ours = subprocess.run([sys.executable, IMPORTER], input=theirs.encode(), check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()
        self.pbx.configuration = ours + theirs
        self.pbx.write()
        self.assertIn("+OK", self.esl.api("reloadxml"))
        self.assertIn("+OK", self.esl.api("trunkline reload"))
        self.served("theirs")
        self.assertEqual(self.agents_of("bridge-agent-start"), ["dora"])
        self.assertIn("+OK", self.configure())

    def test_unload_and_load_again(self):
        maps = pathlib.Path(f"/proc/{self.pbx.process.pid}/maps")
        for _ in range(3):
            self.assertIn("mod_trunkline.so", maps.read_text())
            self.assertIn("+OK", self.esl.api("unload mod_trunkline"))
            self.assertNotIn("mod_trunkline.so", maps.read_text())
            self.assertIn("+OK", self.esl.api("load mod_trunkline"))
        self.assertTrue(self.until(lambda: "available" in self.esl.api("trunkline show agents"), 5))
        self.served("linear")

    def test_no_unload_while_a_recording_goes_on(self):
        """A recording outlives its application: its call ends first."""
        caller = self.start("only-recorded")
        self.assertTrue(self.until(lambda: self.sessions() == 1, 5))
        self.until(lambda: False, 0.5)
        self.assertIn("in use", self.esl.api("unload mod_trunkline"))
        self.assertEqual(caller.wait(20), 0)
        self.assertTrue(self.until(lambda: self.sessions() == 0, 5))
        self.assertIn("+OK", self.esl.api("unload mod_trunkline"))
        self.assertIn("+OK", self.esl.api("load mod_trunkline"))

    def test_zz_the_log_has_no_error(self):
        """Runs last, as tests go by name."""
        expected = ("is in use, cannot unload", "no strategy is called", "there is no queue there-is-none",
                    "MSG Thread 0 Started",
                    "Asynchronous PTIME not supported")  # sipp's packets are of 30 ms
        bad = [line for line in self.pbx.log().splitlines()
               if re.search(r"\[(WARNING|ERR|CRIT|ALERT)\]", line) and not any(e in line for e in expected)]
        self.assertEqual(bad, [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
