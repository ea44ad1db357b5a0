"""Phones that ring in vain, or pass calls on; who may be rung at all; in app_queue and app_trunkline. shapes.py says
how it is compared.

    test_rounds.py ROOT MODULE [ignored] [unittest's arguments]
"""

import sys
import unittest

import shapes  # beside which lab.py puts ../../pbx-common/test

# name: (strategy, seconds of ringing, members and their penalties, app_queue's options, ours)
QUEUES = {
    "in-turn": ("rrmemory", 1, {"never": 0, "slow": 0}, "", ""),
    "patient": ("leastrecent", 3, {"never": 0}, "timeoutpriority=conf\n", "ring_out=yes\n"),
    "shared": ("linear", 4, {"soon-busy": 0, "never": 0}, "", "ring_restart=no\n"),
    "anew": ("linear", 4, {"soon-busy": 0, "never": 0}, "timeoutrestart=yes\n", ""),
    "few": ("ringall", 20, {"never": 3}, "penaltymemberslimit=1\n", "penalties_above=1\n"),
    "private": ("ringall", 20, {"never": 0}, "log-restricted-caller-id=no\n", "log_restricted=no\n"),
}


def theirs():
    for name, (strategy, seconds, members, options, _) in QUEUES.items():
        yield f"[queue-{name}]\nstrategy={strategy}\nringinuse=no\ntimeout={seconds}\nretry=1\n{options}"
        yield from (f"member => {shapes.interface('queue', member)},{penalty},{member}\n"
                    for member, penalty in members.items())


def ours():
    for name, (strategy, seconds, members, _, options) in QUEUES.items():
        yield (f"[trunkline-{name}]\ntype=queue\nstrategy=asterisk:{strategy}\nring_timeout={seconds}\nretry=1\n"
               f"{options}")
        yield from (f"agent={member}, penalty={penalty}\n" for member, penalty in members.items())
    for agent in "slow", "soon-busy":
        yield f"[{agent}]\ntype=agent\nphone={shapes.interface('trunkline', agent)}\n"


class Rounds(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 9
    LOG_NAMES = "yes"
    maxDiff = None
    MORE = {"queue": "".join(theirs()), "trunkline": "".join(ours())}
    DIALPLAN = """[SIDE-agents]
exten => slow,1,Ringing()
 same => n,Wait(60)
exten => soon-busy,1,Ringing()
 same => n,Wait(2)
 same => n,Busy(1)
[SIDE-callers]
exten => hidden,1,Set(CALLERID(pres)=prohib)
 same => n,Goto(SIDE-private,1)
[SIDE-sub]
exten => s,1,UserEvent(Agent,Queue: SIDE)
 same => n,Wait(1)
"""

    def quiet(self):
        super().quiet(2)

    # ---- rounds ----

    def in_vain(self, queue, **more):
        """A caller who goes when phones have rung in vain; the lines."""
        def call(side):
            side.call(**more)
            side.event("QueueCallerLeave")
            self.assertEqual(side.status(), "TIMEOUT")
        return self.compare(queue, call)[0]

    def test_one_round(self):
        """The option n."""
        self.assertEqual(self.in_vain("lonely", OPTIONS="n"), ["ENTERQUEUE", "RINGNOANSWER", "EXITWITHTIMEOUT"])

    def test_a_busy_phone_is_a_round(self):
        self.assertEqual(self.in_vain("engaged", OPTIONS="n"), ["ENTERQUEUE", "RINGNOANSWER", "EXITWITHTIMEOUT"])

    def test_a_round_for_each(self):
        """The same, in a strategy that goes from one to the next."""
        self.assertEqual(self.in_vain("in-turn", OPTIONS="n"),
                         ["ENTERQUEUE", "RINGNOANSWER", "RINGNOANSWER", "EXITWITHTIMEOUT"])

    def test_a_phone_rings_on_when_the_time_is_over(self):
        lines = self.in_vain("patient", limit=1)
        self.assertEqual(lines, ["ENTERQUEUE", "RINGNOANSWER", "EXITWITHTIMEOUT"])
        for side in self.sides:
            self.assertGreaterEqual(int(side.log()[1][5]), 2900)

    def rang(self, side):
        """For how long the second phone has rung, after one that was busy after two seconds."""
        side.call()
        self.assertEqual(side.event("AgentCalled")["MemberName"], "soon-busy")
        began = side.event("AgentCalled", MemberName="never")["at"]
        return side.event("AgentRingNoAnswer", MemberName="never")["at"] - began

    def test_phones_share_the_time_of_ringing(self):
        for seconds in self.both("shared", self.rang):
            self.assertLess(seconds, 3.4)

    def test_each_phone_has_the_time_of_ringing(self):
        for seconds in self.both("anew", self.rang):
            self.assertGreater(seconds, 3.6)

    # ---- phones that pass calls on ----

    def test_a_phone_that_passes_calls_on_is_followed(self):
        def call(side):
            side.desk.elsewhere = "7"
            side.call()
            connect = side.event("AgentConnect")
            side.desk.elsewhere = ""
            side.ami.action("Hangup", Channel=connect["Channel"])
            side.event("AgentComplete")
            return shapes.shape(connect["DestChannel"])
        lines, _ = self.compare("desks", call)
        self.assertEqual(lines, ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"])
        self.assertEqual(self.gave, 2 * ["Local/7@SIDE-sip-CHANNEL;1"])

    def test_a_phone_that_passes_calls_on_is_not_followed(self):
        """The option i. Nobody has missed anything."""
        def call(side):
            side.desk.elsewhere = "7"
            side.call(OPTIONS="i")
            caller = side.event("AgentCalled")["Channel"]
            side.event("DialEnd", Channel=caller, Forward="7")
            side.desk.elsewhere = ""
            # Rung again, it answers.
            side.ami.action("Hangup", Channel=side.event("AgentConnect")["Channel"])
            side.event("AgentComplete")
            return [line[4] for line in side.log()]
        for lines in self.both("desks", call):
            self.assertEqual(lines, ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"])

    # ---- the agent, the caller ----

    def goes_on(self, place, event):
        """The agent's channel, when the caller has hung up. Letters of the place are no options."""
        def call(side):
            side.call(stay=1, OPTIONS=place.replace("SIDE", side.name))
            side.first("MusicOnHoldStart", lambda e: "-callers" in e["Channel"] and side.name in e["Channel"])
            agent = side.event("AgentConnect")["DestChannel"]
            side.first("UserEvent", lambda e: e["UserEvent"] == event and e["Channel"] == agent)
        self.both("plain", call)

    def test_the_agent_goes_on_behind_the_queue(self):
        self.goes_on("F", "Status")

    def test_the_agent_goes_on_elsewhere(self):
        self.goes_on("F(SIDE-sub^s^1)", "Agent")

    def test_penalties_count_for_nothing_among_few(self):
        def call(side):
            who = {"Queue": side.queue, "Interface": side.interface("guest")}
            side.call(QUEUE_MAX_PENALTY=1)
            side.ami.action("Hangup", Channel=side.event("AgentCalled")["Channel"])
            side.event("QueueCallerLeave")
            side.act("Add", Penalty=3, **who)
            side.ami.events.clear()
            side.call(QUEUE_MAX_PENALTY=1)
            caller = side.event("QueueCallerJoin")["Channel"]
            self.assertIsNone(side.ami.wait(lambda e: e["Event"] == "AgentCalled" and e["Queue"] == side.queue, 2))
            side.ami.action("Hangup", Channel=caller)
            side.event("QueueCallerLeave")
            side.act("Remove", **who)
        self.both("few", call)

    def test_a_number_that_is_not_to_be_shown(self):
        def call(side):
            entered = []
            for caller in "hidden", side.queue:
                side.call(caller)
                channel = side.event("QueueCallerJoin")["Channel"]
                side.ami.action("Hangup", Channel=channel)
                side.event("QueueCallerLeave")
                side.ami.events.clear()
            entered = [line[5:] for line in side.log() if line[4] == "ENTERQUEUE"]
            return entered
        self.assertEqual(self.both("private", call), 2 * [[["", "", "1", ""], ["", "1234", "1", "Cal"]]])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
