"""Who goes first: queues that serve their first caller alone (autofill=no), and the longest waiting among queues
(force_longest_waiting_caller=yes), in app_queue and app_trunkline. shapes.py says how it is compared.

    test_heads.py ROOT MODULE [ignored] [unittest's arguments]
"""

import sys
import time
import unittest

import shapes  # beside which lab.py puts ../../pbx-common/test

# name: (members, app_queue's options, ours)
QUEUES = {
    "head": (["never", "slow"], "autofill=no\n", "head_only=yes\n"),
    "all": (["never", "slow"], "", ""),
    "answering": (["ann", "slow"], "autofill=no\n", "head_only=yes\n"),
    "one": (["shared"], "", ""),
    "two": (["shared"], "", ""),
}


def theirs():
    yield "[general](+)\nforce_longest_waiting_caller=yes\n"
    for name, (members, options, _) in QUEUES.items():
        yield f"[queue-{name}]\nstrategy=linear\nringinuse=no\ntimeout=30\nretry=1\n{options}"
        yield from (f"member => {shapes.interface('queue', member)},0,{member}\n" for member in members)


def ours():
    yield "[general](+)\ncall_order=oldest-head\n"
    for name, (members, _, options) in QUEUES.items():
        yield f"[trunkline-{name}]\ntype=queue\nstrategy=asterisk:linear\nring_timeout=30\nretry=1\n{options}"
        yield from (f"agent={member}\n" for member in members)
    for agent in "slow", "shared":
        yield f"[{agent}]\ntype=agent\nphone={shapes.interface('trunkline', agent)}\n"


class Heads(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 10
    MORE = {"queue": "".join(theirs()), "trunkline": "".join(ours())}
    DIALPLAN = """[SIDE-agents]
exten => slow,1,Ringing()
 same => n,Wait(60)
exten => shared,1,Ringing()
 same => n,Wait(60)
"""

    def quiet(self):
        super().quiet(2)

    def comes(self, side, place, **more):
        """A caller at that place of the queue; its channel."""
        side.call(**more)
        return side.event("QueueCallerJoin", Position=place)["Channel"]

    def leaves(self, side, caller, queue):
        side.ami.action("Hangup", Channel=caller)
        side.event("QueueCallerLeave", Queue=queue, Channel=caller)

    def second(self, side):
        """Whether the second caller is offered while a phone rings for the first, and another is free; it is when
        the first has gone."""
        first = self.comes(side, "1")
        side.event("AgentCalled", Channel=first)
        second = self.comes(side, "2")
        # app_queue looks every second.
        at_once = side.ami.wait(lambda e: e["Event"] == "AgentCalled" and e["Channel"] == second, 2.5)
        self.leaves(side, first, side.queue)
        if not at_once:
            side.event("AgentCalled", Channel=second)
        self.leaves(side, second, side.queue)
        return bool(at_once)

    def test_the_first_alone_is_served(self):
        self.assertEqual(self.both("head", self.second), [False, False])

    def test_others_are_served_beside_the_first(self):
        self.assertEqual(self.both("all", self.second), [True, True])

    def test_the_next_is_served_when_the_first_is_answered(self):
        def call(side):
            self.comes(side, "1")
            side.event("AgentConnect", MemberName="ann")
            side.ami.events.clear()
            second = self.comes(side, "1")
            side.event("AgentCalled", Channel=second, MemberName="slow")
            self.leaves(side, second, side.queue)
        self.both("answering", call)

    def test_the_queue_of_the_longest_waiting_goes_first(self):
        """Whatever the priority of one who came later, in another queue."""
        def call(side):
            who = {"Interface": side.interface("shared")}
            one, two = side.queue, side.other("two")
            side.act("Pause", Paused="true", **who)
            for queue in one, two:
                side.event("QueueMemberPause", Queue=queue, Paused="1")
            first = self.comes(side, "1")
            time.sleep(1.1)  # both modules are asked for whole seconds: app_queue knows no others
            side.call(two, QUEUE_PRIO="5")
            second = side.event("QueueCallerJoin", Queue=two)["Channel"]
            side.act("Pause", Paused="false", **who)
            came = []
            for caller, queue in (first, one), (second, two):
                came.append(side.first("AgentCalled", lambda e: e["Queue"] in (one, two) and
                                       e["Queue"] not in came)["Queue"])
                self.leaves(side, caller, queue)
            return [queue == one for queue in came]
        self.assertEqual(self.both("one", call), [[True, False], [True, False]])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
