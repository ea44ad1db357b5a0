#!/usr/bin/env python3
"""import-queues.py [queues.conf [queuerules.conf]] > trunkline.conf : app_queue's configuration as Trunkline's.

What has no counterpart is kept as a comment, and said on standard error. Strategies become the
`asterisk:` ones, which choose as app_queue does, its ties included.

A rule changes what the dialplan has set before Queue(): QUEUE_MAX_PENALTY and so on. In Trunkline the queue
says what its callers begin with: --max-penalty, --min-penalty and --raise-penalty are written into each
queue that has a rule.

SPDX-License-Identifier: MIT OR Apache-2.0
"""

import argparse
import re
import sys

# app_queue's name: (ours, how the value is turned, its default)
OPTIONS = {
    "timeout": ("ring_timeout", "ring", "15"),
    "retry": ("retry", "retry", "5"),
    "wrapuptime": ("wrap_up", "seconds", "0"),
    "maxlen": ("max_waiting", "maximum", "0"),
    "weight": ("weight", "same", "0"),
    "servicelevel": ("service_level", "seconds", "0"),
    "musicclass": ("music", "same", ""),
    "music": ("music", "same", ""),
    "announce": ("announce", "same", ""),
    "announce-frequency": ("announce_every", "announce", "0"),
    "joinempty": ("join_empty", "empty", "yes"),
    "leavewhenempty": ("leave_empty", "empty", "no"),
    "autopause": ("missed_limit", "autopause", "no"),
    "ringinuse": ("ring_in_use", "in use", "no"),
}
# These say what Trunkline does anyway, or what is not asked for here.
SILENT = {"autofill": "yes", "strategy": None, "eventwhencalled": None,
          "eventmemberstatus": None, "setinterfacevar": None, "setqueueentryvar": None,
          "setqueuevar": None, "shared_lastcall": "yes", "defaultrule": None}
STRATEGIES = "ringall leastrecent fewestcalls random wrandom rrmemory rrordered linear".split()
EMPTY = {"yes": "never", "no": "logged-out", "strict": "not-ready", "loose": "logged-out"}


def sections(lines):
    """(name, [(key, value)]) of each section, templates applied."""
    found, templates, order = {}, set(), []
    current = None
    for line in lines:
        line = re.sub(r"(^|\s);.*", "", line).strip()
        head = re.match(r"\[([^\]]+)\](?:\(([^)]*)\))?", line)
        if head:
            current, rest = head[1], head[2] or ""
            if current not in found:
                found[current] = []
                order.append(current)
            for base in filter(None, (part.strip() for part in rest.split(","))):
                if base == "!":
                    templates.add(current)
                elif base != "+":
                    found[current] += found.get(base, [])
        elif current and "=" in line:
            key, value = re.split(r"\s*=>?\s*", line, maxsplit=1)
            found[current].append((key.strip().lower(), value.strip()))
    return [(name, found[name]) for name in order if name not in templates]


def turned(how, value):
    """The value as Trunkline has it; None when there is nothing to write."""
    if how == "seconds":
        return value if value != "0" else ("0" if value else None)
    if how == "ring":
        return value if value != "0" else "86400"  # without end; Trunkline has no such thing
    if how == "retry":
        return value if value != "0" else "0.001"
    if how == "maximum":
        return None if value == "0" else value
    if how == "announce":
        return None if value == "0" else value
    if how == "empty":
        words = [word.strip() for word in value.split(",")]
        known = [EMPTY[word] for word in words if word in EMPTY]
        if known:
            return known[0]
        # A list of states of members that do not count: at least who cannot be reached.
        return "not-ready" if "paused" in words else "logged-out"
    if how == "in use":
        return "yes" if value == "yes" else None
    if how == "autopause":
        return "1" if value in ("yes", "all") else None
    return value or None


def rules_of(lines, taken, warn):
    """queuerules.conf: {its name of a rule: ours}, and the sections that say what each is."""
    names, out = {}, []
    for name, pairs in sections(lines):
        if name == "general":
            for key, value in pairs:
                out.append(f"; queuerules.conf: {key} = {value}")
                warn(f"queuerules.conf: {key} = {value} has no counterpart")
            continue
        # Queues, agents and rules are sections of one file.
        names[name.lower()] = ours = name if name not in taken else f"{name}-rule"
        out += ["", f"[{ours}]", "type = rule"]
        out += [f"penalty_change = {value}" for key, value in pairs if key == "penaltychange"]
    return names, out


def convert(lines, warn, rule_lines=(), begin=None):
    """`begin`: {penalty_max, penalty_min, penalty_raise: what callers of queues with a rule begin with}."""
    general, queues, agents = {}, [], {}
    for name, pairs in sections(lines):
        if name == "general":
            general.update(pairs)
        else:
            queues.append((name, pairs))
    names, rules = rules_of(rule_lines, {name for name, _ in queues}, warn)
    out = ["[general]"]
    if general.get("persistentmembers", "").lower() in ("yes", "true", "y", "t", "1", "on"):
        out.append("persistent_members = yes")
        del general["persistentmembers"]
    for key in sorted(general):
        out.append(f"; queues.conf: {key} = {general[key]}")
    for name, pairs in queues:
        options = {key: value for key, value in pairs if key != "member"}
        strategy = options.get("strategy", "ringall").lower()
        strategy = "rrmemory" if strategy == "roundrobin" else strategy
        if strategy not in STRATEGIES:
            warn(f"{name}: no strategy is called {strategy}; taken as ringall")
            strategy = "ringall"
        out += ["", f"[{name}]", "type = queue", f"strategy = asterisk:{strategy}"]
        written = {}
        for key, (ours, how, default) in OPTIONS.items():
            value = turned(how, options.get(key, default))
            if value is not None and (key in options or ours not in written):
                if key in options or how in ("seconds", "ring", "retry"):
                    written[ours] = value
        if "announce_every" in written:
            written["announce_first"] = written["announce_every"]
        if written.get("service_level") == "0":
            del written["service_level"]
        out += [f"{key} = {value}" for key, value in written.items()]
        for key, value in options.items():
            if key not in OPTIONS and SILENT.get(key, "") not in (None, value):
                out.append(f"; queues.conf: {key} = {value}")
                warn(f"{name}: {key} = {value} has no counterpart")
        rule = options.get("defaultrule", "")
        if rule.lower() in names:
            out.append(f"rule = {names[rule.lower()]}")
            out += [f"{key} = {value}" for key, value in (begin or {}).items()]
            if not begin:
                warn(f"{name}: rule {rule} changes nothing until the queue has penalty_max, penalty_min or "
                     "penalty_raise: what the dialplan sets before Queue()")
        elif rule:
            out.append(f"; queues.conf: defaultrule = {rule}")
            warn(f"{name}: there is no rule {rule}")
        members = [value for key, value in pairs if key == "member"]
        for member in members:
            fields = [field.strip() for field in member.split(",")] + [""] * 6
            phone, penalty, title, device, _, wrap_up = fields[:6]
            agent = agent_of(agents, phone, title, device)
            extra = (f", penalty={penalty}" if penalty not in ("", "0") else "") + (
                f", wrap_up={wrap_up}" if wrap_up else "")
            out.append(f"agent = {agent}{extra}")
    for agent, (phone, device) in agents.items():
        out += ["", f"[{agent}]", "type = agent", f"phone = {phone}"]
        if device and device != phone:
            out.append(f"device = {device}")
    return "\n".join(out + rules) + "\n"


def agent_of(agents, phone, title, device):
    """The agent's name: its member name, else its phone; one agent whatever queues it is in."""
    for name, known in agents.items():
        if known[0] == phone:
            return name
    name = re.sub(r"[\[\];,=]", "", title or phone).strip().replace(" ", "-")
    while name in agents:
        name += "-2"
    agents[name] = (phone, device)
    return name


def main():
    arguments = argparse.ArgumentParser(description="app_queue's configuration as Trunkline's, on standard output")
    arguments.add_argument("queues", nargs="?", type=argparse.FileType(encoding="utf-8"), default=sys.stdin,
                           metavar="queues.conf")
    arguments.add_argument("rules", nargs="?", type=argparse.FileType(encoding="utf-8"), metavar="queuerules.conf")
    for which in "max", "min", "raise":
        arguments.add_argument(f"--{which}-penalty", metavar="N", dest=f"penalty_{which}",
                               help=f"what callers of queues with a rule begin with: QUEUE_{which.upper()}_PENALTY")
    given = vars(arguments.parse_args())
    begin = {key: value for key, value in given.items() if key.startswith("penalty_") and value is not None}
    sys.stdout.write(convert(given["queues"].readlines(), lambda text: print(text, file=sys.stderr),
                             given["rules"].readlines() if given["rules"] else (), begin))


if __name__ == "__main__":
    main()
