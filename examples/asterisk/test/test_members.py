"""Agents' places in queues, and what the dialplan asks, in app_queue and app_trunkline; shapes.py says how it is
compared.

    test_members.py ROOT MODULE [ignored] [unittest's arguments]
"""

import re
import sys
import unittest

import shapes  # beside which lab.py puts ../../pbx-common/test
from callers import wait_for


# name: what who misses a call there is, in app_queue's options and ours
LAZY = {
    "lazy": ("autopause=yes\n", "missed_limit=1\nmissed_pause=queue\n"),
    "lazier": ("autopause=all\n", "missed_limit=1\nmissed_pause=all\n"),
    "outcalls": ("", ""),
    "spared": ("autopause=yes\nautopausebusy=no\n", "missed_limit=1\nmissed_pause=queue\n"),
    "engaged2": ("autopause=yes\nautopausebusy=yes\n", "missed_limit=1\nmissed_pause=queue\nmissed_busy=yes\n"),
}
THEIRS = "[queue-{name}]\nstrategy=ringall\nringinuse=no\ntimeout=1\nretry=1\n{options}" \
    "member => Local/{agent}@queue-agents/n,0,{agent}\n"
OURS = "[trunkline-{name}]\ntype=queue\nstrategy=asterisk:ringall\nring_timeout=1\nretry=1\n{options}agent={agent}\n"


def lazy(template, at):
    return "".join(template.format(name=name, agent="never" if name in ("lazy", "lazier", "outcalls") else "busy",
                                   options=options[at]) for name, options in LAZY.items())


class Members(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 3
    maxDiff = None
    MORE = {"queue": lazy(THEIRS, 0), "trunkline": lazy(OURS, 1)}
    DIALPLAN = """[SIDE-hints]
exten => waiting,hint,CLASS:SIDE-lonely
exten => avail,hint,CLASS:SIDE-plain_avail
exten => pause,hint,CLASS:SIDE-plain_pause_Local/ann@SIDE-agents/n
"""

    # ---- pauses ----

    def test_pauses(self):
        def pause(side):
            side.pause(side.queue, "true", Reason="lunch")
            side.event("QueueMemberPause", Paused="1", PausedReason="lunch")
            side.pause(side.queue, "false")
            side.event("QueueMemberPause", Paused="0")
        lines, _ = self.compare("plain", pause)
        self.assertEqual(lines, ["PAUSE", "UNPAUSE"])

    def test_a_pause_in_one_queue(self):
        """Ann is in two: paused in one of them she gets the other's calls."""
        def pause(side):
            other = side.other("empty")
            side.pause(side.queue, "true", Reason="lunch")
            side.event("QueueMemberPause", Paused="1")
            self.assertFalse([e for e in side.ami.events if e["Event"] == "QueueMemberPause" and e["Queue"] == other])
            self.assertEqual([side.member(at)["Paused"] for at in (side.queue, other)], ["1", "0"])
            if side.name == "trunkline":
                self.assertIn("paused in trunkline-plain: lunch", self.pbx.cli("trunkline show agents"))
            side.call(other, stay=1)
            side.event("AgentConnect", Queue=other)
            side.event("AgentComplete", Queue=other)
            side.call(stay=1)
            side.event("QueueCallerLeave")
            side.pause(side.queue, "false")
            side.event("QueueMemberPause", Paused="0")
            self.assertEqual([side.member(at)["Paused"] for at in (side.queue, other)], ["0", "0"])
        lines, _ = self.compare("plain", pause)
        self.assertEqual(lines, ["PAUSE", "ENTERQUEUE", "ABANDON", "UNPAUSE"])

    def test_the_end_of_a_pause_in_one_queue(self):
        """Paused in all, and back in one of them."""
        def pause(side):
            other = side.other("empty")
            side.pause("", "true", Reason="lunch")
            side.event("QueueMemberPause", Queue=other, Paused="1")
            side.pause(side.queue, "false")
            side.event("QueueMemberPause", Paused="0")
            self.assertEqual([side.member(at)["Paused"] for at in (side.queue, other)], ["0", "1"])
            side.pause("", "false")
            side.event("QueueMemberPause", Queue=other, Paused="0")
        everywhere = len(self.pbx.queue_log())
        self.compare("plain", pause)
        lines = [line[3:5] for line in self.pbx.queue_log()[everywhere:] if line[2] == "NONE"]
        self.assertEqual(sorted(lines), 2 * [["ann", "PAUSEALL"]] + 2 * [["ann", "UNPAUSEALL"]])

    def test_pauses_in_the_dialplan(self):
        """PauseQueueMember and UnpauseQueueMember: in one queue, in all, of somebody who is nowhere."""
        def pause(side):
            heard = []
            for queue, agent in ((side.queue, "ann"), ("", "ann"), (side.queue, "nobody")):
                for word in "Pause", "Unpause":
                    heard.append(side.runs(f"{word}Member", queue, side.interface(agent), "", "lunch"))
            return heard
        self.compare("plain", pause)
        theirs, ours = self.gave
        self.assertEqual(theirs, ["PAUSED", "UNPAUSED", "PAUSED", "UNPAUSED", "NOTFOUND", "NOTFOUND"])
        self.assertEqual(ours, theirs)

    # ---- who misses a call ----

    def misses(self, side, agent):
        side.call()
        side.ami.action("Hangup", Channel=side.event("AgentRingNoAnswer")["Channel"])
        side.event("QueueCallerAbandon")
        side.event("QueueCallerLeave")
        elsewhere = side.other("ringing" if agent == "never" else "engaged")
        paused = [side.member(queue, agent)["Paused"] for queue in (side.queue, elsewhere)]
        side.pause("", "false", agent)
        return paused

    def test_who_misses_a_call_is_paused_in_that_queue(self):
        lines, _ = self.compare("lazy", lambda side: self.misses(side, "never"), by_kind=True)
        self.assertEqual(self.gave, [["1", "0"]] * 2)
        self.assertEqual(lines, ["ABANDON", "ENTERQUEUE", "PAUSE", "RINGNOANSWER", "UNPAUSE"])

    def test_who_misses_a_call_is_paused_in_all(self):
        lines, _ = self.compare("lazier", lambda side: self.misses(side, "never"), by_kind=True)
        self.assertEqual(self.gave, [["1", "1"]] * 2)
        self.assertIn("PAUSE", lines)

    def test_whose_phone_is_busy_has_missed_nothing(self):
        lines, _ = self.compare("spared", lambda side: self.misses(side, "busy"), by_kind=True)
        self.assertEqual(self.gave, [["0", "0"]] * 2)
        self.assertNotIn("PAUSE", lines)

    def test_whose_phone_is_busy_is_paused(self):
        lines, _ = self.compare("engaged2", lambda side: self.misses(side, "busy"), by_kind=True)
        self.assertEqual(self.gave, [["1", "0"]] * 2)

    # ---- queues as devices ----

    def test_hints(self):
        def change(side):
            def state(exten, wanted):
                def ask():
                    return side.ami.action("ExtensionState", Exten=exten, Context=f"{side.name}-hints")["StatusText"]
                wait_for(lambda: ask() == wanted, 5, 0.05)
                return ask()
            told = [state("avail", "Idle"), state("pause", "Idle")]
            side.pause(side.queue, "true")
            told += [state("avail", "InUse"), state("pause", "InUse")]
            side.pause(side.queue, "false")
            told += [state("avail", "Idle"), state("pause", "Idle")]
            side.call(side.other("lonely"), stay=1)
            told += [state("waiting", "Ringing")]
            side.event("QueueCallerLeave", Queue=side.other("lonely"))
            return told + [state("waiting", "Idle")]
        theirs, ours = self.both("plain", change)
        # app_queue says that nobody is free until something has changed.
        self.assertEqual(theirs[1:], ours[1:])
        self.assertEqual(ours, ["Idle", "Idle", "InUse", "InUse", "Idle", "Idle", "Ringing", "Idle"])

    # ---- what a member is ----

    def test_a_penalty(self):
        def change(side):
            for penalty in 4, 0:
                answer = side.act("Penalty", Queue=side.queue, Penalty=penalty, Interface=side.interface())
                self.assertEqual(answer["Message"], "Interface penalty set successfully")
                side.event("QueueMemberPenalty", Penalty=str(penalty))
            answer = side.act("Penalty", Queue="no such", Penalty=4, Interface=side.interface())
            self.assertEqual(answer["Message"], "Invalid interface, queuename or penalty")
        lines, events = self.compare("plain", change)
        self.assertEqual((lines, events), (["PENALTY"] * 2, ["QueueMemberPenalty"] * 2))

    def test_ringing_in_use(self):
        def change(side):
            for ring in "yes", "no":
                answer = side.act("MemberRingInUse", Queue=side.queue, RingInUse=ring, Interface=side.interface())
                self.assertEqual(answer["Message"], "Interface ringinuse set successfully")
                side.event("QueueMemberRinginuse", Ringinuse="1" if ring == "yes" else "0")
        lines, _ = self.compare("plain", change)
        self.assertEqual(lines, ["RINGINUSE"] * 2)

    def test_members_come_and_go(self):
        def change(side):
            who = {"Queue": side.queue, "Interface": side.interface("guest")}
            for action, word, more in (
                    ("Add", "Added", dict(MemberName="guest", Penalty=3, Paused="true", Reason="away")),
                    ("Add", "Already there", {}), ("Remove", "Removed", {}), ("Remove", "Not there", {})):
                self.assertIn(word, side.act(action, **who, **more)["Message"])
            answer = side.act("Remove", Queue=side.queue, Interface=side.interface())
            self.assertIn("not dynamic", answer["Message"])
            answer = side.act("Add", Queue="no such", Interface="Local/x@y")
            self.assertIn("No such queue", answer["Message"])
            side.event("QueueMemberRemoved")
        lines, events = self.compare("plain", change)
        self.assertEqual((lines, events), (["ADDMEMBER", "REMOVEMEMBER"],
                                           ["QueueMemberAdded", "QueueMemberRemoved"]))

    def test_members_come_and_go_in_the_dialplan(self):
        def change(side):
            guest = side.interface("guest")
            heard = [side.runs(*what) for what in (
                ("AddMember", side.queue, guest, 3, "", "guest"), ("AddMember", side.queue, guest),
                ("RemoveMember", side.queue, guest), ("RemoveMember", side.queue, guest),
                ("RemoveMember", side.queue, side.interface()), ("AddMember", "no such", guest))]
            self.assertEqual(heard, ["ADDED", "MEMBERALREADY", "REMOVED", "NOTINQUEUE", "NOTDYNAMIC", "NOSUCHQUEUE"])
            side.event("QueueMemberRemoved")
        lines, _ = self.compare("plain", change)
        self.assertEqual(lines, ["ADDMEMBER", "REMOVEMEMBER"])

    def test_a_member_comes_paused(self):
        """To one queue, though it works in another; with paperwork of its own."""
        def change(side):
            guest, other = side.interface("guest"), side.other("empty")
            said = [side.runs("AddMember", other, guest),
                    side.runs("AddMember", side.queue, guest, 1, "pr(lunch)", "guest", guest, 9)]
            # app_queue knows no other name for one that it has in another queue; Trunkline has one agent.
            told = [side.member(queue, side.interface("guest") if side.name == "trunkline" or queue == other
                                else "guest") for queue in (other, side.queue)]
            told = [[event[key] for key in ("Paused", "PausedReason", "Penalty")] for event in told]
            for queue in other, side.queue:
                said.append(side.runs("RemoveMember", queue, guest))
            return said, told
        theirs, ours = self.both("plain", change)
        self.assertEqual(theirs, ours)
        self.assertEqual(ours[1], [["0", "", "0"], ["1", "lunch", "1"]])

    # ---- app_queue's commands ----

    def test_commands_about_members(self):
        def run(side):
            guest, queue = side.interface("guest"), side.queue
            said = [side.cli(command) for command in (
                f"add member {guest} to {queue} penalty 3 as guest",
                f"add member {guest} to {queue}", f"add member {guest} to nowhere",
                f"set penalty 2 on {guest} in {queue}", f"set ringinuse yes on {guest} in {queue}",
                f"set penalty 2 on nobody in {queue}", f"set ringinuse no on {guest}",
                f"pause member {guest} queue {queue} reason lunch", f"unpause member {guest}",
                f"pause member nobody queue {queue}", f"remove member {guest} from {queue}",
                f"remove member {guest} from {queue}", f"remove member {side.interface()} from {queue}",
                f"remove member {guest} from nowhere", "add member x", "set ringinuse x on y")]
            side.event("QueueMemberRemoved")
            return [shapes.shape(re.sub("trunkline queue", "queue", text)) for text in said]
        lines, _ = self.compare("plain", run)
        theirs, ours = self.gave
        # How a command is used is said in other words.
        self.assertEqual([text.split(" ")[0] for text in ours[-2:]], ["Usage:", "Usage:"])
        self.assertEqual(theirs[:-2], ours[:-2])
        self.assertEqual(lines, ["ADDMEMBER", "PENALTY", "RINGINUSE", "RINGINUSE", "PAUSE", "UNPAUSE", "REMOVEMEMBER"])

    def test_what_a_command_shows(self):
        """A caller waits, a member has a penalty, another queue's is paused."""
        def show(side):
            side.cli(f"set penalty 2 on {side.interface('never')} in {side.queue}")
            side.call()
            caller = side.event("QueueCallerJoin")["Channel"]
            side.event("AgentCalled")
            side.cli(f"priority caller {caller} on {side.queue} to 3")
            told = [side.cli(f"priority caller x on {side.queue} to 3"), side.cli("priority caller x on y to 3")]
            shown = side.cli(f"show {side.queue}")
            side.pause(side.other("plain"), "true", Reason="tea")
            side.event("QueueMemberPause", Queue=side.other("plain"))
            shown += side.cli(f"show {side.other('plain')}")
            side.pause(side.other("plain"), "false")
            side.cli(f"set penalty 0 on {side.interface('never')} in {side.queue}")
            # Seconds, and what state a Local channel is in just now.
            shown = re.sub(r"\((Not in use|In use|Ringing|Unknown)\)|\d+ secs|\d:\d\d|\d+s ", "*", shown)
            told.append(re.sub(r"C:\d+, A:\d+, SL:[\d.]+%, SL2:[\d.]+%|taken.*\(login", "*", shown))
            return [shapes.shape(re.sub("trunkline queue", "queue", text)) for text in told]
        theirs, ours = self.both("ringing", show)
        self.quiet()
        self.assertEqual(theirs, ours)
        self.assertIn("with penalty 2", theirs[2])
        self.assertIn("paused:tea was", theirs[2])
        self.assertIn("prio: 3", theirs[2])

    def test_calls_that_agents_make(self):
        """QueueUpdate: they are counted, and in the log."""
        def update(side):
            name = {"queue": "QueueUpdate", "trunkline": "TrunklineUpdate"}[side.name]
            for status, agent, talked in ("ANSWER", "never", "60"), ("BUSY", "never", "0"), ("ANSWER", "x", "9"):
                side.ami.action("Originate", Channel=f"Local/stay@{side.name}-callers/n", Application=name,
                                Data=f"{side.queue},12.1,{agent},{status},{talked},80|5551234", Variable="STAY=1",
                                Async="true")
                if agent == "never":
                    self.assertTrue(wait_for(lambda: side.log() and side.log()[-1][5] == status, 5))
            told = side.asked("Status", "QueueParams", "QueueMember", Queue=side.queue)
            return [told[0][key] for key in ("Completed", "Abandoned")] + [told[1]["CallsTaken"]]
        self.gave = self.both("outcalls", update)
        self.quiet()
        theirs, ours = ([[shapes.shape(field) for field in line[1:]] for line in side.log()] for side in self.sides)
        self.assertEqual(theirs, ours)
        self.assertEqual(self.gave, [["1", "1", "1"]] * 2)
        self.assertEqual([line[3] for line in ours], ["OUTCALL"] * 2)

    # ---- what the dialplan asks ----

    def test_what_the_dialplan_asks(self):
        def ask(side):
            ann, mine, name = side.interface(), side.queue, side.prefix.upper()
            counted = ("logged", "free", "ready", "count")
            got = [side.asks("EXISTS", queue) for queue in (mine, "no such")]
            got += [side.asks("MEMBER", mine, option) for option in counted]
            side.pause(mine, "true")
            side.event("QueueMemberPause")
            got += [side.asks("MEMBER", mine, option) for option in counted]
            got += [side.asks("MEMBER", mine, "paused", ann)]
            side.pause(mine, "false")
            got += [side.asks("MEMBER_LIST", mine).replace(side.name, "SIDE")]
            answer = side.ami.action("Setvar", Variable=f"{name}_MEMBER({mine},penalty,{ann})", Value="2")
            self.assertEqual(answer["Response"], "Success", answer)
            side.event("QueueMemberPenalty", Penalty="2")
            got += [side.asks("MEMBER", mine, "penalty", ann), side.asks("MEMBER_PENALTY", mine, ann)]
            answer = side.ami.action("Setvar", Variable=f"{name}_MEMBER_PENALTY({mine},{ann})", Value="0")
            self.assertEqual(answer["Response"], "Success", answer)
            side.event("QueueMemberPenalty", Penalty="0")
            ringing = side.other("ringing")
            got += [side.asks("GET_CHANNEL", ringing)]
            side.call(ringing)
            entered = side.event("QueueCallerJoin", Queue=ringing)
            got += [side.asks("WAITING_COUNT", ringing)]
            got += [side.asks("GET_CHANNEL", ringing, *at) == entered["Channel"] for at in ((), ("1",), ("2",))]
            got += [side.asks("VARIABLES", ringing, Channel=entered["Channel"])]
            return got + [side.ami.action("Getvar", Channel=entered["Channel"], Variable=name).get("Value")
                          for name in ("QUEUEMAX", "QUEUECALLS", "QUEUESRVLEVEL")]
        theirs, ours = self.both("plain", ask)
        self.assertEqual(theirs, ours)
        self.assertEqual(theirs[:6], ["1", "0", "1", "1", "1", "1"])
        self.assertIn(True, theirs)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
