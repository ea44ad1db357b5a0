"""Many callers at once through app_trunkline.so in a real Asterisk: a crowd, and those who meet in one instant.

    test_load.py ROOT MODULE RECORDINGS [unittest's arguments]      as those of test_calls.py
"""

import collections
import sys
import unittest

import host  # beside which lab.py puts ../../pbx-common/test
import crowd


class Load(crowd.Crowd, host.Host, unittest.TestCase):
    ROOT, MODULE, RECORDINGS = sys.argv[1:4]
    INSTANCE = 1
    POOLS = ("crowd", "never", "hasty")

    # ---- in Asterisk's words ----

    def disturb(self, by, wrap_up):
        self.pbx.write("trunkline.conf", self.configuration(crowd=dict(wrap_up=wrap_up)))
        reloaded = "reloaded" in self.pbx.cli("module reload app_trunkline.so")
        refused = "in use" in self.pbx.cli("module unload app_trunkline.so") or \
            "Running" in self.pbx.cli("module show like app_trunkline")
        return reloaded, refused

    def steps(self, queue):
        what = {"ENTERQUEUE": "joined", "CONNECT": "connected", "ABANDON": "abandoned",
                "COMPLETECALLER": "completed"}
        return [(what.get(line[4], line[4]), line[3]) for line in self.log() if line[2] == queue]

    def recorded_calls(self):
        return self.recordings.glob("[0-9]*.tlr")

    # ---- what Asterisk adds ----

    def nobody_is_lost(self, count):
        """Whoever was faster: each caller who came has left, each conversation that began has ended."""
        self.assertTrue(self.until(self.is_idle, 10))
        lines = collections.defaultdict(list)
        for line in self.log():
            lines[line[1]].append(line[4])
        self.assertEqual(len(lines), count)
        for kinds in lines.values():
            ends = [kind for kind in kinds if kind in ("ABANDON", "COMPLETECALLER", "COMPLETEAGENT")]
            self.assertEqual((kinds[0], len(ends), kinds[-1]), ("ENTERQUEUE", 1, ends[-1:] and ends[-1]), kinds)
            self.assertEqual("CONNECT" in kinds, ends != ["ABANDON"], kinds)
        told = collections.Counter(e["Event"] for e in self.of("QueueCallerLeave") +
                                   self.of("AgentConnect") + self.of("AgentComplete") +
                                   self.of("QueueCallerAbandon"))
        self.assertEqual(told["QueueCallerLeave"], count, told)
        self.assertEqual(told["AgentConnect"], told["AgentComplete"], told)
        self.assertEqual(told["AgentComplete"] + told["QueueCallerAbandon"], count, told)
        return told

    def test_callers_who_leave_when_the_phone_is_answered(self):
        # They are heard at once, so that Answer() waits for nothing; crowd answers after 100 ms of
        # ringing, and later where the machine has other work.
        for most in 180, 400, 1200:
            self.setUp()
            self.call("q-crowd", "-r", 40, count=160, talk=0, give_up=(60, most))
            told = self.nobody_is_lost(160)
            if told["AgentComplete"] > 10 and told["QueueCallerAbandon"] > 10:
                return
        self.fail(f"the instant was not met: {told}")

    def test_agents_who_leave_when_they_have_answered(self):
        self.call("q-hasty", "-r", 20, count=60)
        self.nobody_is_lost(60)

    def test_unload_while_calls_come(self):
        """Whoever finds the module is served or refused, and nobody is in it when it goes."""
        callers = self.start("q-crowd", "-r", 12, count=60, talk=0, give_up=(20, 150))
        gone = 0
        while callers.poll() is None:
            gone += "Unloaded" in self.pbx.cli("module unload app_trunkline.so")
            self.pbx.cli("module load app_trunkline.so")
            self.ami.read(0.01)
        self.assertTrue(self.until(self.is_idle, 10))
        self.assertIsNone(self.pbx.process.poll())
        self.assertIn("Running", self.pbx.cli("module show like app_trunkline"))
        kinds = collections.Counter(line[4] for line in self.log())
        self.assertEqual(kinds["ENTERQUEUE"],
                         kinds["ABANDON"] + kinds["COMPLETECALLER"] + kinds["COMPLETEAGENT"], kinds)
        self.assertGreater(gone, 0)
        print(f"  unloaded {gone} times among {kinds['ENTERQUEUE']} calls", flush=True)

    def test_zz_the_log_has_no_error(self):
        """Runs last, as tests go by name."""
        # The unloads that failed were refused, by Asterisk or by the module itself: somebody was
        # inside.
        self.assertEqual(self.pbx.errors(
            "Soft unload failed", "Firm unload failed for app_trunkline.so", "No application 'TrunklineQueue'",
            "already loaded and running"), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
