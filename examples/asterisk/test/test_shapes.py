"""What app_queue and app_trunkline tell of the same calls, in one Asterisk; shapes.py says how it is compared.

    test_shapes.py ROOT MODULE [ignored] [unittest's arguments]
"""

import sys
import time
import unittest

import shapes  # beside which lab.py puts ../../pbx-common/test
from callers import wait_for


class Told(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 2
    NAMES = ("MEMBERINTERFACE", "MEMBERNAME", "QEHOLDTIME", "QEORIGINALPOS", "ABANDONED")  # variables

    def test_the_caller_hangs_up(self):
        def call(side):
            side.call(stay=1.5)
            side.event("AgentComplete")
        lines, events = self.compare("plain", call)
        self.assertEqual(lines, ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"])
        self.assertEqual(events, ["QueueCallerJoin", "AgentCalled", "QueueCallerLeave", "AgentConnect",
                                  "AgentComplete"])

    def test_the_agent_hangs_up(self):
        def call(side):
            side.call()
            side.event("AgentComplete")
            self.assertEqual(side.status(), "CONTINUE")
        lines, _ = self.compare("short", call)
        self.assertEqual(lines[-1], "COMPLETEAGENT")

    def set_on(self, side, channel, last):
        """What is set of NAMES on a channel, `last` of them the last; numbers without their values."""
        side.event("VarSet", Channel=channel, Variable=last)
        return {e["Variable"]: shapes.shape("N" if e["Value"].isdigit() else e["Value"]) for e in side.ami.events
                if e["Event"] == "VarSet" and e["Channel"] == channel and e["Variable"] in self.NAMES}

    def test_what_the_dialplan_is_told(self):
        def call(side):
            side.call()
            connect = side.event("AgentConnect")
            return [self.set_on(side, connect[key], "QEORIGINALPOS") for key in ("Channel", "DestChannel")]
        theirs, ours = self.both("plain", call)
        self.assertEqual(theirs, ours)
        self.assertEqual(set(theirs[0]), set(self.NAMES[:4]))

        def abandon(side):
            side.call(stay=0.7)
            caller = side.event("QueueCallerAbandon")["Channel"]
            return self.set_on(side, caller, "ABANDONED")
        theirs, ours = self.both("ringing", abandon)
        self.assertEqual((theirs, ours), 2 * ({"ABANDONED": "TRUE"},))

    # ---- what is announced to the agent ----

    def test_the_agent_is_told_of_the_queue(self):
        def call(side):
            side.call()
            side.ami.action("Hangup", Channel=side.event("AgentConnect")["Channel"])
            side.event("AgentComplete")
        lines, _ = self.compare("told", call)
        self.assertEqual(lines, ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"])

    def test_the_agent_hangs_up_when_it_is_told(self):
        """The caller goes on waiting."""
        def call(side):
            side.call()
            dumped = side.event("AgentDump")
            # Back in its place.
            waiting, = wait_for(lambda: side.asked("Status", "QueueEntry", Queue=side.queue), 5)
            self.assertEqual((waiting["Channel"], waiting["Position"]), (dumped["Channel"], "1"))
            side.ami.action("Hangup", Channel=dumped["Channel"])
            side.event("QueueCallerAbandon")
        lines, events = self.compare("dumping", call)
        self.assertEqual(lines, ["ENTERQUEUE", "AGENTDUMP", "ABANDON"])
        self.assertEqual(events, ["QueueCallerJoin", "AgentCalled", "AgentDump", "QueueCallerAbandon",
                                  "QueueCallerLeave"])

    def counted(self, side):
        """What a queue has counted, and its member; the calls that were offered are nobody's to see."""
        told = side.asked("Status", "QueueParams", "QueueMember", Queue=side.queue)
        return [told[0][key] for key in ("Completed", "Abandoned", "Calls")] + [
            told[1][key] for key in ("CallsTaken", "LastCall")]

    def test_a_call_that_was_dumped_counts_once(self):
        """When nobody has talked it is not a call that was taken, for the queue or its member."""
        def call(side):
            before = self.counted(side)
            side.call()
            dumped = side.event("AgentDump")
            waiting = wait_for(lambda: side.asked("Status", "QueueEntry", Queue=side.queue), 5)
            during = self.counted(side)
            side.ami.action("Hangup", Channel=dumped["Channel"])
            side.event("QueueCallerLeave")
            self.assertEqual(len(waiting), 1)
            return before, during, self.counted(side)
        theirs, ours = self.both("dumping-once", call)
        self.quiet()
        self.assertEqual(theirs, ours)
        self.assertEqual(ours, (["0", "0", "0", "0", "0"], ["0", "0", "1", "0", "0"], ["0", "1", "0", "0", "0"]))

    def test_who_left_when_the_agent_was_told_has_left(self):
        def call(side):
            side.call()
            caller = side.event("AgentCalled")["Channel"]
            side.event("DialEnd", Channel=caller, DialStatus="ANSWER")
            side.ami.action("Hangup", Channel=caller)
            side.event("QueueCallerLeave")
            return self.counted(side)
        theirs, ours = self.both("told-once", call)
        self.quiet()
        self.assertEqual(theirs, ours)
        self.assertEqual(ours[:3], ["0", "1", "0"])

    def test_the_caller_hangs_up_when_the_agent_is_told(self):
        def call(side):
            side.call()
            caller = side.event("AgentCalled")["Channel"]
            side.event("DialEnd", Channel=caller, DialStatus="ANSWER")
            time.sleep(0.2)
            side.ami.action("Hangup", Channel=caller)
            side.event("QueueCallerLeave")
        lines, _ = self.compare("slowly-told", call)
        self.assertEqual(lines, ["ENTERQUEUE", "ABANDON"])

    # ---- callers ----

    def gives_up(self, name, times=1):
        """The caller hangs up when that has happened so many times."""
        def call(side):
            side.call()
            seen = 0
            for _ in range(times):
                event = side.ami.wait(lambda e: e["Event"] == name and e["Queue"] == side.queue, 15, seen)
                self.assertIsNotNone(event)
                seen = side.ami.events.index(event) + 1
            side.ami.action("Hangup", Channel=event["Channel"])
            side.event("QueueCallerAbandon")
        return call

    def test_nobody_answers_and_the_caller_gives_up(self):
        lines, _ = self.compare("lonely", self.gives_up("AgentCalled", 2))
        self.assertEqual(lines, ["ENTERQUEUE", "RINGNOANSWER", "RINGCANCELED", "ABANDON"])

    def test_the_caller_gives_up_while_a_phone_rings(self):
        self.compare("ringing", self.gives_up("AgentCalled"))

    def test_a_busy_phone(self):
        self.compare("engaged", self.gives_up("AgentRingNoAnswer"))

    def test_the_caller_has_waited_long_enough(self):
        def call(side):
            side.call(limit=2)
            side.event("QueueCallerLeave")
            self.assertEqual(side.status(), "TIMEOUT")
        lines, _ = self.compare("ringing", call)
        self.assertEqual(lines[-1], "EXITWITHTIMEOUT")

    def test_the_caller_leaves_by_a_key(self):
        def call(side):
            side.call()
            side.press("1")
            side.event("QueueCallerLeave")
        lines, _ = self.compare("ringing", call)
        self.assertEqual(lines[-1], "EXITWITHKEY")

    def test_the_queue_becomes_empty(self):
        def call(side):
            side.pause(side.queue, "true")
            side.call()
            side.event("QueueCallerLeave")
            self.assertEqual(side.status(), "LEAVEEMPTY")
            side.pause(side.queue, "false")
        lines, _ = self.compare("empty", call)
        self.assertIn("EXITEMPTY", lines)

    def test_an_agents_state(self):
        """QueueMemberStatus, which comes when a device changes."""
        def call(side):
            side.call(stay=1)
            return side.event("QueueMemberStatus", Status="2")
        # Ann answers at once: whether she talks already when her device is told of is nobody's promise.
        theirs, ours = ([(key, "0 or 1" if key == "InCall" and value in "01" else value)
                         for key, value in shapes.fields(event)] for event in self.both("plain", call))
        self.assertEqual(theirs, ours)

    def test_what_a_wallboard_asks(self):
        def call(side):
            side.call()
            side.event("AgentCalled")
            return side.asked("Status", Queue=side.queue)
        theirs, ours = self.both("ringing", call)
        self.assertEqual([e["Event"] for e in theirs], [e["Event"] for e in ours])
        self.assertIn("QueueEntry", [e["Event"] for e in theirs])
        for one, other in zip(theirs, ours):
            self.assertEqual([key for key in one if key != "at"], [key for key in other if key != "at"])

    def test_a_summary(self):
        def call(side):
            side.call()
            side.event("AgentCalled")
            time.sleep(1.2)
            told = side.asked("Summary", "QueueSummary", Queue=side.queue)
            told += side.asked("Summary", "QueueSummary", Queue=side.other("plain"))
            return [{key: value for key, value in event.items() if key not in ("at", "ActionID", "Queue")}
                    for event in told]
        theirs, ours = self.both("ringing", call)
        for one, other in zip(theirs, ours):
            self.assertEqual(list(one), list(other))
            self.assertLessEqual(abs(int(one.pop("LongestHoldTime")) - int(other.pop("LongestHoldTime"))), 1)
        # Asterisk may look at a Local channel's device before it is one in use: app_queue then counts the phone.
        for ringing in theirs[0], ours[0]:
            ringing.pop("Available")
        self.assertEqual(theirs, ours)
        self.assertEqual((ours[0]["Callers"], ours[1]["Available"]), ("1", "1"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
