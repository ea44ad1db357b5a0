"""Queues and members as rows of a database, read when a queue is used, by app_queue and app_trunkline from the same
tables in one Asterisk.

    test_live.py ROOT MODULE [ignored] [unittest's arguments]
"""

import os
import pathlib
import re
import sqlite3
import sys
import tempfile
import time
import unittest

import lab
from callers import wait_for

ROOT, MODULE = sys.argv[1:3]
TABLES = """create table queues (name text primary key, musiconhold text, strategy text, timeout int, retry int,
    wrapuptime int, maxlen int, servicelevel int, weight int, ringinuse text, joinempty text, leavewhenempty text,
    announce_frequency int, queue_thankyou text, setqueuevar text, defaultrule text, autofill text);
create table queue_members (uniqueid integer primary key, queue_name text, interface text, membername text,
    state_interface text, penalty int, paused int, wrapuptime int, reason_paused text);
create table queue_rules (rule_name text, time text, min_penalty text, max_penalty text, raise_penalty text);
insert into queue_rules values ('widen', '30', '0', '+3', '0'), ('widen', '60', '-1', '10', '2'),
    ('other', '5', '1', '0', '0'), ('soon', '1', '0', '5', '0');
insert into queues values ('sales', 'default', 'rrmemory', 1, 1, 0, 7, 30, 2, 'no', 'yes', 'no', 0, 'beep', 'yes', 'soon', null);
insert into queues values ('nobody', null, 'ringall', 15, 5, 0, 0, 0, 0, 'no', 'no', 'no', 0, null, 'no', null, null);
insert into queues values ('fixed', 'default', 'linear', 9, 9, 0, 3, 30, 2, 'no', 'yes', 'no', 0, 'beep', 'yes', null, 'no');
insert into queues (name, strategy, timeout, retry, ringinuse, autofill) values ('alone', 'linear', 30, 1, 'no', 'no');
"""
DIALPLAN = """[general]
[agents]
exten => _X,1,Ringing()
 same => n,Wait(60)
[callers]
exten => _queue-.,1,Answer()
 same => n,Queue(${EXTEN:6})
 same => n,UserEvent(Status,Of: queue,Is: ${QUEUESTATUS})
exten => _tru[n]kli[n]e-.,1,Answer()
 same => n,TrunklineQueue(${EXTEN:10})
 same => n,UserEvent(Status,Of: trunkline,Is: ${QUEUESTATUS})
exten => stay,1,Answer()
 same => n,Wait(60)
"""
SIDES = {"queue": ("Queue", "queue"), "trunkline": ("Trunkline", "trunkline queue")}


class Rows:
    """With unittest.TestCase."""

    GENERAL = ""  # of both configurations

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="trunkline-live-")
        os.chmod(cls.work.name, 0o755)
        cls.pbx = pbx = lab.Asterisk(pathlib.Path(cls.work.name) / "asterisk", ROOT, MODULE, number=8)
        cls.base = pbx.dir / "etc/realtime.db"
        pbx.modules.insert(0, "res_config_sqlite3")
        pbx.modules.insert(-1, "app_queue")
        pbx.modules.append("app_userevent")
        pbx.write("pjsip.conf", "")
        pbx.write("extensions.conf", DIALPLAN)
        pbx.write("extconfig.conf", "[settings]\nqueues => sqlite3,base\nqueue_members => sqlite3,base\n"
                  "queue_rules => sqlite3,base\n")
        pbx.write("queuerules.conf", "[general]\nrealtime_rules = yes\n")
        pbx.write("res_config_sqlite3.conf", f"[base]\ndbfile => {cls.base}\nbatch => 0\n")
        pbx.write("trunkline.conf", f"[general]\n{cls.GENERAL}[fixed]\ntype=queue\nring_in_use=yes\n")
        pbx.write("queues.conf", f"[general]\nautofill=yes\n{cls.GENERAL}[fixed]\n")
        cls.rows(*TABLES.split(";"))
        pbx.__enter__()
        cls.ami = lab.Ami(pbx.ami)

    @classmethod
    def tearDownClass(cls):
        cls.ami.close()
        cls.pbx.__exit__()
        cls.work.cleanup()

    @classmethod
    def rows(cls, *changes):
        with sqlite3.connect(cls.base, timeout=20) as base:
            for change in changes:
                base.execute(change)
        base.close()

    def setUp(self):
        self.rows("delete from queue_members",
                  "insert into queue_members values (1, 'sales', 'Local/1@agents/n', 'one', null, 0, 0, null, null)",
                  "insert into queue_members values (2, 'sales', 'Local/2@agents/n', 'two', 'Local/1@agents', 3, 1, 9, null)")
        self.ami.read(0.1)
        self.ami.events.clear()

    def tearDown(self):
        self.pbx.cli("channel request hangup all")
        self.assertTrue(wait_for(lambda: self.pbx.channels() == 0, 10, 0.05))

    def call(self, side, queue="sales", variables=""):
        """A caller; what is said first of it."""
        seen = len(self.ami.events)
        self.ami.action("Originate", Channel=f"Local/{side}-{queue}@callers/n", Context="callers",
                        Exten="stay", Priority="1", Async="true", Variable=variables)
        first = self.ami.wait(lambda e: e["Event"] == "QueueCallerJoin" or (
            e["Event"] == "UserEvent" and e["Of"] == side), 10, seen)
        self.assertIsNotNone(first)
        return first

    def event(self, name, **fields):
        found = self.ami.wait(lambda e: e["Event"] == name and all(
            e.get(key) == value for key, value in fields.items()), 10)
        self.assertIsNotNone(found, (name, fields))
        return found

    def shown(self, side, queue="sales"):
        """What a queue looks like, but for seconds and the state of phones just now; members by name."""
        text = self.pbx.cli(f"{SIDES[side][1]} show {queue}")
        text = re.sub(r"\((Not in use|In use|Ringing|Unknown)\) has.*|C:\d+, A:\d+, SL.*%|\d+ secs", "", text)
        head, *rest = text.splitlines()
        return [head, *sorted(rest)]

    def alike(self, queue="sales", what=""):
        """What both show, of lines that begin so."""
        theirs, ours = ([line for line in self.shown(side, queue) if line.startswith(what)] for side in SIDES)
        self.assertEqual(theirs, ours)
        return "\n".join(ours)

    def penalty(self):
        """What the row of the first member says."""
        with sqlite3.connect(self.base, timeout=20) as base:
            (penalty, ), = base.execute("select penalty from queue_members where uniqueid = 1")
        base.close()
        return penalty


class Live(Rows, unittest.TestCase):
    def test_a_queue_is_there_when_it_is_used(self):
        shown = self.alike()
        self.assertIn("(max 7) in 'rrmemory' strategy", shown)
        self.assertIn("two (Local/2@agents/n from Local/1@agents) with penalty 3 (ringinuse disabled) (realtime) "
                      "(paused was", shown)
        for side in SIDES:
            self.assertEqual(self.call(side).get("Position"), "1")
            self.event("AgentCalled", MemberName="one")
            # The phone rings for a second.
            self.assertLess(int(self.event("AgentRingNoAnswer", MemberName="one")["RingTime"]), 3000)
            self.tearDown()
            self.ami.events.clear()

    def test_a_rule_of_a_row(self):
        """A caller who begins with penalties up to 1 comes to others after a second."""
        for side in SIDES:
            self.setUp()
            self.rows("delete from queue_members where uniqueid = 1",
                      "update queue_members set paused = 0 where uniqueid = 2")
            joined = self.call(side, variables="__QUEUE_MAX_PENALTY=1")
            called = self.event("AgentCalled", Channel=joined["Channel"], MemberName="two")
            self.assertGreater(called["at"], joined["at"] + 0.9)
            self.tearDown()

    def test_the_first_alone_is_served(self):
        for side in SIDES:
            self.setUp()
            self.rows("update queue_members set queue_name = 'alone', paused = 0, state_interface = null")
            first = self.call(side, "alone")["Channel"]
            self.event("AgentCalled", Channel=first)
            second = self.call(side, "alone")["Channel"]
            self.assertIsNone(self.ami.wait(lambda e: e["Event"] == "AgentCalled" and e["Channel"] == second, 2.5))
            self.ami.action("Hangup", Channel=first)
            self.event("AgentCalled", Channel=second)
            self.tearDown()
            # Looked at, they are its members no more.
            self.setUp()
            self.assertIn("No Members", "".join(self.shown(side, "alone")))

    def test_a_row_of_a_queue_that_is_configured(self):
        """It is the configuration's; what the row says of it is nothing."""
        self.assertIn("(max unlimited)", self.shown("trunkline", "fixed")[0])
        for side in SIDES:
            self.ami.events.clear()
            channel = self.call(side, "fixed")["Channel"]
            self.ami.action("Hangup", Channel=channel)
            self.event("QueueCallerLeave", Channel=channel)
            self.ami.wait(lambda e: e["Event"] == "Hangup" and e["Channel"] == channel, 10)
            self.assertFalse([e for e in self.ami.events if e["Event"] == "VarSet" and e["Variable"] == "QUEUEMAX"])

    def test_who_has_no_row(self):
        for side in SIDES:
            self.assertEqual(self.call(side, "no-such")["Event"], "UserEvent")
            self.assertEqual(self.call(side, "nobody")["Is"], "JOINEMPTY")

    def test_members_come_go_and_change_while_a_caller_waits(self):
        for side in SIDES:
            self.setUp()
            waiting = self.call(side)["Channel"]
            self.event("AgentCalled", MemberName="one")
            self.rows("delete from queue_members where uniqueid = 1",
                      "update queue_members set paused = 0, penalty = 1 where uniqueid = 2",
                      *(f"insert into queue_members values ({at}, '{queue}', 'Local/3@agents/n', 'three', null, 0, 0, "
                        "null, null)" for at, queue in ((3, "sales"), (4, "fixed"))))
            self.assertEqual(self.call(side)["Position"], "2")
            self.event("AgentCalled", Channel=waiting, MemberName="three")
            shown = self.alike(what="      t")
            self.assertNotIn(" one ", shown)
            self.assertIn("with penalty 1", shown)
            self.assertIn("three", self.alike("fixed", "      t"))
            self.tearDown()

    def test_what_the_log_says_of_rows(self):
        self.alike()
        time.sleep(0.3)
        began = len(self.pbx.queue_log())
        self.rows("update queue_members set uniqueid = 9, interface = 'Local/9@agents/n', paused = 1 "
                  "where uniqueid = 1")
        self.alike()

        def lines():
            return sorted(line[1:] for line in self.pbx.queue_log()[began:] if line[4].endswith("MEMBER"))
        self.assertTrue(wait_for(lambda: len(lines()) == 4, 5), lines())
        self.assertEqual(lines(), 2 * [["REALTIME", "sales", "Local/1@agents/n", "REMOVEMEMBER", ""]]
                         + 2 * [["REALTIME", "sales", "Local/9@agents/n", "ADDMEMBER", "PAUSED"]])

    def test_rules(self):
        theirs, ours = (sorted(self.pbx.cli(f"{name} show rules").splitlines()) for _, name in SIDES.values())
        self.assertEqual(theirs, ours)
        self.assertIn("Rule: widen", ours)

    def test_a_negative_penalty_is_none(self):
        self.rows("update queue_members set penalty = -1 where uniqueid = 1")
        one, = (line for line in self.alike().splitlines() if " one " in line)
        self.assertNotIn("penalty", one)
        for prefix, command in SIDES.values():
            answer = self.ami.action(prefix + "Penalty", Queue="sales", Interface="Local/1@agents/n", Penalty="-1")
            self.assertEqual(answer["Message"], "Invalid interface, queuename or penalty")
            self.assertIn("Failed to set", self.pbx.cli(f"{command} set penalty -1 on Local/1@agents/n in sales"))

    def test_a_pause_is_written_down(self):
        for side, (prefix, _) in SIDES.items():
            self.setUp()
            self.shown(side)
            for paused, row in ("true", 1), ("false", 0):
                answer = self.ami.action(prefix + "Pause", Queue="sales", Interface="Local/1@agents/n", Paused=paused)
                self.assertEqual(answer["Response"], "Success", answer)

                def written():
                    with sqlite3.connect(self.base, timeout=20) as base:
                        (paused, ), = base.execute("select paused from queue_members where uniqueid = 1")
                    base.close()
                    return paused == row
                self.assertTrue(wait_for(written, 5), side)
                one, = (line for line in self.shown(side) if " one " in line)
                self.assertEqual("paused" in one, bool(row))
            answer = self.ami.action(prefix + "Remove", Queue="sales", Interface="Local/1@agents/n")
            self.assertIn("not dynamic", answer["Message"])

    def test_a_reload_and_the_end_of_a_queue_leave_callers_alone(self):
        waiting = self.call("trunkline")
        self.pbx.cli("module reload app_trunkline.so")
        self.assertIn("1. " + waiting["Channel"], "".join(self.shown("trunkline")))
        self.rows("update queues set name = 'gone' where name = 'sales'")
        try:
            self.assertEqual(self.call("trunkline")["Event"], "UserEvent")
            self.assertIn(waiting["Channel"], self.pbx.cli("trunkline show calls"))
        finally:
            self.rows("update queues set name = 'sales' where name = 'gone'")
        self.assertEqual(self.call("trunkline")["Position"], "2")

    def test_zz_the_log_has_no_error(self):
        expected = "there is no queue", "Unable to join queue", "no-such", "Invalid penalty"
        self.assertEqual(self.pbx.errors(*expected), [])


class Negative(Rows, unittest.TestCase):
    """negative_penalty_invalid."""

    GENERAL = "negative_penalty_invalid=yes\n"

    def test_whose_penalty_is_negative_is_no_member(self):
        for penalty, there in ((-1, False), (0, True), (-3, False)):
            self.rows(f"update queue_members set penalty = {penalty} where uniqueid = 1")
            self.assertEqual(" one " in self.alike(), there, penalty)

    def test_a_member_is_withdrawn(self):
        for side, (prefix, _) in SIDES.items():
            self.setUp()
            self.assertIn(" one ", "".join(self.shown(side)))
            answer = self.ami.action(prefix + "Penalty", Queue="sales", Interface="Local/1@agents/n", Penalty="-2")
            self.assertEqual(answer["Response"], "Success", answer)
            self.assertEqual(self.penalty(), -2)
            self.assertNotIn(" one ", "".join(self.shown(side)))

    def test_a_member_is_removed(self):
        began, told = len(self.pbx.queue_log()), []
        for side, (prefix, _) in SIDES.items():
            self.setUp()
            self.shown(side)
            answer = self.ami.action(prefix + "Remove", Queue="sales", Interface="Local/1@agents/n")
            self.assertEqual((answer["Response"], self.penalty()), ("Success", -1), answer)
            self.assertNotIn(" one ", "".join(self.shown(side)))
            self.event("QueueMemberRemoved", MemberName="one")
            self.assertTrue(wait_for(lambda: [line for line in self.pbx.queue_log()[began:]
                                              if line[1] == "MANAGER"], 5))
            told.append([line[1:] for line in self.pbx.queue_log()[began:] if line[1] == "MANAGER"])
            began = len(self.pbx.queue_log())
        self.assertEqual(told[0], told[1])
        self.assertEqual([line[3] for line in told[0]], ["REMOVEMEMBER"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
