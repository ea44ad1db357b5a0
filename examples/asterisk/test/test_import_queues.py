"""queues.conf as trunkline.conf."""

import importlib.util
import pathlib
import unittest

_PATH = pathlib.Path(__file__).resolve().parent.parent / "import-queues.py"
_SPEC = importlib.util.spec_from_file_location("import_queues", _PATH)
importer = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(importer)

QUEUES = """[general]
persistentmembers = yes   ; kept
autofill = yes
negative_penalty_invalid = yes
force_longest_waiting_caller = yes
log_unpause_on_reason_change = yes
[base](!)
musicclass = jazz
timeout = 20
[sales](base)
strategy = leastrecent
wrapuptime = 10
maxlen = 30
autopause = yes
autopausedelay = 60
joinempty = strict
announce-frequency = 60
announce = queue-sales
periodic-announce-frequency = 30
queue-thankyou = thanks
timeoutpriority = conf
log-restricted-caller-id = no
autofill = no
ringinuse = no
member => PJSIP/1001,0,Ann Lee,PJSIP/1001
member => Local/1002@agents/n,2,Bob,PJSIP/1002,no,5
[support]
strategy = roundrobin
ringinuse = yes
retry = 0
timeoutrestart = yes
penaltymemberslimit = 2
member = PJSIP/1001,1
"""


RULES = """[general]
realtime_rules = yes
[Widen]
penaltychange => 30,+3   ; more of them
penaltychange => 60,10,5,r2
[sales]
penaltychange => 5,,,1
"""


class Rules(unittest.TestCase):
    def converted(self, **more):
        self.warnings = []
        queues = QUEUES.replace("[support]\n", "[support]\ndefaultrule = widen\n").replace(
            "maxlen = 30", "maxlen = 30\ndefaultrule = none-such")
        text = importer.convert(queues.splitlines(), self.warnings.append, RULES.splitlines(), **more)
        return {block.split("]")[0]: block for block in text.split("\n[")}

    def test_rules_and_what_their_callers_begin_with(self):
        sections = self.converted(begin={"penalty_max": "1", "penalty_raise": "r0"})
        self.assertIn("type = rule\npenalty_change = 30,+3\npenalty_change = 60,10,5,r2", sections["Widen"])
        self.assertIn("\nrule = Widen\npenalty_max = 1\npenalty_raise = r0\n", sections["support"])
        self.assertNotIn("\nrule =", sections["sales"])
        self.assertFalse([text for text in self.warnings if text.startswith("support")])

    def test_a_rule_named_like_a_queue(self):
        self.assertIn("penalty_change = 5,,,1", self.converted()["sales-rule"])

    def test_what_is_missing_is_said(self):
        self.converted()
        said = "\n".join(self.warnings)
        self.assertIn("sales: there is no rule none-such", said)
        self.assertIn("realtime_rules = yes has no counterpart", said)


class Import(unittest.TestCase):
    def setUp(self):
        self.warnings = []
        text = importer.convert(QUEUES.splitlines(), self.warnings.append)
        self.sections = {}
        for block in text.split("\n["):
            name, *lines = block.lstrip("[").splitlines()
            self.sections[name.rstrip("]")] = lines

    def test_options(self):
        sales = self.sections["sales"]
        for line in ("type = queue", "strategy = asterisk:leastrecent", "ring_timeout = 20",
                     "wrap_up = 10", "max_waiting = 30", "missed_limit = 1", "missed_pause = queue",
                     "missed_spare = 60", "music = jazz",
                     "join_empty = not-ready", "announce_every = 60", "announce_first = 0", "announce_to_first = no",
                     "announce_least = 15", "announce_hold = yes", "announce = queue-sales",
                     "ring_out = yes", "ring_restart = no", "log_restricted = no",
                     "wrap_up_shared = no", "periodic_every = 30", "sound_thankyou = thanks",
                     "periodic_announce = queue-periodic-announce"):
            self.assertIn(line, sales)

    def test_defaults_are_app_queues(self):
        support = self.sections["support"]
        self.assertIn("strategy = asterisk:rrmemory", support)
        self.assertIn("ring_timeout = 15", support)
        self.assertIn("retry = 5", support)
        self.assertIn("wrap_up = 0", support)
        self.assertIn("penalties_above = 2", support)
        self.assertFalse([line for line in support if line.startswith(("ring_restart", "ring_out", "log_"))])

    def test_what_is_kept_or_rung_in_use(self):
        self.assertIn("persistent_members = yes", self.sections["general"])
        self.assertIn("ring_in_use = yes", self.sections["support"])
        self.assertNotIn("ring_in_use", " ".join(self.sections["sales"]))
        self.assertNotIn("missed", " ".join(self.sections["support"]))

    def test_members(self):
        self.assertIn("agent = Ann-Lee", self.sections["sales"])
        self.assertIn("agent = Bob, penalty=2, wrap_up=5", self.sections["sales"])
        self.assertIn("agent = Ann-Lee, penalty=1", self.sections["support"])
        self.assertEqual(self.sections["Bob"][:3],
                         ["type = agent", "phone = Local/1002@agents/n", "device = PJSIP/1002"])
        self.assertEqual([name for name in self.sections if "Ann" in name], ["Ann-Lee"])

    def test_what_is_lost_is_said(self):
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("log_unpause_on_reason_change = yes", self.warnings[0])
        self.assertIn("; queues.conf: log_unpause_on_reason_change = yes", self.sections["general"])

    def test_who_goes_first(self):
        """Where nothing is said of autofill, the first caller alone is served."""
        self.assertIn("head_only = yes", self.sections["sales"])
        self.assertNotIn("head_only = yes", self.sections["support"])
        self.assertIn("[q]\ntype = queue\nstrategy = asterisk:ringall\nring_timeout = 15",
                      importer.convert(["[q]"], self.warnings.append))
        for said, head_only, order in (("", True, False), ("autofill = yes", False, False),
                                       ("force_longest_waiting_caller = yes", True, True),
                                       ("force_longest_waiting_caller = prio", True, False)):
            text = importer.convert(["[general]", said, "[q]"], self.warnings.append)
            self.assertEqual("head_only = yes" in text, head_only, said)
            self.assertEqual("call_order = oldest-head" in text, order, said)
        self.assertIn("negative_penalty_invalid = yes", self.sections["general"])

    def test_who_waits_for_nobody(self):
        for value, join, leave in (
                ("yes", "never", "not-ready"), ("no", "not-ready", "never"), ("strict", "not-ready", "not-ready"),
                ("loose", "logged-out", "logged-out"), ("unavailable,paused", "not-ready", "not-ready"),
                ("inuse,unavailable", "none-free", "none-free")):
            self.assertEqual([importer.empty(value, how) for how in ("join", "leave")], [join, leave], value)


if __name__ == "__main__":
    unittest.main()
