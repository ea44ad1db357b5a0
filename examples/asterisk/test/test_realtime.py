"""trunkline.conf in a database, by Asterisk's static realtime: agents are rows. And members who are in
no configuration, kept in Asterisk's own.

    test_realtime.py ROOT MODULE [ignored] [unittest's arguments]
"""

import os
import pathlib
import re
import sqlite3
import sys
import tempfile
import unittest

import lab
import office

ROOT, MODULE = sys.argv[1:3]


def store(path, text):
    """Writes a configuration as res_config_sqlite3 wants it: a row for each line."""
    with sqlite3.connect(path, timeout=20) as rows:
        rows.execute("create table if not exists ast_config (id integer primary key, cat_metric int, "
                     "var_metric int, filename text, category text, var_name text, var_val text, commented int)")
        rows.execute("delete from ast_config")
        section = -1
        for at, line in enumerate(text.splitlines()):
            if line.startswith("["):
                section, name = section + 1, line.strip("[]")
            else:
                key, value = line.split("=", 1)
                rows.execute("insert into ast_config (cat_metric, var_metric, filename, category, var_name, "
                             "var_val, commented) values (?, ?, 'trunkline.conf', ?, ?, ?, 0)",
                             (section, at, name, key, value))
    rows.close()


class Realtime(unittest.TestCase):
    def test_agents_are_rows(self):
        with tempfile.TemporaryDirectory(prefix="trunkline-realtime-") as work:
            os.chmod(work, 0o755)
            pbx = lab.Asterisk(pathlib.Path(work) / "asterisk", ROOT, MODULE, number=6)
            base = pbx.dir / "etc/realtime.db"
            pbx.modules.insert(0, "res_config_sqlite3")
            pbx.write("pjsip.conf", "")
            pbx.write("extensions.conf", "[general]\n")
            pbx.write("extconfig.conf", "[settings]\ntrunkline.conf => sqlite3,base,ast_config\n")
            pbx.write("res_config_sqlite3.conf", f"[base]\ndbfile => {base}\nbatch => 0\n")
            store(base, office.queue("sales", ["ann"]) + office.agent("ann"))
            with pbx:
                self.assertIn("PJSIP/ann", pbx.cli("trunkline show agents"), pbx.log())
                self.assertRegex(pbx.cli("trunkline show queues"), r"sales .* \d/1 ")
                store(base, office.queue("sales", ["ann", "bob"]) + office.agent("ann") + office.agent("bob"))
                pbx.cli("module reload app_trunkline.so")
                self.assertIn("PJSIP/bob", pbx.cli("trunkline show agents"))
                self.assertRegex(pbx.cli("trunkline show queues"), r"sales .* \d/2 ")


class Kept(unittest.TestCase):
    def entries(self, pbx, family):
        """What is written down there, without the queues' names."""
        return [re.sub(r"\s+", "", line.split(":", 1)[1]) for line in pbx.cli(f"database show {family}").splitlines()
                if line.startswith("/")]

    def test_members_outlive_asterisk(self):
        """Beside app_queue's, which are written in the same way."""
        with tempfile.TemporaryDirectory(prefix="trunkline-kept-") as work:
            os.chmod(work, 0o755)
            pbx = lab.Asterisk(pathlib.Path(work) / "asterisk", ROOT, MODULE, number=6)
            pbx.modules.insert(-1, "app_queue")
            pbx.write("pjsip.conf", "")
            pbx.write("extensions.conf", "[general]\n")
            pbx.write("queues.conf", "[general]\npersistentmembers=yes\n[theirs]\nringinuse=no\n")
            pbx.write("trunkline.conf", "[general]\npersistent_members=yes\n" + office.queue("ours", ["ann"])
                      + office.agent("ann"))
            with pbx:
                ami = lab.Ami(pbx.ami)
                for prefix, queue in ("Queue", "theirs"), ("Trunkline", "ours"):
                    for name, more in ("bob", {}), ("cyd", dict(Penalty=3)):
                        answer = ami.action(prefix + "Add", Queue=queue, Interface=f"PJSIP/{name}",
                                            MemberName=name, StateInterface=f"PJSIP/{name}", **more)
                        self.assertEqual(answer["Response"], "Success", answer)
                    ami.action(prefix + "Pause", Queue=queue, Interface="PJSIP/cyd", Paused="true", Reason="lunch")
                ami.close()
                theirs, = self.entries(pbx, "Queue/PersistentMembers")
                ours, = self.entries(pbx, "Trunkline/PersistentMembers")
                self.assertEqual(sorted(ours.split("|")), sorted(theirs.split("|")))
            with pbx:
                agents = pbx.cli("trunkline show agents")
                self.assertIn("PJSIP/bob", agents, pbx.log())
                self.assertIn("PJSIP/ann", agents)
                ami = lab.Ami(pbx.ami)
                ami.action("TrunklineStatus", Queue="ours")
                cyd = ami.wait(lambda e: e["Event"] == "QueueMember" and e["Name"] == "cyd", 10)
                self.assertEqual([cyd[key] for key in ("Membership", "Penalty", "Paused", "PausedReason")],
                                 ["dynamic", "3", "1", "lunch"])
                for name in "bob", "cyd":
                    ami.action("TrunklineRemove", Queue="ours", Interface=f"PJSIP/{name}")
                ami.close()
                self.assertEqual(self.entries(pbx, "Trunkline/PersistentMembers"), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
