"""The same calls through app_queue and through app_trunkline, in one Asterisk: what each of them tells
a wallboard (AMI events) and a report (queue_log) has the same fields in the same order.

    test_shapes.py ROOT MODULE [ignored] [unittest's arguments]

Agents and callers are Local channels. Both modules are loaded; each has its own queues and agents.
"""

import os
import pathlib
import re
import sys
import tempfile
import time
import unittest

import lab
import office
import phone

ROOT, MODULE = sys.argv[1:3]
SIDES = {"queue": "Queue", "trunkline": "TrunklineQueue"}

# What each queue is: its agents, and how its calls are rung, in both languages.
QUEUES = {
    "plain": dict(agents=["ann"]),
    "short": dict(agents=["brief"]),
    "lonely": dict(agents=["never"], ring=1),
    "ringing": dict(agents=["never"], ring=20),
    "empty": dict(agents=["ann"], theirs="leavewhenempty=paused,unavailable\n", ours="leave_empty=not-ready\n"),
    "engaged": dict(agents=["busy"], ring=5),
    "desks": dict(agents=["desk"]),
}
AGENTS = {
    "ann": "Answer()\n same => n,Wait(60)",
    "brief": "Answer()\n same => n,Wait(1.2)",
    "never": "Ringing()\n same => n,Wait(60)",
    "busy": "Busy(1)",
}
SIP_PORT, DESK_PORT = 15063, 16163
PHONES = {"desk": "PJSIP/desk"}  # a phone of SIP, which both sides have

DIALPLAN = """[general]
static=yes
[parked]
exten => 7,1,Answer()
 same => n,Wait(60)
; where phones call, and whom they pass on
[from-sip]
include => parked
exten => 8,1,Answer()
 same => n,Dial(Local/7@parked/n)
[keys]
exten => 1,1,Goto(parked,7,1)
[callers]
exten => _queue-.,1,Answer()
 same => n,Queue(${EXTEN},tc,,,${LIMIT})
 same => n,UserEvent(Status,Queue: ${EXTEN},Is: ${QUEUESTATUS})
 same => n,Hangup()
; letters of a pattern that are digits' names need brackets
exten => _tru[n]kli[n]e-.,1,Answer()
 same => n,TrunklineQueue(${EXTEN},tck(1),${LIMIT})
 same => n,UserEvent(Status,Queue: ${EXTEN},Is: ${QUEUESTATUS})
 same => n,Hangup()
exten => stay,1,Answer()
 same => n,Wait(${STAY})
 same => n,Hangup()
exten => key,1,Answer()
 same => n,Wait(1)
 same => n,SendDTMF(1)
 same => n,Wait(20)
 same => n,Hangup()
"""

TELLING = ("Queue", "Agent")  # how the names of the events begin


def dialplan():
    text = DIALPLAN
    for side in SIDES:
        text += f"[{side}-agents]\nexten => guest,1,Hangup()\n"
        for name, does in AGENTS.items():
            text += f"exten => {name},1,{does}\n same => n,Hangup()\n"
    return text


def interface(side, agent):
    return PHONES.get(agent) or f"Local/{agent}@{side}-agents/n"


def configure(pbx):
    theirs = "[general]\nautofill=yes\nlog-caller-id-name=no\n"
    ours = "[general]\n"
    for name, q in QUEUES.items():
        ring = q.get("ring", 15)
        theirs += (f"[queue-{name}]\nstrategy=leastrecent\nringinuse=no\nsetqueuevar=yes\nservicelevel=20\ncontext=keys\n"
                   f"timeout={ring}\nretry=1\n{q.get('theirs', '')}")
        ours += (f"[trunkline-{name}]\ntype=queue\nstrategy=asterisk:leastrecent\nring_timeout={ring}\n"
                 f"retry=1\n{q.get('ours', '')}")
        for agent in q["agents"]:
            theirs += f"member => {interface('queue', agent)},0,{agent}\n"
            ours += f"agent={agent}\n"
    for agent in (*AGENTS, *PHONES):
        ours += f"[{agent}]\ntype=agent\nphone={interface('trunkline', agent)}\n"
    pbx.write("queues.conf", theirs)
    pbx.write("trunkline.conf", ours)


def shape(value):
    """What kind of value it is: words stay, what differs from call to call does not."""
    value = re.sub(r"queue|trunkline", "SIDE", value)
    value = re.sub(r"\d{9,}\.\d+", "UNIQUEID", value)
    value = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", value)
    value = re.sub(r"-[0-9a-f]{8}(?=;|\||$)", "-CHANNEL", value)
    return re.sub(r"\b\d{9,}\b", "EPOCH", value)


# Seconds and milliseconds that were waited, rung and talked: numbers on both sides.
MEASURED = {"HoldTime", "TalkTime", "RingTime"}
# Of the channel, not of the queue: where it is in the dialplan, how far its ringing has come.
OF_THE_CHANNEL = {"Priority", "DestPriority", "Exten", "DestExten", "Context", "DestContext",
                  "DestChannelState", "DestChannelStateDesc"}


def fields(event):
    """An event as its fields in order."""
    told, of_channels = [], True
    # A transfer gives the channels other partners at this very moment. One by SIP may even have given
    # the caller's place to the phone's own channel, or not yet, when app_queue looks.
    moving = event["Event"] == "AgentComplete" and event["Reason"] == "transfer"
    swapped = moving and event["Queue"].endswith("-desks")
    for key, value in event.items():
        if key == "at":
            continue
        of_channels = of_channels and key != "Queue"
        if moving and ("ConnectedLine" in key or (swapped and of_channels and key != "Event")):
            value = ""
        if key in MEASURED:
            value = "N" if re.fullmatch(r"\d+", value) else value
        elif key in OF_THE_CHANNEL:
            value = ""
        told.append((key, shape(value)))
    return told


class Shapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-shapes-")
        os.chmod(cls.work.name, 0o755)
        cls.pbx = lab.Asterisk(pathlib.Path(cls.work.name) / "asterisk", ROOT, MODULE, port=SIP_PORT, ami=15040)
        cls.pbx.modules += ["app_queue", "app_userevent", "app_senddtmf", "res_pjsip_refer"]
        cls.pbx.modules.remove("app_trunkline")
        cls.pbx.modules.append("app_trunkline")
        cls.pbx.write("pjsip.conf", office.pjsip({"desk": DESK_PORT}, SIP_PORT))
        cls.pbx.write("features.conf", "[general]\natxfernoanswertimeout=5\n[featuremap]\natxfer=*2\n")
        cls.pbx.write("extensions.conf", dialplan())
        configure(cls.pbx)
        cls.pbx.__enter__()
        cls.ami = lab.Ami(cls.pbx.ami)
        cls.desk = phone.Phone("desk", DESK_PORT, SIP_PORT)

    @classmethod
    def tearDownClass(cls):
        cls.desk.close()
        cls.ami.close()
        cls.pbx.__exit__()
        cls.work.cleanup()

    def setUp(self):
        self.quiet()

    def quiet(self):
        """Nobody is there, every agent is free, nothing is on the wire."""
        self.pbx.cli("channel request hangup all")
        self.assertTrue(lab.wait_for(lambda: self.pbx.channels() == 0, 10, 0.1))
        self.assertTrue(lab.wait_for(
            lambda: self.pbx.cli("trunkline show agents").count(" available ") == len(AGENTS) + len(PHONES), 10, 0.1))
        self.ami.read(0.2)
        self.ami.events.clear()
        self.lines = len(self.pbx.queue_log())

    # ---- one side ----

    def call(self, queue, stay=30, then="stay", limit=""):
        self.queue = queue
        answer = self.ami.action(
            "Originate", Channel=f"Local/{queue}@callers/n", Context="callers", Exten=then, Priority="1",
            CallerID='"Cal" <1234>', Variable=f"STAY={stay},LIMIT={limit}", Async="true", Timeout="60000")
        self.assertEqual(answer["Response"], "Success")

    def event(self, name, seconds=15, **more):
        found = self.ami.wait(lambda e: e["Event"] == name and all(
            e.get(key) == value for key, value in more.items()), seconds)
        self.assertIsNotNone(found, f"no {name} {more}: " + ", ".join(
            e["Event"] for e in self.ami.events if e["Event"].startswith(TELLING)))
        return found

    def told(self):
        """The events about the queue, an agent's changes of state aside: a device's come in their own time."""
        self.ami.read(0.3)
        return [e for e in self.ami.events if e["Event"].startswith(TELLING) and
                e.get("Queue") == self.queue and e["Event"] != "QueueMemberStatus"]

    def log(self):
        return [line for line in self.pbx.queue_log()[self.lines:] if line[2] == self.queue]

    # ---- both sides ----

    def compare(self, name, calls):
        """`calls(queue)` on either side; then events and lines, one by one."""
        events, lines = {}, {}
        for side in SIDES:
            self.quiet()
            self.queue = f"{side}-{name}"
            calls(side, self.queue)
            lab.wait_for(lambda: self.ami.read(0.05) or self.pbx.channels() == 0, 10, 0)
            time.sleep(0.2)
            events[side], lines[side] = self.told(), self.log()
        theirs, ours = events["queue"], events["trunkline"]
        self.assertTrue(theirs)
        self.assertEqual([e["Event"] for e in theirs], [e["Event"] for e in ours])
        for one, other in zip(theirs, ours):
            told, gone = fields(one), set()
            if one["Event"] == "AgentComplete":
                # app_queue asks for both channels when either may be gone; ours always tells of them.
                self.assertLessEqual({"Channel", "DestChannel"}, other.keys())
                of_agent = {key for key in other if key.startswith("Dest")}
                gone |= of_agent if "DestChannel" not in one else set()
                gone |= {key.removeprefix("Dest") for key in of_agent} if "Channel" not in one else set()
            self.assertEqual(told, [(key, value) for key, value in fields(other) if key not in gone],
                             one["Event"])
        theirs, ours = lines["queue"], lines["trunkline"]
        self.assertEqual([line[4] for line in theirs], [line[4] for line in ours])
        for one, other in zip(theirs, ours):
            self.assertEqual(len(one), len(other), (one, other))
            self.assertEqual([shape(field) for field in one[1:5]], [shape(field) for field in other[1:5]])
            for at, (mine, yours) in enumerate(zip(one[5:], other[5:])):
                if mine.isdigit() and yours.isdigit():
                    # Seconds of the same sequence: app_queue counts whole ones by the wall clock.
                    room = 400 if one[4].startswith("RING") else 1
                    self.assertLessEqual(abs(int(mine) - int(yours)), room, (one, other))
                else:
                    self.assertEqual(shape(mine), shape(yours), (at, one, other))
        return lines["queue"], events["queue"]

    def kinds(self, got):
        lines, events = got
        return [line[4] for line in lines], [event["Event"] for event in events]

    def status(self, side):
        return self.event("UserEvent", UserEvent="Status", Queue=self.queue)["Is"]

    def test_the_caller_hangs_up(self):
        def calls(side, queue):
            self.call(queue, stay=3)
            self.event("AgentComplete", Queue=queue)
        lines, events = self.kinds(self.compare("plain", calls))
        self.assertEqual(lines, ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"])
        self.assertEqual(events, ["QueueCallerJoin", "AgentCalled", "QueueCallerLeave", "AgentConnect",
                                  "AgentComplete"])

    def test_the_agent_hangs_up(self):
        def calls(side, queue):
            self.call(queue)
            self.event("AgentComplete", Queue=queue)
            self.assertEqual(self.status(side), "CONTINUE")
        lines, _ = self.kinds(self.compare("short", calls))
        self.assertEqual(lines[-1], "COMPLETEAGENT")

    def test_nobody_answers_and_the_caller_gives_up(self):
        def calls(side, queue):
            self.call(queue, stay=2.6)
            self.event("QueueCallerAbandon", Queue=queue)
        lines, _ = self.kinds(self.compare("lonely", calls))
        self.assertEqual(lines, ["ENTERQUEUE", "RINGNOANSWER", "RINGCANCELED", "ABANDON"])

    def test_the_caller_gives_up_while_a_phone_rings(self):
        def calls(side, queue):
            self.call(queue, stay=2)
            self.event("QueueCallerAbandon", Queue=queue)
        self.compare("ringing", calls)

    def test_a_busy_phone(self):
        def calls(side, queue):
            self.call(queue, stay=0.7)
            self.event("QueueCallerAbandon", Queue=queue)
        self.compare("engaged", calls)

    def test_the_caller_has_waited_long_enough(self):
        def calls(side, queue):
            self.call(queue, limit=2)
            self.event("QueueCallerLeave", Queue=queue)
            self.assertEqual(self.status(side), "TIMEOUT")
        lines, _ = self.kinds(self.compare("ringing", calls))
        self.assertEqual(lines[-1], "EXITWITHTIMEOUT")

    def test_the_caller_leaves_by_a_key(self):
        def calls(side, queue):
            self.call(queue, then="key")
            self.event("QueueCallerLeave", Queue=queue)
        lines, _ = self.kinds(self.compare("ringing", calls))
        self.assertEqual(lines[-1], "EXITWITHKEY")

    def test_the_queue_becomes_empty(self):
        def calls(side, queue):
            self.pause(side, queue, "plain", "true")
            self.call(queue)
            self.event("QueueCallerLeave", Queue=queue)
            self.assertEqual(self.status(side), "LEAVEEMPTY")
            self.pause(side, queue, "plain", "false")
        lines, _ = self.kinds(self.compare("empty", calls))
        self.assertIn("EXITEMPTY", lines)

    def pause(self, side, queue, _, paused, **more):
        action = "QueuePause" if side == "queue" else "TrunklinePause"
        answer = self.ami.action(action, Interface=f"Local/ann@{side}-agents/n", Queue=queue, Paused=paused, **more)
        self.assertEqual(answer["Response"], "Success", answer)

    def test_pauses(self):
        def calls(side, queue):
            self.pause(side, queue, "plain", "true", Reason="lunch")
            self.event("QueueMemberPause", Queue=queue, Paused="1", PausedReason="lunch")
            self.pause(side, queue, "plain", "false")
            self.event("QueueMemberPause", Queue=queue, Paused="0")
        lines, _ = self.kinds(self.compare("plain", calls))
        self.assertEqual(lines, ["PAUSE", "UNPAUSE"])

    def member(self, side, queue, agent="ann"):
        """What an agent is in a queue, by the wallboard's question."""
        kept = list(self.ami.events)
        answer = self.asked(("Queue" if side == "queue" else "Trunkline") + "Status", Queue=queue)
        asked = ("QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete")
        self.ami.events[:] = kept + [e for e in answer if e["Event"] not in asked]
        return next(e for e in answer if e["Event"] == "QueueMember" and e["Name"] == agent)

    def test_a_pause_in_one_queue(self):
        """Ann is in two: paused in one of them she gets the other's calls."""
        def calls(side, queue):
            other = f"{side}-empty"
            self.pause(side, queue, "plain", "true", Reason="lunch")
            self.event("QueueMemberPause", Queue=queue, Paused="1")
            self.assertFalse([e for e in self.ami.events if e["Event"] == "QueueMemberPause" and e["Queue"] == other])
            self.assertEqual([self.member(side, at)["Paused"] for at in (queue, other)], ["1", "0"])
            if side == "trunkline":
                self.assertIn("paused in trunkline-plain: lunch", self.pbx.cli("trunkline show agents"))
            self.call(other, stay=1)
            self.event("AgentConnect", Queue=other)
            self.event("AgentComplete", Queue=other)
            self.call(queue, stay=1)
            self.event("QueueCallerAbandon", Queue=queue)
            self.pause(side, queue, "plain", "false")
            self.event("QueueMemberPause", Queue=queue, Paused="0")
            self.assertEqual([self.member(side, at)["Paused"] for at in (queue, other)], ["0", "0"])
        lines, _ = self.kinds(self.compare("plain", calls))
        self.assertEqual(lines, ["PAUSE", "ENTERQUEUE", "ABANDON", "UNPAUSE"])

    def test_the_end_of_a_pause_in_one_queue(self):
        """Paused in all, and back in one of them."""
        def calls(side, queue):
            other = f"{side}-empty"
            self.pause(side, "", "plain", "true", Reason="lunch")
            self.event("QueueMemberPause", Queue=other, Paused="1")
            self.pause(side, queue, "plain", "false")
            self.event("QueueMemberPause", Queue=queue, Paused="0")
            self.assertEqual([self.member(side, at)["Paused"] for at in (queue, other)], ["0", "1"])
            self.pause(side, "", "plain", "false")
            self.event("QueueMemberPause", Queue=other, Paused="0")
            everywhere = [line[3:5] for line in self.pbx.queue_log()[self.lines:] if line[2] == "NONE"]
            self.assertEqual(everywhere, [["ann", "PAUSEALL"], ["ann", "UNPAUSEALL"]])
        self.compare("plain", calls)

    def test_a_penalty(self):
        def calls(side, queue):
            action = "QueuePenalty" if side == "queue" else "TrunklinePenalty"
            who = {"Interface": interface(side, "ann")}
            for penalty in 4, 0:
                answer = self.ami.action(action, Queue=queue, Penalty=penalty, **who)
                self.assertEqual(answer["Message"], "Interface penalty set successfully")
                self.event("QueueMemberPenalty", Queue=queue, Penalty=str(penalty))
            answer = self.ami.action(action, Queue="no such", Penalty=4, **who)
            self.assertEqual(answer["Message"], "Invalid interface, queuename or penalty")
        lines, events = self.kinds(self.compare("plain", calls))
        self.assertEqual((lines, events), (["PENALTY"] * 2, ["QueueMemberPenalty"] * 2))

    def test_ringing_in_use(self):
        def calls(side, queue):
            prefix = "Queue" if side == "queue" else "Trunkline"
            for ring in "yes", "no":
                answer = self.ami.action(prefix + "MemberRingInUse", Queue=queue, RingInUse=ring,
                                         Interface=interface(side, "ann"))
                self.assertEqual(answer["Message"], "Interface ringinuse set successfully")
                self.event("QueueMemberRinginuse", Queue=queue, Ringinuse="1" if ring == "yes" else "0")
        lines, _ = self.kinds(self.compare("plain", calls))
        self.assertEqual(lines, ["RINGINUSE"] * 2)

    def asks(self, side, function, *arguments, **more):
        prefix = "QUEUE_" if side == "queue" else "TRUNKLINE_"
        name = f"{prefix}{function}({','.join(arguments)})"
        return self.ami.action("Getvar", Variable=name, **more).get("Value")

    def test_what_the_dialplan_asks(self):
        heard = {}
        for side in SIDES:
            self.quiet()
            ann, mine = interface(side, "ann"), f"{side}-plain"
            got = [self.asks(side, "EXISTS", name) for name in (mine, "no such")]
            got += [self.asks(side, "MEMBER", mine, option) for option in ("logged", "free", "ready", "count")]
            self.pause(side, mine, "plain", "true")
            self.event("QueueMemberPause", Queue=mine)
            got += [self.asks(side, "MEMBER", mine, option) for option in ("logged", "free", "ready", "count")]
            got += [self.asks(side, "MEMBER", mine, "paused", ann)]
            self.pause(side, mine, "plain", "false")
            got += [self.asks(side, "MEMBER_LIST", mine).replace(side, "SIDE")]
            answer = self.ami.action("Setvar", Variable=f"{'QUEUE' if side == 'queue' else 'TRUNKLINE'}_MEMBER("
                                     f"{mine},penalty,{ann})", Value="2")
            self.assertEqual(answer["Response"], "Success", answer)
            self.event("QueueMemberPenalty", Queue=mine, Penalty="2")
            got += [self.asks(side, "MEMBER", mine, "penalty", ann)]
            self.call(f"{side}-ringing")
            entered = self.event("QueueCallerJoin", Queue=f"{side}-ringing")
            got += [self.asks(side, "WAITING_COUNT", f"{side}-ringing")]
            got += [self.asks(side, "VARIABLES", f"{side}-ringing", Channel=entered["Channel"])]
            got += [self.ami.action("Getvar", Channel=entered["Channel"], Variable=name).get("Value")
                    for name in ("QUEUEMAX", "QUEUECALLS", "QUEUESRVLEVEL")]
            self.ami.action("Setvar", Variable=f"{'QUEUE' if side == 'queue' else 'TRUNKLINE'}_MEMBER("
                            f"{mine},penalty,{ann})", Value="0")
            heard[side] = got
        self.assertEqual(heard["queue"], heard["trunkline"])
        self.assertEqual(heard["queue"][:6], ["1", "0", "1", "1", "1", "1"])

    def test_members_come_and_go(self):
        def calls(side, queue):
            prefix = "Queue" if side == "queue" else "Trunkline"
            who = {"Queue": queue, "Interface": f"Local/guest@{side}-agents/n"}
            for action, word, more in (
                    ("Add", "Added", dict(MemberName="guest", Penalty=3, Paused="true", Reason="away")),
                    ("Add", "Already there", {}), ("Remove", "Removed", {}), ("Remove", "Not there", {})):
                answer = self.ami.action(prefix + action, **who, **more)
                self.assertIn(word, answer["Message"])
            answer = self.ami.action(prefix + "Remove", Queue=queue, Interface=f"Local/ann@{side}-agents/n")
            self.assertIn("not dynamic", answer["Message"])
            answer = self.ami.action(prefix + "Add", Queue="no such", Interface="Local/x@y")
            self.assertIn("No such queue", answer["Message"])
            self.event("QueueMemberRemoved", Queue=queue)
        lines, events = self.kinds(self.compare("plain", calls))
        self.assertEqual((lines, events), (["ADDMEMBER", "REMOVEMEMBER"],
                                           ["QueueMemberAdded", "QueueMemberRemoved"]))

    def connected(self, queue):
        connect = self.event("AgentConnect", Queue=queue)
        for key in "Channel", "DestChannel":
            self.event("BridgeEnter", Channel=connect[key])
        time.sleep(1.2)
        return connect

    def test_a_blind_transfer(self):
        def calls(side, queue):
            self.call(queue, stay=6)
            connect = self.connected(queue)
            answer = self.ami.action("BlindTransfer", Channel=connect["DestChannel"], Context="parked", Exten="7")
            self.assertEqual(answer["Response"], "Success", answer)
            self.event("AgentComplete", Queue=queue)
        lines, _ = self.kinds(self.compare("plain", calls))
        self.assertEqual(lines[-1], "BLINDTRANSFER")

    def test_an_attended_transfer(self):
        def calls(side, queue):
            self.call(queue, stay=9)
            connect = self.connected(queue)
            answer = self.ami.action("Atxfer", Channel=connect["DestChannel"], Context="parked", Exten="7")
            self.assertEqual(answer["Response"], "Success", answer)
            # The agent talks to the third one, then hangs up.
            self.event("Newstate", Context="parked", ChannelStateDesc="Up")
            time.sleep(1)
            self.ami.action("Hangup", Channel=connect["DestChannel"])
            self.event("AgentComplete", Queue=queue)
        lines, _ = self.kinds(self.compare("plain", calls))
        self.assertEqual(lines[-1], "ATTENDEDTRANSFER")

    def at_the_desk(self, queue):
        """A caller who has reached the phone of SIP: the phone's side of it."""
        while not self.desk.came.empty():
            self.desk.came.get()
        self.call(queue, stay=20)
        self.connected(queue)
        return self.desk.came.get(timeout=5)

    def passed_on(self, caller, where, queue):
        self.assertTrue(caller.refer(f"sip:{where}"))
        told = self.event("AgentComplete", Queue=queue)
        if queue.startswith("trunkline"):
            self.assertTrue(told["Channel"].startswith(f"Local/{queue}@callers"), told)
            self.assertTrue(told["DestChannel"].startswith("PJSIP/desk-"), told)
        # Asterisk frees the phone when it has passed the caller on, or leaves that to the phone.
        if not caller.over.wait(2):
            caller.hang_up()

    def test_a_blind_transfer_by_sip(self):
        def calls(side, queue):
            self.passed_on(self.at_the_desk(queue), f"7@127.0.0.1:{SIP_PORT}", queue)
        lines, _ = self.kinds(self.compare("desks", calls))
        self.assertEqual(lines[-1], "BLINDTRANSFER")

    def attended(self, extension):
        """The desk calls somebody else, and then joins the two."""
        def calls(side, queue):
            caller = self.at_the_desk(queue)
            other = self.desk.call(extension)
            if extension == "8":
                self.event("BridgeEnter", Exten="8")
            self.passed_on(caller, f"{extension}@127.0.0.1:{SIP_PORT}{other.replaces()}", queue)
        lines, _ = self.compare("desks", calls)
        self.assertEqual(lines[-1][4], "ATTENDEDTRANSFER")
        return lines[-1][5]

    def test_an_attended_transfer_by_sip_to_an_application(self):
        self.assertEqual(self.attended("7"), "APP")

    def test_an_attended_transfer_by_sip_to_a_bridge(self):
        self.assertEqual(self.attended("8"), "BRIDGE")

    def test_an_agents_state(self):
        """QueueMemberStatus, which comes when a device changes."""
        seen = {}
        for side in SIDES:
            self.quiet()
            self.call(f"{side}-plain", stay=2)
            seen[side] = self.event("QueueMemberStatus", Queue=f"{side}-plain", Status="2")
        # Ann answers at once: whether she talks already when her device is told of is nobody's promise.
        told = [[(key, "0 or 1" if key == "InCall" and value in "01" else value) for key, value in fields(seen[side])]
                for side in SIDES]
        self.assertEqual(told[0], told[1])

    def asked(self, action, **fields):
        self.ami.events.clear()
        self.ami.action(action, **fields)
        self.event("QueueStatusComplete" if "Status" in action else "QueueSummaryComplete")
        return list(self.ami.events)

    def test_what_a_wallboard_asks(self):
        seen = {}
        for side, action in (("queue", "QueueStatus"), ("trunkline", "TrunklineStatus")):
            self.quiet()
            self.call(f"{side}-ringing")
            self.event("AgentCalled", Queue=f"{side}-ringing")
            seen[side] = self.asked(action, Queue=f"{side}-ringing")
            seen[side] = [e for e in seen[side] if e["Event"] in (
                "QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete")]
        self.assertEqual([e["Event"] for e in seen["queue"]], [e["Event"] for e in seen["trunkline"]])
        for one, other in zip(seen["queue"], seen["trunkline"]):
            self.assertEqual([key for key in one if key != "at"], [key for key in other if key != "at"])

    def test_a_summary(self):
        seen = {}
        for side, action in (("queue", "QueueSummary"), ("trunkline", "TrunklineSummary")):
            self.quiet()
            self.call(f"{side}-ringing")
            self.event("AgentCalled", Queue=f"{side}-ringing")
            time.sleep(1.5)
            seen[side] = [e for e in self.asked(action, Queue=f"{side}-ringing")
                          if e["Event"] == "QueueSummary"]
            self.assertEqual(len(seen[side]), 1)
        one, other = ({key: value for key, value in seen[side][0].items() if key not in ("at", "ActionID", "Queue")}
                      for side in SIDES)
        self.assertEqual(list(one), list(other))
        self.assertLessEqual(abs(int(one.pop("LongestHoldTime")) - int(other.pop("LongestHoldTime"))), 1)
        self.assertEqual(one, other)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
