"""Real calls through app_trunkline.so in a real Asterisk: sipp callers, sipp agents, loopback only.

    test_calls.py ROOT MODULE RECORDINGS [unittest's arguments]

ROOT is what get-asterisk.sh unpacked, MODULE the app_trunkline.so, RECORDINGS the program made of
../../pbx-common/recordings.c.
"""

import collections
import pathlib
import re
import sys
import tempfile
import threading
import time
import unittest
import wave

import lab
import office
import scenarios

ROOT, MODULE, RECORDINGS = sys.argv[1:4]

CROWD = [f"crowd{n:02}" for n in range(1, 25)]
# Which sipp plays which agent; a pool of phones that behave alike is one sipp.
PHONES = {
    **{name: 16100 for name in CROWD},
    "ann": 16101, "bob": 16101, "cyd": 16101,  # answer after 200 ms, talk until hung up on
    "never": 16102,
    "busy": 16103,
    "brief": 16104,  # hangs up after 700 ms
    "slow": 16105,  # answers after 1200 ms
    "hasty1": 16106, "hasty2": 16106, "hasty3": 16106,  # hang up as soon as they have answered
}
AGENTS = {16100: dict(ring=100), 16101: dict(ring=200), 16102: dict(never=True),
          16103: dict(ring=50, refuse="486 Busy Here"), 16104: dict(ring=200, talk=700), 16105: dict(ring=1200),
          16106: dict(ring=50, talk=0)}


def trunkline_conf(recordings, flow, wrap_up="0"):
    text = f"[general]\nrecordings={recordings}\nseed=7\n"
    text += office.queue("crowd", CROWD, strategy="longest-idle", wrap_up=wrap_up)
    text += office.queue("linear", ["ann", "bob", "cyd"], strategy="linear")
    text += office.queue("robin", ["ann", "bob", "cyd"], strategy="round-robin")
    text += office.queue("all", ["ann", "bob", "cyd"], strategy="ring-all")
    text += office.queue("paper", ["ann"], wrap_up="2")
    text += office.queue("patience", ["never", "bob"], strategy="linear", ring_timeout="1")
    text += office.queue("lonely", ["never"], ring_timeout="20")
    text += office.queue("engaged", ["busy", "bob"], strategy="linear", busy_delay="5")
    text += office.queue("short", ["brief"])
    text += office.queue("slowly", ["slow"])
    text += office.queue("hasty", ["hasty1", "hasty2", "hasty3"], strategy="round-robin")
    text += office.queue("nobody", [], join_empty="logged-out")
    text += office.queue("small", ["never"], max_waiting="1", ring_timeout="20")
    text += office.queue("lazy", ["never"], missed_limit="1", ring_timeout="1")
    text += office.queue("places", ["never"], ring_timeout="20", announce_first="0.5")
    return text + "".join(office.agent(name) for name in PHONES) + (
        f"[menu]\ntype=flow\nfile={flow}/menu.yaml\n"
        f"[desk]\ntype=flow\nfile={flow}/desk.yaml\nqueries=lookups\n")


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-")
        work = pathlib.Path(cls.work.name)
        work.chmod(0o755)
        cls.scenarios = work / "sip"
        cls.scenarios.mkdir()
        cls.pbx = lab.Asterisk(work / "asterisk", ROOT, MODULE)
        cls.pbx.write("pjsip.conf", office.pjsip(PHONES))
        cls.pbx.write("extensions.conf", office.DIALPLAN)
        cls.pbx.write("menu.yaml", office.FLOW)
        cls.pbx.write("desk.yaml", office.DESK)
        cls.recordings = cls.pbx.dir / "spool/recordings"
        cls.flow = cls.pbx.dir / "etc"
        cls.pbx.write("trunkline.conf", trunkline_conf(cls.recordings, cls.flow))
        cls.pbx.__enter__()
        print(re.sub(r" built by.*", "", cls.pbx.cli("core show version")).strip(), flush=True)
        cls.ami = lab.Ami(cls.pbx.ami)
        cls.agents = {}
        for at, (port, what) in enumerate(AGENTS.items()):
            file = cls.scenarios / f"agent{port}.xml"
            file.write_text(scenarios.agent(**what))
            cls.agents[port] = lab.sipp(str(file), port=port, media=47000 + 1000 * at, target=None)
        cls.port = 16200

    @classmethod
    def tearDownClass(cls):
        for agent in cls.agents.values():
            agent.terminate()
            agent.wait()
        cls.ami.close()
        cls.pbx.__exit__()
        cls.work.cleanup()

    def setUp(self):
        self.began = time.monotonic()
        self.lines = len(self.pbx.queue_log())
        self.ami.read(0.05)
        self.ami.events.clear()
        type(self).told = len(self.statuses())

    def tearDown(self):
        left = lab.wait_for(lambda: self.pbx.channels() == 0, 10, 0.2)
        self.assertTrue(left, self.pbx.cli("core show channels verbose"))
        # The next test finds every agent at rest.
        self.assertTrue(lab.wait_for(lambda: not re.search(
            "ringing|talking|wrap-up", self.pbx.cli("trunkline show agents")), 10, 0.1))
        print(f"  {self.id().rsplit('.')[-1]}: {time.monotonic() - self.began:.1f} s", flush=True)

    # ---- callers ----

    def start(self, queue, *args, count=1, **what):
        """Callers of an extension; their sipp ends when the last of them has."""
        type(self).port += 2
        file = self.scenarios / f"caller{self.port}.xml"
        file.write_text(scenarios.caller(**what))
        return lab.sipp(str(file), "-s", queue, "-m", count, "-timeout", "90s", *args,
                        port=self.port, media=20000 + (self.port - 16200) * 20)

    def call(self, queue, *args, **what):
        self.gone(self.start(queue, *args, **what))

    def gone(self, callers):
        """Waits for their end; events are read meanwhile, so that Asterisk never has to wait for us."""
        while callers.poll() is None:
            self.ami.read(0.02)
        self.assertEqual(callers.returncode, 0)

    def hang_up(self, callers, *events):
        """Ends the calls these events are about."""
        for event in events:
            self.ami.action("Hangup", Channel=event["Channel"])
        self.gone(callers)

    def served(self, queue, count=1):
        """Callers of a queue who stay until each talks to an agent. Gives the time when they hang up."""
        seen = len(self.ami.events)
        callers = self.start(f"q-{queue}", "-r", 5, count=count)
        told = []
        for _ in range(count):
            told.append(self.event("AgentConnect", 30, since=seen, Queue=queue))
            seen = self.ami.events.index(told[-1]) + 1
        ended = time.time()
        self.hang_up(callers, *told)
        self.event("AgentComplete", since=seen, Queue=queue)
        return ended

    def log(self, *events):
        """The queue_log lines of this test, of these kinds."""
        return [line for line in self.pbx.queue_log()[self.lines:]
                if not events or line[4] in events]

    def event(self, name, seconds=20, since=0, **fields):
        found = self.ami.wait(lambda e: e["Event"] == name and all(
            e.get(key) == value for key, value in fields.items()), seconds, since)
        self.assertIsNotNone(found, f"no {name} {fields} among {self.seen()}")
        return found

    def seen(self):
        return [(e["Event"], e.get("MemberName", "")) for e in self.ami.events
                if e["Event"].startswith(("Agent", "Queue"))][-40:]

    def of(self, name):
        self.ami.read(0.1)
        return [e for e in self.ami.events if e["Event"] == name]

    def status(self):
        """What became of the last caller: the logger is a thread of its own."""
        found = lab.wait_for(lambda: self.statuses()[self.told:], 5)
        type(self).told = len(self.statuses())
        return found and found[-1]

    def statuses(self):
        return re.findall(r"STATUS=(\w*)", self.pbx.log())

    # ---- tests ----

    def test_a_crowd_through_menu_and_queue_recorded(self):
        """200 calls at 10 a second; a reload and a refused unload while they come."""
        # Somebody is in the module all the time.
        first = self.start("q-lonely")
        waiting = self.event("QueueCallerJoin", Queue="lonely")
        stop = threading.Event()
        disturbed = collections.Counter()

        def disturb():
            for round in range(100):
                if stop.wait(2):
                    return
                wrap_up = "0.1" if round % 2 else "0"
                self.pbx.write("trunkline.conf",
                               trunkline_conf(self.recordings, self.flow, wrap_up))
                if "reloaded" in self.pbx.cli("module reload app_trunkline.so"):
                    disturbed["reloads"] += 1
                if "in use" in self.pbx.cli("module unload app_trunkline.so") or \
                        "Running" in self.pbx.cli("module show like app_trunkline"):
                    disturbed["refused"] += 1

        callers = self.start("menu", "-r", 10, "-l", 200, count=200, keys="1", talk=2600)
        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            self.assertEqual(callers.wait(100), 0)
        finally:
            stop.set()
            thread.join()
        self.hang_up(first, waiting)
        self.assertTrue(lab.wait_for(lambda: self.pbx.channels() == 0, 20, 0.2))
        self.assertGreater(disturbed["reloads"], 3)
        self.assertEqual(disturbed["refused"], disturbed["reloads"])

        log = [line for line in self.log() if line[2] == "crowd"]
        kinds = collections.Counter(line[4] for line in log)
        self.assertEqual(kinds["ENTERQUEUE"], 200)
        self.assertEqual(kinds["CONNECT"] + kinds["ABANDON"], 200, kinds)
        # A caller talks 2.6 s from its answer on, menu included: nearly all reach an agent, and most
        # even where the machine has other work.
        self.assertGreater(kinds["CONNECT"], 150)
        self.assertEqual(kinds["COMPLETECALLER"], kinds["CONNECT"], kinds)
        served = collections.Counter(line[3] for line in log if line[4] == "CONNECT")
        self.assertEqual(set(served), set(CROWD), "longest idle leaves nobody out")

        # An agent has one call at a time.
        talking = set()
        for line in log:
            if line[4] == "CONNECT":
                self.assertNotIn(line[3], talking)
                talking.add(line[3])
            elif line[4].startswith("COMPLETE"):
                talking.remove(line[3])
        self.assertEqual(talking, set())

        files = sorted(self.recordings.glob("[0-9]*.tlr"))
        self.assertEqual(len(files), 200)
        both = 0
        for line in lab.recorded(RECORDINGS, files):
            _, channels, caller, _, agent, agent_rms = map(int, line.split()[:6])
            self.assertEqual(channels, 2, line)
            self.assertGreater(caller, 8000, line)
            both += agent > 4000 and agent_rms > 100
        self.assertGreater(both, kinds["CONNECT"] * 0.9)

    def nobody_is_lost(self, calls):
        """Whoever was faster: each caller who came has left, each conversation that began has ended."""
        lines = collections.defaultdict(list)
        for line in self.log():
            lines[line[1]].append(line[4])
        self.assertEqual(len(lines), calls)
        for kinds in lines.values():
            ends = [kind for kind in kinds if kind in ("ABANDON", "COMPLETECALLER", "COMPLETEAGENT")]
            self.assertEqual((kinds[0], len(ends), kinds[-1]), ("ENTERQUEUE", 1, ends[-1:] and ends[-1]), kinds)
            self.assertEqual("CONNECT" in kinds, ends != ["ABANDON"], kinds)
        told = collections.Counter(e["Event"] for e in self.of("QueueCallerLeave") +
                                   self.of("AgentConnect") + self.of("AgentComplete") +
                                   self.of("QueueCallerAbandon"))
        self.assertEqual(told["QueueCallerLeave"], calls, told)
        self.assertEqual(told["AgentConnect"], told["AgentComplete"], told)
        self.assertEqual(told["AgentComplete"] + told["QueueCallerAbandon"], calls, told)
        return told

    def test_callers_who_leave_when_the_phone_is_answered(self):
        # They are heard at once, so that Answer() waits for nothing; crowd answers after 100 ms of
        # ringing, and later where the machine has other work.
        for most in 180, 400, 1200:
            self.setUp()
            self.call("q-crowd", "-r", 40, count=160, talk=0, give_up=(60, most))
            self.assertTrue(lab.wait_for(lambda: self.pbx.channels() == 0, 10, 0.1))
            told = self.nobody_is_lost(160)
            if told["AgentComplete"] > 10 and told["QueueCallerAbandon"] > 10:
                return
        self.fail(f"the instant was not met: {told}")

    def test_agents_who_leave_when_they_have_answered(self):
        self.call("q-hasty", "-r", 20, count=60)
        self.assertTrue(lab.wait_for(lambda: self.pbx.channels() == 0, 10, 0.1))
        self.nobody_is_lost(60)

    def test_linear_goes_by_the_order(self):
        for _ in range(3):
            self.served("linear")
        self.assertEqual([line[3] for line in self.log("CONNECT")], ["ann", "ann", "ann"])

    def test_linear_passes_over_the_busy(self):
        self.served("linear", 3)
        self.assertEqual(sorted(line[3] for line in self.log("CONNECT")), ["ann", "bob", "cyd"])

    def test_round_robin_goes_round(self):
        for _ in range(4):
            self.served("robin")
        agents = [line[3] for line in self.log("CONNECT")]
        self.assertEqual(sorted(agents[:3]), ["ann", "bob", "cyd"])
        self.assertEqual(agents[3], agents[0])

    def test_ring_all_rings_all_and_one_gets_it(self):
        self.served("all")
        self.assertEqual({e["MemberName"] for e in self.of("AgentCalled")}, {"ann", "bob", "cyd"})
        self.assertEqual(len(self.of("AgentConnect")), 1)
        self.assertEqual(len(self.log("CONNECT")), 1)
        self.assertEqual(self.log("RINGNOANSWER"), [])

    def test_wrap_up_is_kept(self):
        ended = self.served("paper")
        self.served("paper")
        again = self.of("AgentCalled")[1]["at"]
        self.assertGreater(again - ended, 2)
        self.assertLess(again - ended, 6)

    def test_no_answer_goes_to_the_next(self):
        self.served("patience")
        rna = self.log("RINGNOANSWER")
        self.assertEqual([line[3] for line in rna], ["never"])
        self.assertTrue(1000 <= int(rna[0][5]) < 3000, rna)
        self.assertEqual([line[3] for line in self.log("CONNECT")], ["bob"])
        event = self.event("AgentRingNoAnswer", MemberName="never", Interface="PJSIP/never")
        self.assertEqual(event["RingTime"], rna[0][5])

    def test_a_caller_who_gives_up_while_a_phone_rings(self):
        caller = self.start("q-lonely")
        called = self.event("AgentCalled", Queue="lonely")
        time.sleep(1.2)
        self.hang_up(caller, called)
        self.event("QueueCallerAbandon", Queue="lonely", Position="1", OriginalPosition="1")
        kinds = [line[4] for line in self.log()]
        self.assertEqual(kinds, ["ENTERQUEUE", "RINGCANCELED", "ABANDON"])
        self.assertEqual(self.log("ABANDON")[0][5:7], ["1", "1"])
        self.assertIn(int(self.log("ABANDON")[0][7]), range(1, 5))
        leave = self.event("QueueCallerLeave", Queue="lonely")
        self.assertEqual(leave["Count"], "0")

    def test_an_agent_who_hangs_up(self):
        self.call("q-short")  # waits for the BYE
        line = self.log("COMPLETEAGENT")
        self.assertEqual(len(line), 1, self.log())
        self.assertEqual(self.event("AgentComplete", Queue="short")["Reason"], "agent")
        self.assertEqual(self.status(), "CONTINUE")

    def test_a_busy_phone_is_passed_over(self):
        self.served("engaged")
        self.assertEqual([line[3] for line in self.log("RINGNOANSWER")], ["busy"])
        self.assertEqual([line[3] for line in self.log("CONNECT")], ["bob"])

    def test_a_queue_without_agents_lets_nobody_in(self):
        self.call("q-nobody")
        self.assertEqual(self.status(), "JOINEMPTY")
        self.call("q-there-is-none")
        self.assertEqual(self.status(), "FAILED")
        self.assertEqual(self.log(), [])

    def test_a_full_queue(self):
        first = self.start("q-small")
        waiting = self.event("QueueCallerJoin", Queue="small")
        self.call("q-small")
        self.assertEqual(self.status(), "FULL")
        self.hang_up(first, waiting)

    def test_a_caller_who_waited_long_enough(self):
        self.call("s-lonely")
        self.assertEqual(self.status(), "TIMEOUT")
        self.assertEqual(self.log("EXITWITHTIMEOUT")[0][5:7], ["1", "1"])
        self.assertIn(int(self.log("EXITWITHTIMEOUT")[0][7]), range(2, 5))

    def test_a_caller_who_leaves_by_a_key(self):
        self.call("q-lonely", keys=["star"])
        self.assertEqual(self.status(), "KEY")
        self.assertEqual(self.log("EXITWITHKEY")[0][5:8], ["*", "1", "1"])

    def test_an_agent_who_misses_is_paused(self):
        self.call("s-lazy")
        paused = self.event("QueueMemberPause", MemberName="never", Queue="lazy")
        self.assertEqual((paused["Paused"], paused["PausedReason"]), ("1", "Auto-Pause"))
        self.assertIn(["NONE", "lazy", "never", "PAUSE", "Auto-Pause"],
                      [line[1:6] for line in self.log("PAUSE")])
        self.pbx.cli("trunkline unpause never")
        self.event("QueueMemberPause", MemberName="never", Paused="0")

    def test_a_paused_agent_gets_nothing(self):
        self.ami.action("QueuePause", Interface="PJSIP/ann", Paused="true", Reason="lunch")
        self.event("QueueMemberPause", MemberName="ann", Paused="1", PausedReason="lunch")
        self.served("linear")
        self.ami.action("QueuePause", Interface="PJSIP/ann", Paused="false")
        self.event("QueueMemberPause", MemberName="ann", Paused="0")
        self.served("linear")
        self.assertEqual([line[3] for line in self.log("CONNECT")], ["bob", "ann"])

    def test_what_a_wallboard_asks(self):
        waiting = self.start("q-lonely")
        called = self.event("AgentCalled", Queue="lonely")
        self.ami.action("QueueStatus", Queue="lonely")
        self.event("QueueStatusComplete")
        params = self.event("QueueParams")
        self.assertEqual((params["Queue"], params["Calls"]), ("lonely", "1"))
        member = self.event("QueueMember")
        self.assertEqual((member["Name"], member["Location"]), ("never", "PJSIP/never"))
        self.assertEqual(self.event("QueueEntry")["Position"], "1")
        self.assertRegex(self.pbx.cli("trunkline show queues"), r"lonely +longest-idle +1 +0")
        self.assertRegex(self.pbx.cli("trunkline show agents"), r"never +PJSIP/never +ringing")
        self.assertIn("1 calls", self.pbx.cli("trunkline show calls"))
        self.assertIn("1 phones ringing for it", self.pbx.cli("trunkline show explain"))
        self.hang_up(waiting, called)

    def test_a_reload_leaves_a_waiting_caller_alone(self):
        """The queue it waits in loses its agent and gets another: the caller is served."""
        before = (self.pbx.dir / "etc/trunkline.conf").read_text()
        self.addCleanup(self.pbx.cli, "module reload app_trunkline.so")
        self.addCleanup(self.pbx.write, "trunkline.conf", before)
        caller = self.start("q-small")
        self.event("AgentCalled", Queue="small", MemberName="never")
        self.pbx.write("trunkline.conf", before.replace(
            "[small]\ntype=queue\nmax_waiting=1\nring_timeout=20\nagent=never\n",
            "[small]\ntype=queue\nagent=cyd\n"))
        self.pbx.cli("module reload app_trunkline.so")
        self.hang_up(caller, self.event("AgentConnect", Queue="small", MemberName="cyd"))
        self.pbx.write("trunkline.conf", before)
        self.pbx.cli("module reload app_trunkline.so")
        # A configuration that makes no sense changes nothing.
        self.pbx.write("trunkline.conf", before + "[wrong]\ntype=queue\nstrategy=none-such\n")
        self.pbx.cli("module reload app_trunkline.so")
        self.assertTrue(lab.wait_for(lambda: 'no strategy is called "none-such"' in self.pbx.log(), 5))
        self.assertIn("lonely", self.pbx.cli("trunkline show queues"))
        self.pbx.write("trunkline.conf", before)
        self.pbx.cli("module reload app_trunkline.so")
        self.assertNotIn("wrong", self.pbx.cli("trunkline show queues"))

    def test_how_long_the_phone_rang(self):
        self.served("slowly")
        connect = self.log("CONNECT")[0]
        self.assertIn(int(connect[7]), range(1, 4))
        self.assertGreaterEqual(int(connect[5]), int(connect[7]))
        self.assertEqual(self.event("AgentConnect", Queue="slowly")["RingTime"], connect[7])

    def test_an_agent_transfers_a_caller(self):
        caller = self.start("q-linear")
        connect = self.event("AgentConnect", Queue="linear")
        self.event("BridgeEnter", Channel=connect["Channel"])
        self.event("BridgeEnter", Channel=connect["DestChannel"])
        answer = self.ami.action("BlindTransfer", Channel=connect["DestChannel"],
                                 Context="from-sip", Exten="parked")
        self.assertEqual(answer["Response"], "Success", answer)
        done = self.event("AgentComplete", Queue="linear", MemberName="ann")
        self.assertEqual(done["Reason"], "transfer")
        self.assertRegex(self.pbx.cli("trunkline show agents"), r"ann +PJSIP/ann +available")
        self.assertEqual(self.log("BLINDTRANSFER")[0][3:7], ["ann", "BLINDTRANSFER", "parked", "from-sip"])
        self.assertTrue(lab.wait_for(lambda: "PARKED" in self.pbx.log(), 5))
        self.gone(caller)

    def test_a_caller_hears_its_place(self):
        self.call("r-places", give_up=3500)
        line, = lab.recorded(RECORDINGS, [self.recordings / "r-places.tlr"])
        _, _, _, _, heard, heard_rms = map(int, line.split()[:6])
        # The music of these tests is next to silence; "you are now first in line" is not.
        self.assertGreater(heard, 8000, line)
        self.assertGreater(heard_rms, 300, line)

    def parked(self):
        return re.findall(r"PARKED days=(\d+) vip=(\w+)", self.pbx.log())

    def test_a_flow_asks_attaches_and_hands_over(self):
        before = len(self.parked())
        self.call("desk", keys="2")
        self.assertTrue(lab.wait_for(lambda: len(self.parked()) > before, 5))
        self.assertEqual(self.parked()[-1], (str(len("caller")), "true"))

    def test_a_flow_connects_and_goes_on(self):
        before = len(self.parked())
        self.call("desk", keys="3")
        self.assertTrue(lab.wait_for(lambda: len(self.parked()) > before, 5))

    def test_a_flow_takes_a_message(self):
        self.call("desk", keys="1", talk=4000)
        self.assertTrue(lab.wait_for(lambda: self.pbx.channels() == 0, 10, 0.1))
        messages = list(self.recordings.glob("*.wav"))
        with wave.open(str(messages[0])) as message:
            self.assertGreater(message.getnframes(), 2 * 8000)
            sound = message.readframes(message.getnframes())
        levels = [abs(int.from_bytes(sound[at:at + 2], "little", signed=True))
                  for at in range(0, len(sound), 2)]
        self.assertGreater(max(levels), 2000)

    def test_unload_while_calls_come(self):
        """Whoever finds the module is served or refused, and nobody is in it when it goes."""
        callers = self.start("q-crowd", "-r", 12, count=60, talk=0, give_up=(20, 150))
        gone = 0
        while callers.poll() is None:
            gone += "Unloaded" in self.pbx.cli("module unload app_trunkline.so")
            self.pbx.cli("module load app_trunkline.so")
            self.ami.read(0.01)
        self.assertTrue(lab.wait_for(lambda: self.pbx.channels() == 0, 10, 0.1))
        self.assertIsNone(self.pbx.process.poll())
        self.assertIn("Running", self.pbx.cli("module show like app_trunkline"))
        kinds = collections.Counter(line[4] for line in self.log())
        self.assertEqual(kinds["ENTERQUEUE"],
                         kinds["ABANDON"] + kinds["COMPLETECALLER"] + kinds["COMPLETEAGENT"], kinds)
        self.assertGreater(gone, 0)
        print(f"  unloaded {gone} times among {kinds['ENTERQUEUE']} calls", flush=True)

    def test_unload_and_load_again(self):
        maps = pathlib.Path(f"/proc/{self.pbx.process.pid}/maps")
        for _ in range(3):
            self.assertIn("app_trunkline.so", maps.read_text())
            self.pbx.cli("module unload app_trunkline.so")
            self.assertNotIn("app_trunkline.so", maps.read_text())
            self.pbx.cli("module load app_trunkline.so")
        self.assertTrue(lab.wait_for(lambda: "available" in self.pbx.cli("trunkline show agents"), 5))
        self.served("linear")

    def test_zz_the_log_has_no_error(self):
        """Runs last, as tests go by name."""
        # The unloads that failed were refused, by Asterisk or by the module itself: somebody was
        # inside. "Session already" is chan_pjsip's, of a caller who left while its display was told
        # who answered.
        expected = ("Soft unload failed", "Firm unload failed for app_trunkline.so",
                    "no strategy is called", "Trunkline goes on as it was",
                    "there is no queue there-is-none", "Session already DISCONNECTED",
                    "No application 'TrunklineQueue'", "already loaded and running")
        bad = [line for line in self.pbx.log().splitlines()
               if re.search(r"\] (ERROR|WARNING)\[", line) and not any(e in line for e in expected)]
        self.assertEqual(bad, [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
