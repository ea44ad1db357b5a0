"""The same calls through app_queue and through app_trunkline, in one Asterisk and at the same time: what each
of them tells a wallboard (AMI events) and a report (queue_log) has the same fields in the same order.

Agents and callers are Local channels. Both modules are loaded; each has its own queues and agents.
"""

import concurrent.futures
import os
import pathlib
import re
import tempfile
import time

import lab
import office
import phone
from callers import wait_for

# What each queue is: its agents, and how its calls are rung, in both languages.
QUEUES = {
    "plain": dict(agents=["ann"], theirs="setinterfacevar=yes\nsetqueueentryvar=yes\n"),
    "short": dict(agents=["brief"]),
    "lonely": dict(agents=["never"], ring=1),
    "ringing": dict(agents=["never"], ring=20),
    "empty": dict(agents=["ann"], theirs="leavewhenempty=paused,unavailable\n", ours="leave_empty=not-ready\n"),
    "engaged": dict(agents=["busy"], ring=5, retry=30),
    "desks": dict(agents=["desk"]),
    "told": dict(agents=["ann"], theirs="announce=queue-minute\n", ours="announce=queue-minute\n"),
    "slowly-told": dict(agents=["ann"], theirs="announce=queue-thankyou\n", ours="announce=queue-thankyou\n"),
    # Who has hung up is not rung again at once.
    "dumping": dict(agents=["brief"], theirs="announce=queue-thankyou\n",
                    ours="announce=queue-thankyou\nwrap_up=5\n"),
    # These are counted: each is one test's own.
    "dumping-once": dict(agents=["brief"], theirs="announce=queue-thankyou\n",
                         ours="announce=queue-thankyou\nwrap_up=5\n"),
    "told-once": dict(agents=["ann"], theirs="announce=queue-thankyou\n", ours="announce=queue-thankyou\n"),
}
AGENTS = {
    "ann": "Answer()\n same => n,Wait(60)",
    "brief": "Answer()\n same => n,Wait(0.6)",
    "never": "Ringing()\n same => n,Wait(60)",
    "busy": "Busy(1)",
}
DESK = "desk"  # a phone of SIP

# SIDE is queue or trunkline.
DIALPLAN = """[SIDE-parked]
exten => 7,1,Answer()
 same => n,Wait(60)
; where phones call, and whom they pass on
[SIDE-sip]
include => SIDE-parked
exten => 8,1,Answer()
 same => n,Dial(Local/7@SIDE-parked/n)
[SIDE-keys]
exten => 1,1,Goto(SIDE-parked,7,1)
[SIDE-agents]
exten => guest,1,Hangup()
AGENTS[SIDE-callers]
exten => PATTERN,1,Answer()
 same => n,APPLICATION
 same => n,UserEvent(Status,Queue: ${EXTEN},Is: ${QUEUESTATUS})
 same => n,Hangup()
exten => stay,1,Answer()
 same => n,Wait(${STAY})
 same => n,Hangup()
"""
QUEUE = {"queue": "Queue(${EXTEN},tc${OPTIONS},,,${LIMIT},,,${RULE})",
         "trunkline": "TrunklineQueue(${EXTEN},tck(1)${OPTIONS},${LIMIT},,${RULE})"}

TELLING = ("Queue", "Agent")  # how the names of the events begin


def dialplan():
    agents = "".join(f"exten => {name},1,{does}\n same => n,Hangup()\n" for name, does in AGENTS.items())
    text = "[general]\nstatic=yes\n"
    for side, queue in QUEUE.items():
        # Letters of a pattern that are digits' names need brackets.
        values = {"AGENTS": agents, "SIDE": side, "PATTERN": f"_{side.replace('n', '[n]')}-.", "APPLICATION": queue}
        text += re.sub("|".join(values), lambda found: values[found[0]], DIALPLAN)
    return text


def interface(side, agent):
    return f"PJSIP/{side}-desk" if agent == DESK else f"Local/{agent}@{side}-agents/n"


def configure(pbx, more, names):
    """`more`: what else there is, app_queue's and ours; `names`: whether queue_log has them."""
    theirs = f"[general]\nautofill=yes\nlog-caller-id-name={names}\nlog_membername_as_agent={names}\n"
    ours = f"[general]\nlog_caller_names={names}\nlog_member_names={names}\n"
    for name, q in QUEUES.items():
        ring, retry = q.get("ring", 15), q.get("retry", 1)
        theirs += (f"[queue-{name}]\nstrategy=leastrecent\nringinuse=no\nsetqueuevar=yes\nservicelevel=20\n"
                   f"context=queue-keys\ntimeout={ring}\nretry={retry}\n{q.get('theirs', '')}")
        ours += (f"[trunkline-{name}]\ntype=queue\nstrategy=asterisk:leastrecent\nring_timeout={ring}\n"
                 f"retry={retry}\n{q.get('ours', '')}")
        for agent in q["agents"]:
            theirs += f"member => {interface('queue', agent)},0,{agent}\n"
            ours += f"agent={agent}\n"
    for agent in (*AGENTS, DESK):
        ours += f"[{agent}]\ntype=agent\nphone={interface('trunkline', agent)}\n"
    pbx.write("queues.conf", theirs + more["queue"])
    pbx.write("trunkline.conf", ours + more["trunkline"])


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
        if key == "Status" and event.get("PausedReason") == "Auto-Pause":
            value = ""  # the phone that has rung is hung up at this very moment
        if key in MEASURED:
            value = "N" if re.fullmatch(r"\d+", value) else value
        elif key in OF_THE_CHANNEL:
            value = ""
        told.append((key, shape(value)))
    return told


class Side:
    """One of the two modules, its queues, and a session of the manager interface that hears of them."""

    def __init__(self, test, name, desk):
        self.test, self.name, self.pbx = test, name, test.pbx
        self.prefix = {"queue": "Queue", "trunkline": "Trunkline"}[name]
        self.desk = desk
        self.ami = lab.Ami(self.pbx.ami)
        self.queue = ""  # the one that is compared

    def interface(self, agent="ann"):
        return interface(self.name, agent)

    def other(self, queue):
        return f"{self.name}-{queue}"

    def begin(self, queue):
        self.queue = self.other(queue)
        self.ami.read(0.1)
        self.ami.events.clear()
        self.lines = len(self.pbx.queue_log())

    def call(self, queue=None, stay=30, limit="", **variables):
        """A caller of the queue, who stays so many seconds."""
        values = "".join(f",{name}={value}" for name, value in variables.items())
        answer = self.ami.action(
            "Originate", Channel=f"Local/{queue or self.queue}@{self.name}-callers/n",
            Context=f"{self.name}-callers", Exten="stay", Priority="1", CallerID='"Cal" <1234>',
            Variable=f"STAY={stay},LIMIT={limit}{values}", Async="true", Timeout="60000")
        self.test.assertEqual(answer["Response"], "Success")

    def event(self, name, seconds=15, **more):
        """The first event of that name; of the queue, unless another one is named."""
        if name.startswith(TELLING) and "Queue" not in more:
            more["Queue"] = self.queue
        return self.first(name, lambda e: all(e.get(key) == value for key, value in more.items()), seconds)

    def first(self, name, test, seconds=15):
        found = self.ami.wait(lambda e: e["Event"] == name and test(e), seconds)
        self.test.assertIsNotNone(found, f"{self.name}: no {name}: " + ", ".join(
            e["Event"] for e in self.ami.events if e["Event"].startswith(TELLING)))
        return found

    def press(self, keys):
        """The caller, who is in the queue by now, presses keys."""
        caller = self.event("QueueCallerJoin")["Channel"].replace(";2", ";1")
        for key in keys:
            answer = self.ami.action("PlayDTMF", Channel=caller, Digit=key)
            self.test.assertEqual(answer["Response"], "Success", answer)

    def act(self, action, **fields):
        """An action, by the name that this side has for it; its answer."""
        return self.ami.action(self.prefix + action, **fields)

    def cli(self, command):
        """A command of app_queue's, by the name that this side has for it."""
        return self.pbx.cli({"queue": "queue ", "trunkline": "trunkline queue "}[self.name] + command)

    def pause(self, queue, paused, agent="ann", **more):
        answer = self.act("Pause", Interface=self.interface(agent), Queue=queue, Paused=paused, **more)
        self.test.assertEqual(answer["Response"], "Success", answer)

    def status(self):
        return self.first("UserEvent", lambda e: e.get("UserEvent") == "Status" and e["Queue"] == self.queue)["Is"]

    def asked(self, action, *kinds, **fields):
        """What comes in answer to an action that is answered by a list: the events of these kinds."""
        kept = list(self.ami.events)
        self.ami.events.clear()
        self.act(action, **fields)
        self.first(f"Queue{action}Complete", lambda e: True)
        answer = list(self.ami.events)
        own = ("QueueParams", "QueueMember", "QueueEntry", "QueueSummary", f"Queue{action}Complete")
        self.ami.events[:] = kept + [e for e in answer if e["Event"] not in own]
        return [e for e in answer if e["Event"] in (kinds or own)]

    def member(self, queue, agent="ann"):
        """What an agent is in a queue, by the wallboard's question."""
        return next(e for e in self.asked("Status", "QueueMember", Queue=queue) if e["Name"] == agent)

    def asks(self, function, *arguments, **more):
        """What a function of the dialplan says."""
        name = {"queue": "QUEUE", "trunkline": "TRUNKLINE"}[self.name]
        return self.ami.action("Getvar", Variable=f"{name}_{function}({','.join(arguments)})", **more).get("Value")

    def runs(self, application, *arguments):
        """What an application of the dialplan says it has done, in the variable it sets."""
        name = application.replace("Member", "QueueMember") if self.name == "queue" else "Trunkline" + application
        seen, channel = len(self.ami.events), f"Local/stay@{self.name}-callers"
        answer = self.ami.action("Originate", Channel=f"{channel}/n", Application=name,
                                 Data=",".join(map(str, arguments)), Variable="STAY=5", Async="true")
        self.test.assertEqual(answer["Response"], "Success", answer)
        said = self.ami.wait(lambda e: e["Event"] == "VarSet" and e["Channel"].startswith(channel)
                             and e["Variable"].endswith("QMSTATUS"), 10, seen)
        self.test.assertIsNotNone(said, f"{name} says nothing")
        return said["Value"]

    def told(self):
        """The events about the queue, an agent's changes of state aside: a device's come in their own time."""
        self.ami.read(0.3)
        return [e for e in self.ami.events if e["Event"].startswith(TELLING) and
                e.get("Queue") == self.queue and e["Event"] != "QueueMemberStatus"]

    def log(self):
        return [line for line in self.pbx.queue_log()[self.lines:] if line[2] == self.queue]


class Shapes:
    """With unittest.TestCase. A class of tests has ROOT, MODULE, INSTANCE."""

    MORE = {"queue": "", "trunkline": ""}  # configuration of either side
    DIALPLAN = ""  # more of it, for either; SIDE is its name, CLASS that of its devices
    RULES = ""  # queuerules.conf
    LOG_NAMES = "no"
    MODULES = ()  # more of them

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-shapes-")
        os.chmod(cls.work.name, 0o755)
        cls.pbx = lab.Asterisk(pathlib.Path(cls.work.name) / "asterisk", cls.ROOT, cls.MODULE, cls.INSTANCE)
        cls.pbx.modules += ["app_queue", "app_userevent", "app_senddtmf", "res_pjsip_refer", *cls.MODULES]
        cls.pbx.modules.remove("app_trunkline")
        cls.pbx.modules.append("app_trunkline")
        desks = {f"{side}-desk": 16160 + 2 * cls.INSTANCE + at for at, side in enumerate(QUEUE)}
        cls.pbx.write("pjsip.conf", office.pjsip(desks, cls.pbx.port, {
            f"{side}-desk": f"{side}-sip" for side in QUEUE}))
        cls.pbx.write("features.conf", "[general]\natxfernoanswertimeout=5\n[featuremap]\natxfer=*2\n")
        cls.pbx.write("extensions.conf", dialplan() + "".join(
            cls.DIALPLAN.replace("SIDE", side).replace("CLASS", side.title()) for side in QUEUE))
        configure(cls.pbx, cls.MORE, cls.LOG_NAMES)
        cls.pbx.write("queuerules.conf", cls.RULES)
        cls.pbx.__enter__()
        cls.desks = [phone.Phone(name, port, cls.pbx.port) for name, port in desks.items()]

    @classmethod
    def tearDownClass(cls):
        for desk in cls.desks:
            desk.close()
        cls.pbx.__exit__()
        cls.work.cleanup()

    def setUp(self):
        self.began = time.monotonic()
        self.sides = [Side(self, name, desk) for name, desk in zip(QUEUE, self.desks)]
        self.quiet()

    def tearDown(self):
        for side in self.sides:
            side.ami.close()
        print(f"  {self.id().rsplit('.')[-1]}: {time.monotonic() - self.began:.1f} s", flush=True)

    def quiet(self, others=0):
        """Nobody is there, every agent is free, and so many others."""
        self.pbx.cli("channel request hangup all")
        self.assertTrue(wait_for(lambda: self.pbx.channels() == 0, 10, 0.05))
        self.assertTrue(wait_for(
            lambda: self.pbx.cli("trunkline show agents").count(" available ") == len(AGENTS) + 1 + others,
            10, 0.05))

    def both(self, queue, does):
        """What `does(side)` gives, for both sides at the same time, on that queue."""
        def run(side):
            side.begin(queue)
            return does(side)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(run, self.sides))

    def compare(self, queue, does, by_kind=False):
        """`does(side)` on either side, to the end; then events and lines, one by one. Gives app_queue's kinds of
        lines and events; what `does` gave is in `gave`."""
        self.gave = self.both(queue, does)
        self.quiet()
        time.sleep(0.2)
        theirs, ours = (side.told() for side in self.sides)
        if by_kind:  # what two threads tell has no order
            theirs, ours = (sorted(told, key=lambda e: e["Event"]) for told in (theirs, ours))
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
        events = [e["Event"] for e in theirs]
        theirs, ours = (side.log() for side in self.sides)
        if by_kind:
            theirs, ours = (sorted(lines, key=lambda line: line[4]) for lines in (theirs, ours))
        self.assertEqual([line[4] for line in theirs], [line[4] for line in ours])
        for one, other in zip(theirs, ours):
            self.assertEqual(len(one), len(other), (one, other))
            self.assertEqual([shape(field) for field in one[1:5]], [shape(field) for field in other[1:5]])
            for at, (mine, yours) in enumerate(zip(one[5:], other[5:])):
                if mine.isdigit() and yours.isdigit():
                    # Seconds of the same sequence: app_queue counts whole ones by the wall clock,
                    # those in which a busy phone rang, too, though it writes them in milliseconds.
                    whole = 1000 if mine.endswith("000") else 400
                    room = whole if one[4].startswith("RING") else 1
                    self.assertLessEqual(abs(int(mine) - int(yours)), room, (one, other))
                else:
                    self.assertEqual(shape(mine), shape(yours), (at, one, other))
        return [line[4] for line in theirs], events
