"""Callers and agents by sipp around one PBX: what the tests of every PBX have in common."""

import pathlib
import re
import tempfile
import time

import callers
import scenarios

CROWD = [f"crowd{n:02}" for n in range(1, 25)]
TRIO = ["ann", "bob", "cyd"]
HASTY = ["hasty1", "hasty2", "hasty3"]

# How phones behave; a pool of phones that behave alike is one sipp.
POOLS = {
    "crowd": dict(ring=100),
    "quick": dict(ring=200),  # talks until hung up on
    "never": dict(never=True),
    "busy": dict(ring=50, refuse="486 Busy Here"),
    "brief": dict(ring=200, talk=700),
    "slow": dict(ring=1200),
    "hasty": dict(ring=50, talk=0),  # hangs up as soon as it has answered
}
AGENTS = {**{name: "crowd" for name in CROWD}, **{name: "quick" for name in TRIO}, "never": "never",
          "busy": "busy", "brief": "brief", "slow": "slow", **{name: "hasty" for name in HASTY}}

# Who serves a queue, and how.
QUEUES = {
    "crowd": (CROWD, dict(strategy="longest-idle", wrap_up="0")),
    "linear": (TRIO, dict(strategy="linear")),
    "robin": (TRIO, dict(strategy="round-robin")),
    "all": (TRIO, dict(strategy="ring-all")),
    "paper": (["ann"], dict(wrap_up="2")),
    "patience": (["never", "bob"], dict(strategy="linear", ring_timeout="1")),
    "lonely": (["never"], dict(ring_timeout="20")),
    "engaged": (["busy", "bob"], dict(strategy="linear", busy_delay="5")),
    "short": (["brief"], {}),
    "slowly": (["slow"], {}),
    "hasty": (HASTY, dict(strategy="round-robin")),
    "nobody": ([], dict(join_empty="logged-out")),
    "small": (["never"], dict(max_waiting="1", ring_timeout="20")),
    "lazy": (["never"], dict(missed_limit="1", ring_timeout="1")),
    "places": (["never"], dict(ring_timeout="20", announce_first="0.5")),
}


def queues(write, **changed):
    """All queues, each written by `write(name, agents, **options)`; `changed`: other agents or options of some."""
    text = ""
    for name, (agents, options) in QUEUES.items():
        other = changed.get(name, {})
        text += write(name, other.get("agents", agents), **{**options, **{
            key: value for key, value in other.items() if key != "agents"}})
    return text


class Calls:
    """With unittest.TestCase. A PBX's own class has `pbx`, `recordings`, SIP (its port), PORTS and MEDIA (the
    first of the callers' and agents'), and the methods that raise NotImplementedError here."""

    POOLS = tuple(POOLS)  # the phones that are there

    @classmethod
    def phones(cls):
        """{agent: the port of its phone}"""
        return {name: cls.PORTS + list(POOLS).index(pool) for name, pool in AGENTS.items()}

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-")
        home = pathlib.Path(cls.work.name)
        home.chmod(0o755)
        cls.scenarios = home / "sip"
        cls.scenarios.mkdir()
        cls.start_pbx(home)
        cls.agents, cls.started = [], 0
        for at, pool in enumerate(cls.POOLS):
            file = cls.scenarios / f"{pool}.xml"
            file.write_text(scenarios.agent(**POOLS[pool]))
            cls.agents.append(callers.sipp(file, port=cls.PORTS + list(POOLS).index(pool),
                                           media=cls.MEDIA + 2000 + 500 * at))

    @classmethod
    def tearDownClass(cls):
        for agent in cls.agents:
            agent.terminate()
            agent.wait()
        cls.stop_pbx()
        cls.work.cleanup()

    def setUp(self):
        self.began = time.monotonic()
        self.forget()
        type(self).told = len(self.statuses())

    def tearDown(self):
        self.assertTrue(self.until(self.is_idle, 10), self.channels())
        # The next test finds every agent at rest.
        self.assertTrue(self.until(lambda: not re.search(
            "ringing|talking|wrap-up", self.trunkline("show agents")), 10))
        print(f"  {self.id().rsplit('.')[-1]}: {time.monotonic() - self.began:.1f} s", flush=True)

    # ---- of the PBX ----

    @classmethod
    def start_pbx(cls, home):
        raise NotImplementedError

    @classmethod
    def stop_pbx(cls):
        raise NotImplementedError

    def forget(self):
        """What has happened so far is no business of this test."""
        raise NotImplementedError

    def read(self, seconds):
        """Takes in what the PBX tells, so that it never has to wait for us."""
        raise NotImplementedError

    def events(self):
        """What it has told."""
        raise NotImplementedError

    def trunkline(self, command):
        """Asks or tells the module something; its answer."""
        raise NotImplementedError

    def is_idle(self):
        """Nobody is on any line."""
        raise NotImplementedError

    def channels(self):
        """Who is on a line, for people."""
        raise NotImplementedError

    def joined(self, queue):
        """A caller has joined the queue: the event. Likewise below, with the first event from `since` on."""
        raise NotImplementedError

    def offered(self, queue, agent):
        raise NotImplementedError

    def connected(self, queue, since=0):
        raise NotImplementedError

    def completed(self, queue, since=0):
        raise NotImplementedError

    def end_call(self, event):
        """Hangs up the caller that an event is about."""
        raise NotImplementedError

    def answered(self):
        """The agents who have answered a call, in their order."""
        raise NotImplementedError

    def rung(self):
        """[(agent, when its phone began to ring)]"""
        raise NotImplementedError

    # ---- callers ----

    def start(self, extension, *args, count=1, **what):
        """Callers of an extension; their sipp ends when the last of them has."""
        type(self).started += 1
        file = self.scenarios / f"caller{self.started}.xml"
        file.write_text(scenarios.caller(**what))
        return callers.sipp(file, "-s", extension, "-m", count, "-timeout", "90s", *args,
                            port=self.PORTS + 100 + 2 * self.started, media=self.MEDIA + 20 * self.started,
                            target=self.SIP)

    def call(self, extension, *args, **what):
        self.gone(self.start(extension, *args, **what))

    def gone(self, started):
        """Waits for their end."""
        while started.poll() is None:
            self.read(0.02)
        self.assertEqual(started.returncode, 0)

    def hang_up(self, started, *events):
        """Ends the calls these events are about."""
        for event in events:
            self.end_call(event)
        self.gone(started)

    def served(self, queue, count=1, extension=None):
        """Callers of a queue who stay until each talks to an agent. Gives the time when they hang up."""
        seen = len(self.events())
        started = self.start(extension or f"q-{queue}", "-r", 5, count=count)
        told = []
        for _ in range(count):
            told.append(self.connected(queue, since=seen))
            seen = self.events().index(told[-1]) + 1
        ended = time.time()
        self.hang_up(started, *told)
        self.completed(queue, since=seen)
        return ended

    def until(self, test, seconds):
        return callers.wait_for(lambda: self.read(0.02) or test(), seconds, 0)

    def statuses(self):
        return re.findall(r"STATUS=(\w*)", self.pbx.log())

    def status(self):
        """What became of the last caller: the logger is a thread of its own."""
        found = callers.wait_for(lambda: self.statuses()[self.told:], 5)
        type(self).told = len(self.statuses())
        return found and found[-1]

    def parked(self):
        """What callers had with them who were transferred to `parked`."""
        return re.findall(r"PARKED days=(\w*) vip=(\w*)", self.pbx.log())

    def parks(self, call):
        """What the caller had with it whom `call` transfers there."""
        before = len(self.parked())
        call()
        self.assertTrue(callers.wait_for(lambda: len(self.parked()) > before, 5))
        return self.parked()[-1]
