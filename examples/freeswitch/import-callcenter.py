#!/usr/bin/env python3
"""import-callcenter.py [callcenter.conf.xml] > trunkline.conf.xml : mod_callcenter's configuration as Trunkline's.

What has no counterpart is kept as a comment, and said on standard error. Strategies become the
`callcenter:` ones, which choose as mod_callcenter does. What mod_callcenter has of each agent and
Trunkline of each queue (delays after a call that failed, how long a phone rings, how many calls may
be missed) is taken from the queue's agents: the largest, where they differ.

SPDX-License-Identifier: MIT OR Apache-2.0
"""

import re
import sys
import xml.etree.ElementTree as ET
from xml.sax.saxutils import quoteattr

# The seconds a phone rings where its contact has no leg_timeout.
RING = 60
# mod_callcenter's name of an agent's attribute: Trunkline's of a queue's.
OF_QUEUE = {
    "max-no-answer": "missed_limit",
    "reject-delay-time": "declined_delay",
    "busy-delay-time": "busy_delay",
    "no-answer-delay-time": "no_answer_delay",
    "ring": "ring_timeout",
}
# What says what Trunkline does anyway.
SILENT = {
    "time-base-score": "queue",
    "tier-rules-apply": "false",
    "max-wait-time-with-no-agent": "0",
    "skip-agents-with-external-calls": "false",
}


def params(element):
    return {param.get("name"): param.get("value") or "" for param in element.findall("param")}


def plain(name):
    """A name that can stand in a list of options."""
    return re.sub(r"[\s,=]+", "-", name)


def is_true(value):
    return value.lower() in ("true", "yes", "on", "1")


class Agent:
    def __init__(self, element, warn):
        self.name = plain(element.get("name"))
        self.values = dict(element.attrib)
        contact = element.get("contact") or ""
        ring = re.match(r"\[([^\]]*)\]", contact)
        self.values["ring"] = str(RING)
        if ring:
            rest = [pair for pair in ring[1].split(",") if not pair.startswith("leg_timeout=")]
            for pair in ring[1].split(","):
                if pair.startswith("leg_timeout="):
                    self.values["ring"] = pair.partition("=")[2]
            contact = (f"[{','.join(rest)}]" if rest else "") + contact[ring.end():]
        self.options = [("phone", contact)]
        if (element.get("wrap-up-time") or "0") != "0":
            self.options.append(("wrap_up", element.get("wrap-up-time")))
        status = element.get("status") or "Available"
        if status == "Logged Out":
            self.options.append(("logged_out", "yes"))
        elif status == "On Break":
            self.options.append(("paused", "yes"))
        elif status != "Available":
            warn(f"{self.name}: the status {status} has no counterpart; taken as Available")


def convert_queue(element, members, warn):
    """The lines of a queue; the second is the sound that announces, if any."""
    theirs, name, out = params(element), element.get("name"), []

    def put(key, value):
        out.append(f"      <param name={quoteattr(key)} value={quoteattr(value)}/>")

    put("strategy", "callcenter:" + theirs.pop("strategy", "longest-idle-agent"))
    for key, ours in (("moh-sound", "music"), ("max-wait-time", "max_wait"),
                      ("ring-progressively-delay", "progressive"), ("announce-frequency", "announce_every")):
        value = theirs.pop(key, "0")
        if value not in ("", "0"):
            put(ours, value)
            if ours == "announce_every":
                put("announce_first", value)
    sound = theirs.pop("announce-sound", None)
    kept = theirs.pop("discard-abandoned-after", "60")
    if is_true(theirs.pop("abandoned-resume-allowed", "false")) and kept != "0":
        put("resume_within", kept)
    if not is_true(theirs.get("tier-rules-apply", "false")):
        theirs = {key: value for key, value in theirs.items() if not key.startswith("tier-rule-")}
    if theirs.get("max-wait-time-with-no-agent", "0") == "0":
        theirs.pop("max-wait-time-with-no-agent-time-reached", None)
    for key, ours in OF_QUEUE.items():
        values = {int(agent.values.get(key) or 0) for agent, _ in members}
        if len(values) > 1:
            warn(f"{name}: its agents differ in {key}; the largest is taken")
        if values and max(values):
            put(ours, str(max(values)))
    for agent, tier in members:
        level, position = tier.get("level") or "1", tier.get("position") or "1"
        put("agent", f"{agent.name}, level={level}, position={position}")
    for key, value in theirs.items():
        if SILENT.get(key) != value:
            out.append(f"      <!-- callcenter.conf: {key} = {value.replace('--', '- -')} -->")
            warn(f"{name}: {key} = {value} has no counterpart")
    return [f"    <queue name={quoteattr(name)}>", *out, "    </queue>"], sound


def convert(text, warn):
    root = ET.fromstring(re.sub(r"<X-PRE-PROCESS[^>]*/>", "", text))
    agents = {}
    for element in root.findall("agents/agent"):
        if (element.get("type") or "callback") != "callback":
            warn(f"{element.get('name')}: agents of type {element.get('type')} have no counterpart")
            continue
        agents[element.get("name")] = Agent(element, warn)
    queues, sounds = [], []
    for element in root.findall("queues/queue"):
        members = [(agents[tier.get("agent")], tier) for tier in root.findall("tiers/tier")
                   if tier.get("queue") == element.get("name") and tier.get("agent") in agents]
        lines, sound = convert_queue(element, members, warn)
        queues += lines
        sounds += [sound] if sound else []
    out = ['<configuration name="trunkline.conf" description="Trunkline">', "  <settings>"]
    if sounds:
        out.append(f'    <param name="announcement" value={quoteattr(sounds[0])}/>')
    for sound in sounds[1:]:
        if sound != sounds[0]:
            warn(f"announce-sound {sound}: there is one announcement for all queues, {sounds[0]}")
    out += ["  </settings>", "  <queues>", *queues, "  </queues>", "  <agents>"]
    for agent in agents.values():
        out.append(f"    <agent name={quoteattr(agent.name)}>")
        out += [f"      <param name={quoteattr(key)} value={quoteattr(value)}/>" for key, value in agent.options]
        out.append("    </agent>")
    return "\n".join([*out, "  </agents>", "</configuration>"]) + "\n"


def main():
    file = open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin
    with file:
        sys.stdout.write(convert(file.read(), lambda text: print(text, file=sys.stderr)))


if __name__ == "__main__":
    main()
