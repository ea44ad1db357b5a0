"""What callers and agents hear, and where keys lead, in app_queue and app_trunkline; shapes.py says how it is compared.

Asterisk tells of every file it plays in a TestEvent, as Debian builds it.

    test_treatment.py ROOT MODULE [ignored] [unittest's arguments]
"""

import re
import sys
import time
import unittest

import shapes  # beside which lab.py puts ../../pbx-common/test
from callers import wait_for

# name: (members, app_queue's options, ours)
QUEUES = {
    # Short sounds, so that no time is lost by listening.
    "place": ("never", "announce-frequency=60\nmin-announce-frequency=1\nannounce-to-first-user=yes\ntimeout=1\n"
              "queue-youarenext=queue-minute\nqueue-thereare=queue-seconds\nqueue-callswaiting=queue-minutes\n"
              "queue-thankyou=queue-less-than\n",
              "announce_first=0\nannounce_every=60\nannounce_least=1\n"
              "sound_youarenext=queue-minute\nsound_thereare=queue-seconds\nsound_callswaiting=queue-minutes\n"
              "sound_thankyou=queue-less-than\n"),
    "quiet": ("never", "announce-frequency=60\nannounce-position=limit\nannounce-position-limit=1\n",
              "announce_first=0\nannounce_every=60\nannounce_place=limit\nannounce_place_limit=1\n"
              "announce_to_first=no\n"),
    "crowd": ("never", "announce-frequency=60\nannounce-position=more\nannounce-position-limit=1\n"
              "queue-quantity1=queue-minute\nqueue-quantity2=queue-minutes\nqueue-thankyou=queue-less-than\n",
              "announce_first=0\nannounce_every=60\nannounce_place=more\nannounce_place_limit=1\n"
              "announce_to_first=no\nsound_quantity1=queue-minute\nsound_quantity2=queue-minutes\n"
              "sound_thankyou=queue-less-than\n"),
    "again": ("never", "periodic-announce=queue-minute,queue-seconds\nperiodic-announce-frequency=2\n"
              "periodic-announce-startdelay=1\n",
              "periodic_announce=queue-minute,queue-seconds\nperiodic_every=2\nperiodic_first=1\n"
              "announce_to_first=no\n"),
    "introduced": ("late", "announce=queue-minute&no-such-file&queue-seconds\nreportholdtime=yes\nmemberdelay=1\n"
             "queue-callerannounce=queue-less-than\nmonitor-format=wav\nmembergosub=queue-sub,one\n"
             "setinterfacevar=yes\n",
             "announce=queue-minute&no-such-file&queue-seconds\nreport_hold=yes\nmember_delay=1\n"
             "sound_callerannounce=queue-less-than\nmonitor_format=wav\nmember_gosub=trunkline-sub,one\n"),
    "dialled": ("never", "context=queue-longer\n", "exit_context=trunkline-longer\n"),
    "counted": ("ann", "setinterfacevar=yes\n", "queue_variables=yes\n"),
}
THEIRS = "[queue-{name}]\nstrategy=ringall\nringinuse=no\nautofill=no\ntimeout=60\nretry=1\n" \
    "setqueuevar=yes\nservicelevel=20\n{options}member => Local/{member}@queue-agents/n,0,{member}\n"
OURS = "[trunkline-{name}]\ntype=queue\nstrategy=asterisk:ringall\nring_timeout=60\nretry=1\n{options}agent={member}\n"


def more(template, at):
    return "".join(template.format(name=name, member=q[0], options=q[at]) for name, q in QUEUES.items())


class Treatment(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 7
    LOG_NAMES = "yes"
    MODULES = ("app_mixmonitor",)
    maxDiff = None
    MORE = {"queue": more(THEIRS, 1), "trunkline": more(OURS, 2)
            + "[late]\ntype=agent\nphone=Local/late@trunkline-agents/n\n"}
    DIALPLAN = """[SIDE-agents]
exten => late,1,Wait(2.3)
 same => n,Answer()
 same => n,Wait(60)
[SIDE-sub]
exten => s,1,UserEvent(Sub,Queue: SIDE,Is: ${ARG1} ${MEMBERNAME})
 same => n,Return()
[SIDE-longer]
exten => 23,1,UserEvent(Left,Queue: SIDE)
 same => n,Wait(1)
"""

    def quiet(self):
        super().quiet(1)

    def heard(self, side, of, seconds=0.0):
        """The files that were played to a channel, or to any whose name begins so."""
        side.ami.read(seconds)
        return [e["Message"] for e in side.ami.events
                if e["Event"] == "TestEvent" and e["State"] == "PLAYBACK" and e["Channel"].startswith(of)]

    def waits(self, side, of, count, seconds=10):
        end = time.monotonic() + seconds
        while len(self.heard(side, of, 0.1)) < count and time.monotonic() < end:
            pass
        return self.heard(side, of)

    def music(self, side, channel):
        """How often music has begun for it."""
        return sum(e["Event"] == "MusicOnHoldStart" and e["Channel"] == channel for e in side.ami.events)

    def two(self, side, seconds):
        """Two callers; what the second one hears."""
        side.call(stay=seconds)
        first = side.event("QueueCallerJoin", Position="1")["Channel"]
        side.call(stay=seconds)
        return first, side.event("QueueCallerJoin", Position="2")["Channel"]

    def both_hear(self, queue, does):
        theirs, ours = self.both(queue, does)
        self.quiet()
        self.assertEqual(theirs, ours)
        return ours

    def test_the_place(self):
        """At once, and when it has changed."""
        def call(side):
            first, second = self.two(side, 30)
            self.waits(side, second, 4)
            told = [self.waits(side, first, 2), self.heard(side, second)]
            # Until music is heard again: app_queue takes the place at the end of it all for the one it has told.
            self.assertTrue(wait_for(lambda: side.ami.read(0.1) or self.music(side, second) > 1, 10, 0))
            time.sleep(0.5)
            side.ami.action("Hangup", Channel=first)
            return told + [self.waits(side, second, 6)]
        first, second, later = self.both_hear("place", call)
        self.assertEqual(first, ["queue-minute", "queue-less-than"])
        self.assertEqual(second, ["queue-seconds", "digits/2", "queue-minutes", "queue-less-than"])
        self.assertEqual(later, second + first)

    def test_the_place_is_not_told(self):
        """To the first one, or beyond a limit."""
        def call(side):
            channels = self.two(side, 4)
            side.ami.read(0.1)
            time.sleep(2)
            return [self.heard(side, channel, 0.1) for channel in channels]
        self.assertEqual(self.both_hear("quiet", call), [[], []])

    def test_more_than_so_many(self):
        def call(side):
            return self.waits(side, self.two(side, 10)[1], 4)
        self.assertEqual(self.both_hear("crowd", call),
                         ["queue-minute", "digits/1", "queue-minutes", "queue-less-than"])

    def test_again_and_again(self):
        """To the second caller; the first one's phone rings."""
        def call(side):
            first, second = self.two(side, 12)
            return self.waits(side, second, 3), self.heard(side, first)
        played, first = self.both_hear("again", call)
        self.assertEqual((played, first), (["queue-minute", "queue-seconds", "queue-minute"], []))

    def test_ringing_while_a_phone_rings(self):
        """The option R: music until then, and when nobody has answered."""
        def call(side):
            side.call(OPTIONS="R")
            caller = side.event("AgentCalled")["Channel"]
            side.event("AgentRingNoAnswer")
            self.assertTrue(wait_for(lambda: side.ami.read(0.1) or self.music(side, caller) > 1, 10, 0))
            return [e["Event"] for e in side.ami.events if e["Event"].startswith("MusicOnHold")
                    and e["Channel"] == caller][:3]
        self.assertEqual(self.both_hear("lonely", call), ["MusicOnHoldStart", "MusicOnHoldStop", "MusicOnHoldStart"])

    def test_what_the_agent_hears(self):
        """The announcement in two files, after a moment; how long the caller has waited. Then the caller, too,
        is told something, and a subroutine runs for the agent."""
        def call(side):
            side.call(stay=20)
            connect = side.event("AgentConnect", 20)
            # The number of seconds is the clock's.
            agent = [re.sub(r"digits/\d", "N", file) for file in self.heard(side, connect["DestChannel"])]
            sub = side.first("UserEvent", lambda e: e["UserEvent"] == "Sub" and e["Queue"] == side.name)
            self.assertGreaterEqual(int(connect["HoldTime"]), 3)
            return agent, self.heard(side, connect["Channel"]), sub["Is"]
        agent, caller, sub = self.both_hear("introduced", call)
        self.assertEqual(agent, ["queue-minute", "queue-seconds", "queue-reporthold", "N", "queue-seconds"])
        self.assertEqual((caller, sub), (["queue-less-than"], "one late"))
        self.assertEqual(len(list((self.pbx.dir / "spool/monitor").glob("*.wav"))), 2)

    def test_names_in_the_log(self):
        """Of callers who come, and of members who come, go and change."""
        def change(side):
            who = {"Queue": side.queue, "Interface": side.interface("guest")}
            side.act("Add", MemberName="Gus", **who)
            side.act("Penalty", Penalty=2, **who)
            side.event("QueueMemberPenalty")
            side.act("Remove", **who)
            side.call(stay=1.5)
            side.event("QueueCallerLeave")
        lines, _ = self.compare("ringing", change)
        self.assertEqual(lines, ["ADDMEMBER", "PENALTY", "REMOVEMEMBER", "ENTERQUEUE", "RINGCANCELED", "ABANDON"])
        self.assertEqual([(line[3], line[-1]) for line in self.sides[1].log()[:4]],
                         [("Gus", ""), (self.sides[1].interface("guest"), "2"), ("Gus", ""), ("NONE", "Cal")])

    def test_keys_that_are_an_extension(self):
        """9 is none, 23 is."""
        def call(side):
            side.call()
            side.press("923")
            side.first("UserEvent", lambda e: e["UserEvent"] == "Left" and e["Queue"] == side.name)
        lines, _ = self.compare("dialled", call)
        self.assertEqual(lines[-1], "EXITWITHKEY")
        self.assertEqual([side.log()[-1][5] for side in self.sides], ["23", "23"])

    def test_what_the_dialplan_is_told_of_the_queue(self):
        names = ("QUEUENAME", "QUEUEMAX", "QUEUECOMPLETED", "QUEUEABANDONED", "QUEUESRVLEVEL",
                 "MEMBERCALLS", "MEMBERPENALTY", "MEMBERDYNAMIC", "MEMBERREALTIME", "MEMBERLASTCALL", "QUEUEWAIT")

        def call(side):
            side.call(stay=1)
            connect = side.event("AgentConnect")
            side.event("AgentComplete")
            side.first("VarSet", lambda e: e["Variable"] == "QUEUESTATUS" or e["Variable"] == "DIALEDTIME_MS")
            told = {}
            for e in side.ami.events:
                if e["Event"] == "VarSet" and e["Channel"] in (connect["Channel"], connect["DestChannel"]) and \
                        e["Variable"] in names:
                    of = "caller" if e["Channel"] == connect["Channel"] else "agent"
                    told.setdefault((of, e["Variable"]), shapes.shape(e["Value"]))
            return told
        told = self.both_hear("counted", call)
        self.assertEqual(len(told), 2 * len(names) - 1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
