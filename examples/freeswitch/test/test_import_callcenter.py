"""callcenter.conf.xml as trunkline.conf.xml."""

import importlib.util
import pathlib
import unittest
import xml.etree.ElementTree as ET

_PATH = pathlib.Path(__file__).resolve().parent.parent / "import-callcenter.py"
_SPEC = importlib.util.spec_from_file_location("import_callcenter", _PATH)
importer = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(importer)

CALLCENTER = """<configuration name="callcenter.conf" description="CallCenter">
  <settings/>
  <queues>
    <queue name="support@default">
      <param name="strategy" value="top-down"/>
      <param name="moh-sound" value="$${hold_music}"/>
      <param name="record-template" value="/tmp/${uuid}.wav"/>
      <param name="time-base-score" value="queue"/>
      <param name="max-wait-time" value="300"/>
      <param name="max-wait-time-with-no-agent" value="0"/>
      <param name="max-wait-time-with-no-agent-time-reached" value="5"/>
      <param name="tier-rules-apply" value="false"/>
      <param name="tier-rule-wait-second" value="300"/>
      <param name="discard-abandoned-after" value="45"/>
      <param name="abandoned-resume-allowed" value="true"/>
      <param name="announce-sound" value="please-wait.wav"/>
      <param name="announce-frequency" value="30"/>
    </queue>
    <queue name="plain"/>
  </queues>
  <agents>
    <agent name="1000@default" type="callback" contact="[leg_timeout=10]user/1000@default"
      status="Available" max-no-answer="3" wrap-up-time="10" reject-delay-time="10" busy-delay-time="60"/>
    <agent name="Ann Lee" type="callback" contact="[leg_timeout=20,x=1]user/1001" status="On Break"
      max-no-answer="3" wrap-up-time="0" reject-delay-time="10" busy-delay-time="60"/>
    <agent name="desk" type="uuid-standby" status="Available"/>
  </agents>
  <tiers>
    <tier agent="1000@default" queue="support@default" level="1" position="2"/>
    <tier agent="Ann Lee" queue="support@default"/>
    <tier agent="desk" queue="support@default"/>
    <tier agent="Ann Lee" queue="plain"/>
  </tiers>
</configuration>
"""


class Import(unittest.TestCase):
    def setUp(self):
        self.warnings = []
        self.text = importer.convert(CALLCENTER, self.warnings.append)
        self.root = ET.fromstring(self.text)

    def params(self, path):
        return [(param.get("name"), param.get("value")) for param in self.root.findall(path + "/param")]

    def test_queues(self):
        support = self.params("queues/queue[@name='support@default']")
        for pair in (("strategy", "callcenter:top-down"), ("music", "$${hold_music}"), ("max_wait", "300"),
                     ("resume_within", "45"), ("announce_every", "30"), ("announce_first", "30"),
                     ("missed_limit", "3"), ("declined_delay", "10"), ("busy_delay", "60"),
                     ("agent", "1000@default, level=1, position=2"), ("agent", "Ann-Lee, level=1, position=1")):
            self.assertIn(pair, support)
        self.assertIn(("ring_timeout", "20"), support)
        self.assertIn(("strategy", "callcenter:longest-idle-agent"), self.params("queues/queue[@name='plain']"))
        self.assertEqual(self.params("settings"), [("announcement", "please-wait.wav")])

    def test_agents(self):
        self.assertEqual(self.params("agents/agent[@name='1000@default']"),
                         [("phone", "user/1000@default"), ("wrap_up", "10")])
        self.assertEqual(self.params("agents/agent[@name='Ann-Lee']"),
                         [("phone", "[x=1]user/1001"), ("paused", "yes")])
        self.assertEqual(len(self.root.findall("agents/agent")), 2)

    def test_what_is_lost_is_said(self):
        self.assertEqual(self.warnings, [
            "desk: agents of type uuid-standby have no counterpart",
            "support@default: its agents differ in ring; the largest is taken",
            "support@default: record-template = /tmp/${uuid}.wav has no counterpart"])
        self.assertIn("<!-- callcenter.conf: record-template", self.text)


if __name__ == "__main__":
    unittest.main()
