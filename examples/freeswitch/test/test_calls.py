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
import unittest

import office
import switch  # beside which it puts ../../pbx-common/test
import calls
import crowd
import phone
import single
from callers import wait_for

PREFIX, MODULE = sys.argv[1:3]
IMPORTER = pathlib.Path(__file__).resolve().parent.parent / "import-callcenter.py"


class Host(calls.Calls):
    """FreeSWITCH, as the tests that every PBX has in common want it."""

    RECORDINGS = sys.argv[3]
    SIP, PORTS, MEDIA = 15070, 18100, 54000
    DESK = 18120  # the port of a phone that passes callers on

    @classmethod
    def start_pbx(cls, home):
        cls.home = home
        (home / "menu.yaml").write_text(office.FLOW)
        (home / "desk.yaml").write_text(office.DESK)
        cls.pbx = switch.FreeSwitch(home / "freeswitch", PREFIX, [MODULE], sip=cls.SIP)
        cls.pbx.modules += ["mod_trunkline", "mod_callcenter"]
        cls.recordings = cls.pbx.dir / "recordings"
        cls.pbx.dialplan = office.DIALPLAN
        cls.pbx.configuration = cls.configuration()
        cls.pbx.__enter__()
        cls.esl = switch.EventSocket(cls.pbx.port, "CUSTOM callcenter::info")
        print(cls.esl.api("version").strip(), flush=True)

    @classmethod
    def stop_pbx(cls):
        cls.esl.socket.close()
        cls.pbx.__exit__()

    @classmethod
    def configuration(cls, recordings="", **changed):
        agents = "".join(office.agent(name, port) for name, port in cls.phones().items())
        queues = calls.queues(office.queue, **changed)
        queues += office.queue("ours", ["ann"], strategy="callcenter:longest-idle-agent")
        queues += office.queue("desks", ["desk"])
        agents += office.agent("desk", cls.DESK)
        return office.configuration(
            queues, agents, office.flow("menu", file=f"{cls.home}/menu.yaml")
            + office.flow("desk", file=f"{cls.home}/desk.yaml", queries="expand"),
            recordings=recordings or cls.recordings, seed=7,
            announcement="tone_stream://%(${trunkline_position}000,0,600)") + office.callcenter(cls.phones()["ann"])

    def configure(self, esl=None, **what):
        """Another configuration, taken in."""
        esl = esl or self.esl
        self.pbx.configuration = self.configuration(**what)
        self.pbx.write()
        self.assertIn("+OK", esl.api("reloadxml"))
        return esl.api("trunkline reload")

    def forget(self):
        self.esl.read(0.05)
        self.esl.events.clear()

    def read(self, seconds):
        self.esl.read(seconds)

    def events(self):
        return self.esl.events

    def trunkline(self, command):
        return self.esl.api("trunkline " + command)

    def is_idle(self):
        return self.sessions() == 0

    def sessions(self):
        return int(re.search(r"(\d+) session\(s\) - peak", self.esl.api("status"))[1])

    def channels(self):
        return self.esl.api("show channels")

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

    def joined(self, queue):
        return self.event("member-queue-start", Queue=queue)

    def offered(self, queue, agent):
        return self.event("agent-offering", Queue=queue, Agent=agent)

    def connected(self, queue, since=0):
        return self.event("bridge-agent-start", 30, since=since, Queue=queue)

    def completed(self, queue, since=0):
        return self.event("bridge-agent-end", since=since, Queue=queue)

    def end_call(self, event):
        self.esl.api(f"uuid_kill {event['CC-Member-Session-UUID']}")

    def answered(self):
        return [event["CC-Agent"] for event in self.of("bridge-agent-start")]

    def rung(self):
        return [(event["CC-Agent"], event["at"]) for event in self.of("agent-offering")]


class Calls(single.Single, crowd.Crowd, Host, unittest.TestCase):
    POOLS = ("crowd", "quick", "never", "busy", "brief", "slow")
    PHONE = r"sofia/lab/never@[0-9.:]+"
    BEHIND = 0.03  # a tick of its clock is 20 ms
    NUMBER = "6"

    # ---- in FreeSWITCH's words ----

    def disturber(self):
        return switch.EventSocket(self.pbx.port)

    def disturb(self, by, wrap_up):
        reloaded = "+OK" in self.configure(by, crowd=dict(wrap_up=wrap_up))
        return reloaded, "in use" in by.api("unload mod_trunkline")

    def steps(self, queue):
        what = {"member-queue-start": "joined", "bridge-agent-start": "connected", "bridge-agent-end": "completed"}
        found = []
        for event in self.esl.events:
            if event.get("CC-Queue") == queue:
                action = event["CC-Action"]
                ended = action == "member-queue-end" and event["CC-Cause"] == "Cancel"
                found.append(("abandoned" if ended else what.get(action, action), event.get("CC-Agent")))
        return found

    def recorded_calls(self):
        return (path for path in self.recordings.glob("*-*.tlr") if len(path.name) == 40)

    def missed(self, agent, why):
        cause = {"timeout": "NO_ANSWER", "busy": "USER_BUSY", "caller left": "ORIGINATOR_CANCEL"}[why]
        self.assertEqual(self.event("bridge-agent-fail", Agent=agent)["CC-Hangup-Cause"], cause)

    def paused(self, agent, paused=True):
        self.event("agent-status-change", Agent=agent, Agent_Status="On Break" if paused else "Available")

    def pause(self, agent, paused, reason=""):
        self.assertIn("+OK", self.trunkline(f"pause {agent} {reason}" if paused else f"unpause {agent}"))

    def unload(self, out):
        self.assertIn("+OK", self.esl.api("unload mod_trunkline"))
        out()
        self.assertIn("+OK", self.esl.api("load mod_trunkline"))

    # ---- what FreeSWITCH adds ----

    def test_ring_all_rings_all_and_one_gets_it(self):
        super().test_ring_all_rings_all_and_one_gets_it()
        self.assertEqual({e["CC-Hangup-Cause"] for e in self.of("bridge-agent-fail")}, {"LOSE_RACE"})

    def test_a_caller_who_gives_up_while_a_phone_rings(self):
        super().test_a_caller_who_gives_up_while_a_phone_rings()
        end = self.event("member-queue-end")
        self.assertEqual((end["CC-Cause"], end["CC-Cancel-Reason"]), ("Cancel", "BREAK_OUT"))

    def test_a_queue_without_agents_lets_nobody_in(self):
        super().test_a_queue_without_agents_lets_nobody_in()
        self.assertEqual(self.seen(), [])

    def test_a_caller_who_waited_long_enough(self):
        super().test_a_caller_who_waited_long_enough()
        self.assertEqual(self.event("member-queue-end")["CC-Cancel-Reason"], "TIMEOUT")

    def test_a_caller_who_leaves_by_a_key(self):
        super().test_a_caller_who_leaves_by_a_key()
        self.assertEqual(self.event("member-queue-end")["CC-Cancel-Reason"], "EXIT_WITH_KEY")

    def test_a_reason_has_spaces(self):
        self.pause("ann", True, "out for lunch")
        self.paused("ann")
        self.assertIn("paused: out for lunch", self.trunkline("show agents"))
        self.pause("ann", False)
        self.paused("ann", False)

    def test_who_logs_out_and_in(self):
        self.assertIn("+OK", self.trunkline("logout ann"))
        self.event("agent-status-change", Agent="ann", Agent_Status="Logged Out")
        self.served("linear")
        self.assertIn("+OK", self.trunkline("login ann"))
        self.event("agent-status-change", Agent="ann", Agent_Status="Available")
        self.served("linear")
        self.assertEqual(self.answered(), ["bob", "ann"])

    def test_what_makes_no_sense(self):
        self.assertIn("USAGE", self.trunkline("nonsense"))
        self.assertIn("USAGE", self.esl.api("trunkline"))

    def test_a_reload_leaves_a_waiting_caller_alone(self):
        """The queue it waits in loses its agent and gets another: the caller is served."""
        caller = self.start("q-small")
        self.offered("small", "never")
        self.assertIn("+OK", self.configure(small=dict(agents=["cyd"])))
        connected = self.connected("small")
        self.assertEqual(connected["CC-Agent"], "cyd")
        self.hang_up(caller, connected)
        # A configuration that makes no sense changes nothing.
        self.assertIn("-ERR", self.configure(linear=dict(strategy="none-such")))
        self.assertIn('no strategy is called "none-such"', self.pbx.log())
        self.assertRegex(self.trunkline("show queues"), "linear +linear")
        # Recordings go elsewhere from now on.
        self.assertIn("+OK", self.configure(recordings=self.recordings / "elsewhere"))
        self.served("linear", extension="r-linear")
        self.assertTrue(wait_for((self.recordings / "elsewhere/r-linear.tlr").exists, 5))
        self.assertIn("+OK", self.configure())

    def test_an_agent_transfers_a_caller(self):
        caller = self.start("q-linear")
        bridge = self.connected("linear")
        self.until(lambda: False, 0.3)
        self.parks(lambda: self.assertIn("+OK", self.esl.api(
            f"uuid_transfer {bridge['CC-Member-Session-UUID']} parked XML default")))
        self.event("bridge-agent-end", Queue="linear", Agent="ann")
        self.assertTrue(self.until(lambda: re.search(
            r"ann +sofia\S+ +available", self.trunkline("show agents")), 3))
        self.gone(caller)

    def at_the_desk(self):
        """A caller who has reached the phone: its sipp, what was told, the phone, the phone's side of the call."""
        desk = phone.Phone("desk", self.DESK, self.SIP)
        self.addCleanup(desk.close)
        caller = self.start("q-desks")
        bridge = self.connected("desks")
        return caller, bridge, desk, desk.came.get(timeout=5)

    def is_passed_on(self, caller, bridge, call):
        """The agent is free again, and the caller is where it was passed on to, and stays there."""
        self.completed("desks")
        self.assertTrue(self.until(lambda: re.search(
            r"desk +sofia\S+ +available", self.trunkline("show agents")), 5))
        if not call.over.wait(1):
            call.hang_up()

        def is_there():
            return any(line.startswith(bridge["CC-Member-Session-UUID"]) and ",talk," in line
                       for line in self.channels().splitlines())

        self.assertTrue(self.until(is_there, 5), self.channels())
        self.until(lambda: False, 0.5)
        self.assertTrue(is_there(), self.channels())
        self.hang_up(caller, bridge)

    def test_an_agent_passes_a_caller_on_by_sip(self):
        caller, bridge, _, call = self.at_the_desk()
        self.assertTrue(call.refer(f"sip:talk@127.0.0.1:{self.SIP}"))
        self.is_passed_on(caller, bridge, call)

    def test_an_agent_consults_and_passes_a_caller_on_by_sip(self):
        """A REFER that replaces the phone's second call."""
        caller, bridge, desk, call = self.at_the_desk()
        other = desk.call("talk")
        self.assertTrue(call.refer(f"sip:talk@127.0.0.1:{self.SIP}{other.replaces()}"))
        self.is_passed_on(caller, bridge, call)

    def test_a_flow_records_for_as_long_as_it_says(self):
        # The caller begins to talk 0.6 s after its key; what is not sent is not recorded.
        self.assertTrue(1.2 < len(self.message("5")) / 16000 < 1.8)

    def shapes(self, extension, **what):
        """The events of one call: what each is, says and brings along, as far as it is the same each time."""
        self.esl.events.clear()
        self.call(extension, **what)
        self.until(lambda: False, 0.5)
        shapes = collections.defaultdict(list)
        events = list(self.esl.events)
        called = {event["CC-Agent"] for event in events if event["CC-Action"] == "agent-offering"}
        self.assertEqual(len(called), 1, called)
        received = False
        for event in events:
            action = event["CC-Action"]
            received = received or event.get("CC-Agent-State") == "Receiving"
            if action == "agent-state-change" and not received:
                continue  # of before the call, told late
            if event.get("CC-Agent", *called) not in called:
                continue  # of a test before, told late
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
        theirs = office.callcenter(self.phones()["ann"])
        ours = subprocess.run([sys.executable, IMPORTER], input=theirs.encode(), check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()
        self.pbx.configuration = ours + theirs
        self.pbx.write()
        self.assertIn("+OK", self.esl.api("reloadxml"))
        self.assertIn("+OK", self.esl.api("trunkline reload"))
        self.served("theirs")
        self.assertEqual(self.answered(), ["dora"])
        self.assertIn("+OK", self.configure())

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
