"""Real calls through app_trunkline.so in a real Asterisk: sipp callers, sipp agents, loopback only.

    test_calls.py ROOT MODULE RECORDINGS [unittest's arguments]

ROOT is what get-asterisk.sh unpacked, MODULE the app_trunkline.so, RECORDINGS the program made of
../../pbx-common/recordings.c.
"""

import re
import sys
import unittest

import host
import single
from callers import wait_for


class Calls(single.Single, host.Host, unittest.TestCase):
    ROOT, MODULE, RECORDINGS = sys.argv[1:4]
    INSTANCE = 0
    POOLS = ("quick", "never", "busy", "brief", "slow")
    PHONE = "PJSIP/never"
    NUMBER = str(len("caller"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(re.sub(r" built by.*", "", cls.pbx.cli("core show version")).strip(), flush=True)

    # ---- in Asterisk's words ----

    def missed(self, agent, why):
        if why == "caller left":
            self.event("QueueCallerAbandon", Position="1", OriginalPosition="1")
            kinds = [line[4] for line in self.log()]
            self.assertEqual(kinds, ["ENTERQUEUE", "RINGCANCELED", "ABANDON"])
            return
        line, = self.log("RINGNOANSWER")
        self.assertEqual(line[3], agent)
        event = self.event("AgentRingNoAnswer", MemberName=agent, Interface=f"PJSIP/{agent}")
        self.assertEqual(event["RingTime"], line[5])
        if why == "timeout":
            self.assertTrue(1000 <= int(line[5]) < 3000, line)

    def paused(self, agent, paused=True):
        return self.event("QueueMemberPause", MemberName=agent, Paused="1" if paused else "0")

    def pause(self, agent, paused, reason=""):
        self.ami.action("QueuePause", Interface=f"PJSIP/{agent}", Paused=str(paused).lower(), Reason=reason)

    def unload(self, out):
        self.pbx.cli("module unload app_trunkline.so")
        out()
        self.pbx.cli("module load app_trunkline.so")

    # ---- what Asterisk adds ----

    def test_ring_all_rings_all_and_one_gets_it(self):
        super().test_ring_all_rings_all_and_one_gets_it()
        self.assertEqual(len(self.of("AgentConnect")), 1)
        self.assertEqual(self.log("RINGNOANSWER"), [])

    def test_a_caller_who_gives_up_while_a_phone_rings(self):
        super().test_a_caller_who_gives_up_while_a_phone_rings()
        self.assertEqual(self.log("ABANDON")[0][5:7], ["1", "1"])
        self.assertIn(int(self.log("ABANDON")[0][7]), range(1, 5))
        self.assertEqual(self.event("QueueCallerLeave", Queue="lonely")["Count"], "0")

    def test_an_agent_who_hangs_up(self):
        super().test_an_agent_who_hangs_up()
        self.assertEqual(len(self.log("COMPLETEAGENT")), 1, self.log())
        self.assertEqual(self.event("AgentComplete", Queue="short")["Reason"], "agent")

    def test_a_queue_without_agents_lets_nobody_in(self):
        super().test_a_queue_without_agents_lets_nobody_in()
        self.assertEqual(self.log(), [])

    def test_a_caller_who_waited_long_enough(self):
        super().test_a_caller_who_waited_long_enough()
        line, = self.log("EXITWITHTIMEOUT")
        self.assertEqual(line[5:7], ["1", "1"])
        self.assertIn(int(line[7]), range(2, 5))

    def test_a_caller_who_leaves_by_a_key(self):
        super().test_a_caller_who_leaves_by_a_key()
        self.assertEqual(self.log("EXITWITHKEY")[0][5:8], ["*", "1", "1"])

    def test_an_agent_who_misses_is_paused(self):
        super().test_an_agent_who_misses_is_paused()
        paused = self.event("QueueMemberPause", MemberName="never", Queue="lazy", Paused="1")
        self.assertEqual(paused["PausedReason"], "Auto-Pause")
        self.assertIn(["NONE", "lazy", "never", "PAUSE", "Auto-Pause"],
                      [line[1:6] for line in self.log("PAUSE")])

    def test_what_a_wallboard_asks(self):
        """Where app_queue is not loaded, by its own names."""
        waiting = self.start("q-lonely")
        called = self.offered("lonely", "never")
        self.ami.action("QueueStatus", Queue="lonely")
        self.event("QueueStatusComplete")
        params = self.event("QueueParams")
        self.assertEqual((params["Queue"], params["Calls"]), ("lonely", "1"))
        member = self.event("QueueMember")
        self.assertEqual((member["Name"], member["Location"]), ("never", "PJSIP/never"))
        self.assertEqual(self.event("QueueEntry")["Position"], "1")
        self.hang_up(waiting, called)

    def test_a_queue_by_app_queues_name(self):
        """Where app_queue is not loaded: its application, with its arguments."""
        self.call("its-short")
        self.completed("short")
        self.assertEqual(self.status(), "CONTINUE")
        self.call("its-lonely")
        self.assertEqual(self.status(), "TIMEOUT")
        line, = self.log("EXITWITHTIMEOUT")
        self.assertIn(int(line[7]), range(2, 5))

    def test_a_caller_who_wants_the_first_place(self):
        first = self.start("q-lonely")
        waiting = self.joined("lonely")
        second = self.start("1st-lonely")
        told = self.event("QueueCallerJoin", Exten="1st-lonely")
        self.assertEqual((told["Position"], told["Count"]), ("1", "2"))
        self.hang_up(second, told)
        self.hang_up(first, waiting)

    def test_how_long_the_phone_rang(self):
        self.served("slowly")
        connect = self.log("CONNECT")[0]
        self.assertIn(int(connect[7]), range(1, 4))
        self.assertGreaterEqual(int(connect[5]), int(connect[7]))
        self.assertEqual(self.event("AgentConnect", Queue="slowly")["RingTime"], connect[7])

    def configure(self, text):
        self.pbx.write("trunkline.conf", text)
        self.pbx.cli("module reload app_trunkline.so")

    def test_a_reload_leaves_a_waiting_caller_alone(self):
        """The queue it waits in loses its agent and gets another: the caller is served."""
        self.addCleanup(self.configure, self.configuration())
        caller = self.start("q-small")
        self.offered("small", "never")
        self.configure(self.configuration(small=dict(agents=["cyd"])))
        connected = self.connected("small")
        self.assertEqual(connected["MemberName"], "cyd")
        self.hang_up(caller, connected)
        # A configuration that makes no sense changes nothing.
        self.configure(self.configuration() + "[wrong]\ntype=queue\nstrategy=none-such\n")
        self.assertTrue(wait_for(lambda: 'no strategy is called "none-such"' in self.pbx.log(), 5))
        self.assertIn("lonely", self.trunkline("show queues"))
        self.configure(self.configuration())
        self.assertNotIn("wrong", self.trunkline("show queues"))

    def test_an_agent_transfers_a_caller(self):
        caller = self.start("q-linear")
        connect = self.connected("linear")
        self.event("BridgeEnter", Channel=connect["Channel"])
        self.event("BridgeEnter", Channel=connect["DestChannel"])

        def transfer():
            answer = self.ami.action("BlindTransfer", Channel=connect["DestChannel"],
                                     Context="from-sip", Exten="parked")
            self.assertEqual(answer["Response"], "Success", answer)

        self.parks(transfer)
        self.assertEqual(self.completed("linear")["Reason"], "transfer")
        self.assertRegex(self.trunkline("show agents"), r"ann +PJSIP/ann +available")
        self.assertEqual(self.log("BLINDTRANSFER")[0][3:7], ["ann", "BLINDTRANSFER", "parked", "from-sip"])
        self.gone(caller)

    def test_zz_the_log_has_no_error(self):
        """Runs last, as tests go by name."""
        self.assertEqual(self.pbx.errors("no strategy is called", "Trunkline goes on as it was",
                                         "there is no queue there-is-none"), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
