"""Actions about callers and queues, and rules by which callers come to other members, in app_queue and
app_trunkline; shapes.py says how it is compared.

    test_actions.py ROOT MODULE [ignored] [unittest's arguments]
"""

import sys
import unittest

import shapes  # beside which lab.py puts ../../pbx-common/test
from callers import wait_for

THEIRS = """[queue-{name}]
strategy=ringall
ringinuse=no
timeout=1
retry=1
defaultrule={name}
member => Local/never@queue-agents/n,{never},never
member => Local/ann@queue-agents/n,{ann},ann
"""
OURS = """[trunkline-{name}]
type=queue
strategy=asterisk:ringall
ring_timeout=1
retry=1
rule={name}
{begin}
agent=never, penalty={never}
agent=ann, penalty={ann}
"""
# Penalties, what a caller begins with, what changes.
RULES = {
    # From two seconds on only those of penalty 2.
    "others": dict(never=0, ann=2, begin=dict(max=1, min=0), changes=["2,2,2"]),
    # From then on those below count as 2, and so come in.
    "equals": dict(never=2, ann=0, begin={"min": 2, "raise": 0}, changes=["2,,,2"]),
    # From then on nobody of penalty 2, unless a caller brings another rule.
    "nobody": dict(never=0, ann=2, begin=dict(max=1, min=0), changes=["2,0"]),
}
SHOWN = ["30,+3", "60,10,5", "5,-1"]


def rules(head, key):
    return "".join(f"[{name}]\n{head}" + "".join(f"{key}={line}\n" for line in lines) for name, lines in (
        ("shown", SHOWN), *((name, rule["changes"]) for name, rule in RULES.items())))


class Actions(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 5
    MORE = {
        "queue": "".join(THEIRS.format(name=name, **rule) for name, rule in RULES.items()),
        "trunkline": "".join(OURS.format(name=name, **{**rule, "begin": "\n".join(
            f"penalty_{key}={value}" for key, value in rule["begin"].items())}) for name, rule in RULES.items())
        + rules("type=rule\n", "penalty_change"),
    }
    RULES = rules("", "penaltychange")

    # ---- rules ----

    def comes_to_ann(self, queue, **more):
        """A caller who is offered to `never` until the rule lets it come to ann."""
        def call(side):
            side.call(**{f"QUEUE_{key.upper()}_PENALTY": value for key, value in RULES[queue]["begin"].items()}, **more)
            connect = side.event("AgentConnect", MemberName="ann")
            called = [e for e in side.ami.events if e["Event"] == "AgentCalled" and e["Queue"] == side.queue]
            self.assertEqual(called[0]["MemberName"], "never")
            # App_queue looks at its rules between two tries.
            self.assertIn(int(connect["HoldTime"]), range(2, 12))
            return [e["MemberName"] for e in called if e["at"] < called[0]["at"] + 1.9]
        for early in self.both(queue, call):
            self.assertEqual(set(early), {"never"})

    def test_a_rule_brings_other_members(self):
        self.comes_to_ann("others")

    def test_a_rule_makes_members_equal(self):
        self.comes_to_ann("equals")

    def test_a_caller_brings_a_rule(self):
        """The argument of the application, instead of the queue's."""
        self.comes_to_ann("nobody", RULE="others")

    def test_what_does_not_begin_does_not_change(self):
        """Callers without penalties of their own, in app_queue: any of them may be called from the start, and it
        stays so; ours begin with what the queue says."""
        def call(side):
            theirs = side.name == "queue"
            side.call(stay=3.5 if theirs else 30)
            side.event("QueueCallerAbandon" if theirs else "AgentConnect")
            return {e["MemberName"] for e in side.ami.events if e["Event"] == "AgentCalled" and e["Queue"] == side.queue}
        theirs, ours = self.both("others", call)
        self.assertEqual((theirs, ours), ({"never"}, {"never", "ann"}))

    def test_rules_are_shown(self):
        def ask(side):
            return [side.act("Rule", Rule=name) for name in ("shown", "equals", "none such")]
        for theirs, ours in zip(*self.both("others", ask)):
            self.assertEqual({key: value for key, value in theirs.items() if key != "ActionID"},
                             {key: value for key, value in ours.items() if key != "ActionID"})

    # ---- callers ----

    def waiting(self, side, **more):
        """A caller whom nobody is there for: what was told when it joined."""
        seen = len(side.ami.events)
        side.call(**more)
        joined = side.ami.wait(lambda e: e["Event"] == "QueueCallerJoin" and e["Queue"] == side.queue, 10, seen)
        self.assertIsNotNone(joined)
        return joined["Channel"]

    def abandoned(self, side):
        return int(side.asked("Status", "QueueParams", Queue=side.queue)[0]["Abandoned"])

    def test_a_caller_is_taken_out(self):
        def call(side):
            side.pause(side.queue, "true")
            before = self.abandoned(side)
            caller = self.waiting(side)
            heard = [side.act("WithdrawCaller", Caller=caller)["Message"],
                     side.act("WithdrawCaller", Queue="no such", Caller=caller)["Message"],
                     side.act("WithdrawCaller", Queue=side.queue, Caller="nobody")["Message"],
                     side.act("WithdrawCaller", Queue=side.queue, Caller=caller, WithdrawInfo="for Bob")["Message"]]
            self.assertEqual(side.status(), "WITHDRAW")
            self.assertEqual(self.abandoned(side), before + 1)
            info = side.first("VarSet", lambda e: e["Variable"] == "QUEUE_WITHDRAW_INFO" and e["Channel"] == caller)
            side.pause(side.queue, "false")
            return heard, info["Value"]
        lines, events = self.compare("plain", call)
        self.assertEqual(lines, ["PAUSE", "ENTERQUEUE", "WITHDRAW", "UNPAUSE"])
        self.assertIn("QueueCallerAbandon", events)
        self.assertEqual(self.gave[0], self.gave[1])
        self.assertEqual(self.gave[0][1], "for Bob")

    def test_a_caller_gets_another_priority(self):
        def call(side):
            side.pause(side.queue, "true")
            callers = [self.waiting(side) for _ in range(3)]
            heard = [side.act("ChangePriorityCaller", **fields)["Message"] for fields in (
                dict(Caller=callers[2], Priority=1), dict(Queue=side.queue, Priority=1),
                dict(Queue=side.queue, Caller=callers[2]), dict(Queue=side.queue, Caller=callers[2], Priority="x"),
                dict(Queue="no such", Caller=callers[2], Priority=1),
                dict(Queue=side.queue, Caller="nobody", Priority=1),
                dict(Queue=side.queue, Caller=callers[2], Priority=3, Immediate="yes"))]
            entries = side.asked("Status", "QueueEntry", Queue=side.queue)
            places = {e["Channel"]: (e["Position"], e["Priority"]) for e in entries}
            return heard, [places[caller] for caller in callers]
        theirs, ours = self.both("plain", call)
        # Nobody is to be served.
        self.pbx.cli("channel request hangup all")
        self.assertTrue(wait_for(lambda: self.pbx.channels() == 0, 10))
        for side in self.sides:
            side.pause(side.queue, "false")
        self.assertEqual(theirs, ours)
        self.assertEqual(theirs[1], [("2", "0"), ("3", "0"), ("1", "3")])

    # ---- queues and the log ----

    def test_counts_begin_anew(self):
        def call(side):
            side.call()
            side.ami.action("Hangup", Channel=side.event("AgentConnect")["Channel"])
            side.event("AgentComplete")
            counts = []
            for _ in range(2):
                told = side.asked("Status", "QueueParams", "QueueMember", Queue=side.queue)
                counts.append([told[0][key] for key in ("Completed", "Abandoned", "Holdtime", "ServicelevelPerf")]
                              + [told[1][key] for key in ("CallsTaken", "LastCall")])
                heard = side.act("Reset", Queue=side.queue)["Message"]
            counts[0][-1] = shapes.shape(counts[0][-1])
            return heard, counts
        theirs, ours = self.both("plain", call)
        self.assertEqual(theirs[0], ours[0])
        self.assertEqual([counts[1] for _, counts in (theirs, ours)], 2 * [["0", "0", "0", "0.0", "0", "0"]])
        self.assertEqual(theirs[1][0][-2:], ours[1][0][-2:])

    def test_a_reload(self):
        def ask(side):
            return side.act("Reload")["Message"]
        theirs, ours = self.both("plain", ask)
        self.assertEqual((theirs, ours), 2 * ("Queue reloaded successfully",))

    def test_lines_of_ones_own(self):
        """By an action and by an application."""
        def write(side):
            heard = [side.act("Log", **fields)["Message"] for fields in (
                dict(Queue=side.queue), dict(Event="X"),
                dict(Queue=side.queue, Event="CUSTOM", Interface="SIP/7", Message="one|two"),
                dict(Queue=side.queue, Event="CUSTOM", UniqueId="11.1"))]
            name = "QueueLog" if side.name == "queue" else "TrunklineLog"
            side.ami.action("Originate", Channel=f"Local/stay@{side.name}-callers/n", Application=name,
                            Data=f"{side.queue},12.1,SIP/8,OTHER,three", Variable="STAY=2", Async="true")
            self.assertTrue(wait_for(lambda: len(side.log()) == 3, 10))
            return heard, [line[1:] for line in side.log()]
        theirs, ours = self.both("plain", write)
        self.assertEqual(theirs[0], ours[0])
        named = [[[shapes.shape(field) if at else side for at, field in enumerate(line)] for line in lines]
                 for side, (_, lines) in (("", theirs), ("", ours))]
        self.assertEqual(named[0], named[1])
        self.assertEqual([line[3] for line in theirs[1]], ["CUSTOM", "CUSTOM", "OTHER"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
