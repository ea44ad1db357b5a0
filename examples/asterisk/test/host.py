"""Asterisk, as the tests that every PBX has in common want it."""

import lab
import office
import calls
import flows

FLOW = flows.menu("vm-options")
DESK = flows.desk("vm-options", "query: caller\n    args: { number: caller }", parked="parked@from-sip",
                  brief="PJSIP/brief", never="PJSIP/never")


class Host(calls.Calls):
    """A class of tests has ROOT, MODULE, RECORDINGS, INSTANCE (which Asterisk is its own)."""

    INSTANCE = 0

    @classmethod
    def configuration(cls, **changed):
        return (f"[general]\nrecordings={cls.recordings}\nseed=7\n" + calls.queues(office.queue, **changed)
                + "".join(map(office.agent, calls.AGENTS))
                + f"[menu]\ntype=flow\nfile={cls.pbx.dir}/etc/menu.yaml\n"
                f"[desk]\ntype=flow\nfile={cls.pbx.dir}/etc/desk.yaml\nqueries=lookups\n")

    @classmethod
    def start_pbx(cls, home):
        cls.PORTS = 16100 + 400 * cls.INSTANCE
        cls.MEDIA = (20000, 48000)[cls.INSTANCE]
        cls.pbx = lab.Asterisk(home / "asterisk", cls.ROOT, cls.MODULE, cls.INSTANCE)
        cls.SIP = cls.pbx.port
        cls.recordings = cls.pbx.dir / "spool/recordings"
        cls.pbx.write("pjsip.conf", office.pjsip(cls.phones(), cls.pbx.port))
        cls.pbx.write("extensions.conf", office.DIALPLAN)
        cls.pbx.write("menu.yaml", FLOW)
        cls.pbx.write("desk.yaml", DESK)
        cls.pbx.write("trunkline.conf", cls.configuration())
        cls.pbx.__enter__()
        cls.ami = lab.Ami(cls.pbx.ami)

    @classmethod
    def stop_pbx(cls):
        cls.ami.close()
        cls.pbx.__exit__()

    def forget(self):
        self.lines = len(self.pbx.queue_log())
        self.ami.read(0.05)
        self.ami.events.clear()

    def read(self, seconds):
        self.ami.read(seconds)

    def events(self):
        return self.ami.events

    def trunkline(self, command):
        return self.pbx.cli("trunkline " + command)

    def is_idle(self):
        return self.pbx.channels() == 0

    def channels(self):
        return self.pbx.cli("core show channels verbose")

    def event(self, name, seconds=20, since=0, **fields):
        found = self.ami.wait(lambda e: e["Event"] == name and all(
            e.get(key) == value for key, value in fields.items()), seconds, since)
        self.assertIsNotNone(found, f"no {name} {fields} among {self.seen()}")
        return found

    def seen(self):
        return [(e["Event"], e.get("MemberName", "")) for e in self.ami.events
                if e["Event"].startswith(("Agent", "Queue"))][-40:]

    def of(self, name):
        self.ami.read(0.1)
        return [e for e in self.ami.events if e["Event"] == name]

    def log(self, *events):
        """The queue_log lines of this test, of these kinds."""
        return [line for line in self.pbx.queue_log()[self.lines:]
                if not events or line[4] in events]

    def joined(self, queue):
        return self.event("QueueCallerJoin", Queue=queue)

    def offered(self, queue, agent):
        return self.event("AgentCalled", Queue=queue, MemberName=agent)

    def connected(self, queue, since=0):
        return self.event("AgentConnect", 30, since=since, Queue=queue)

    def completed(self, queue, since=0):
        return self.event("AgentComplete", since=since, Queue=queue)

    def end_call(self, event):
        self.ami.action("Hangup", Channel=event["Channel"])

    def answered(self):
        return [line[3] for line in self.log("CONNECT")]

    def rung(self):
        return [(event["MemberName"], event["at"]) for event in self.of("AgentCalled")]
