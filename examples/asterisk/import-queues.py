#!/usr/bin/env python3
"""import-queues.py [queues.conf [queuerules.conf]] > trunkline.conf : app_queue's configuration as Trunkline's.

What has no counterpart is kept as a comment, and said on standard error. Strategies become the
`asterisk:` ones, which choose as app_queue does, its ties included.

A rule changes what the dialplan has set before Queue(): QUEUE_MAX_PENALTY and so on. --max-penalty,
--min-penalty and --raise-penalty, where given, are written into each queue that has a rule, for callers for
whom the dialplan sets nothing.

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
    "musiconhold": ("music", "same", ""),
    "announce": ("announce", "same", ""),
    "reportholdtime": ("report_hold", "flag", "no"),
    "memberdelay": ("member_delay", "nonzero", "0"),
    "membergosub": ("member_gosub", "same", ""),
    "monitor-format": ("monitor_format", "same", ""),
    "context": ("exit_context", "same", ""),
    "setqueuevar": ("queue_variables", "flag", "no"),
    "joinempty": ("join_empty", "join", "yes"),
    "leavewhenempty": ("leave_empty", "leave", "no"),
    "ringinuse": ("ring_in_use", "flag", "yes"),
    "penaltymemberslimit": ("penalties_above", "nonzero", "0"),
    "timeoutpriority": ("ring_out", "conf", "app"),
}
# Where the place is announced: with app_queue's defaults where they are other ones.
PLACES = {
    "announce-frequency": ("announce_every", "same", ""),
    "min-announce-frequency": ("announce_least", "same", "15"),
    "announce-position": ("announce_place", "same", "yes"),
    "announce-position-limit": ("announce_place_limit", "same", ""),
    "announce-position-only-up": ("announce_only_up", "flag", "no"),
    "announce-holdtime": ("announce_hold", "same", "yes"),
    "announce-round-seconds": ("announce_hold_round", "nonzero", "0"),
}
# Where something is played again and again.
PERIODIC = {
    "periodic-announce-frequency": ("periodic_every", "same", ""),
    "periodic-announce": ("periodic_announce", "same", "queue-periodic-announce"),
    "periodic-announce-startdelay": ("periodic_first", "not negative", ""),
    "random-periodic-announce": ("periodic_random", "flag", "no"),
    "relative-periodic-announce": ("periodic_relative", "flag", "no"),
}
SOUNDS = ("youarenext", "thereare", "callswaiting", "quantity1", "quantity2", "holdtime", "minute", "minutes",
          "seconds", "thankyou", "callerannounce", "reporthold")
for _sound in SOUNDS:
    OPTIONS[f"queue-{_sound}"] = (f"sound_{_sound}", "same", "")
# Where who lets a call ring is paused.
PAUSES = {
    "autopause": ("missed_pause", "pause", "no"),
    "autopausedelay": ("missed_spare", "nonzero", "0"),
    "autopausebusy": ("missed_busy", "flag", "no"),
    "autopauseunavail": ("missed_unreachable", "flag", "no"),
}
# Who is the first is told only when asked for: of both.
TO_FIRST = "announce-to-first-user"
GENERAL = {"persistentmembers": "persistent_members", "log_membername_as_agent": "log_member_names",
           "log-caller-id-name": "log_caller_names", "negative_penalty_invalid": "negative_penalty_invalid"}
# These say what Trunkline does anyway, or what is not asked for here.
SILENT = {"autofill": None, "strategy": None, "eventwhencalled": None,
          "eventmemberstatus": None, "setinterfacevar": None, "setqueueentryvar": None, TO_FIRST: None,
          "timeoutrestart": None, "log-restricted-caller-id": None, "defaultrule": None}
SILENT_GENERAL = {"autofill": None, "monitor-type": None, "shared_lastcall": None,
                  "force_longest_waiting_caller": None}
TRUE = ("yes", "true", "y", "t", "1", "on")
STRATEGIES = "ringall leastrecent fewestcalls random wrandom rrmemory rrordered linear".split()
# The nearest rule that lets nobody wait for somebody who does not count.
EMPTY = {"strict": "not-ready", "loose": "logged-out", "inuse": "none-free", "ringing": "none-free",
         "wrapup": "none-free", "paused": "not-ready", "unavailable": "logged-out", "invalid": "logged-out",
         "unknown": "logged-out", "penalty": "logged-out"}
STRICTEST = "logged-out", "not-ready", "none-free"


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


def empty(value, how):
    """joinempty, leavewhenempty: yes and no mean the opposite of each other."""
    words = [word.strip() for word in value.split(",")]
    if set(words) & {"yes", "no"}:
        return "never" if ("yes" in words) == (how == "join") else "not-ready"
    return max((EMPTY[word] for word in words if word in EMPTY), key=STRICTEST.index, default="never")


def turned(how, value):
    """The value as Trunkline has it; None when there is nothing to write."""
    if how == "seconds":
        return value if value != "0" else ("0" if value else None)
    if how == "ring":
        return value if value != "0" else "86400"  # without end; Trunkline has no such thing
    if how == "retry":
        return value if value.isdigit() and value != "0" else "5"  # as app_queue takes it
    if how == "maximum":
        return None if value == "0" else value
    if how == "nonzero":
        return None if value in ("", "0") else value
    if how == "not negative":
        return None if value.startswith("-") else value or None
    if how in ("join", "leave"):
        return empty(value.lower(), how)
    if how == "pause":
        return "all" if value.lower() == "all" else "queue" if value.lower() in TRUE else None
    if how == "conf":
        return "yes" if value.lower() == "conf" else None
    if how == "flag":
        return "yes" if value.lower() in TRUE else None
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


def keys_of(options, general):
    """A queue's options as Trunkline's keys."""
    written, tables = {}, [OPTIONS]
    if options.get("announce-frequency", "0") != "0":
        tables.append(PLACES)
        written["announce_first"] = "0"
    if options.get("periodic-announce-frequency", "0") != "0":
        tables.append(PERIODIC)
    announced = len(tables) > 1
    if turned("pause", options.get("autopause", "no")):
        tables.append(PAUSES)
        written["missed_limit"] = "1"
    if announced and options.get(TO_FIRST, "no").lower() not in TRUE:
        written["announce_to_first"] = "no"
    for table in tables:
        for key, (ours, how, default) in table.items():
            value = turned(how, options.get(key, default))
            if value is not None and (key in options or ours not in written):
                written[ours] = value
    if written["wrap_up"] != "0" and general.get("shared_lastcall", "no").lower() not in TRUE:
        written["wrap_up_shared"] = "no"
    if (options.get("strategy", "ringall").lower() != "ringall"
            and options.get("timeoutrestart", "no").lower() not in TRUE):
        written["ring_restart"] = "no"
    # As app_queue has it where nothing is said; its sample configuration says yes.
    if options.get("autofill", general.get("autofill", "no")).lower() not in TRUE:
        written["head_only"] = "yes"
    if options.get("log-restricted-caller-id", "yes").lower() not in TRUE:
        written["log_restricted"] = "no"
    for zero in "service_level", "weight":
        if written.get(zero) == "0":
            del written[zero]
    return {key: value for key, value in written.items() if value != "never"}


def convert(lines, warn, rule_lines=(), begin=None):
    """`begin`: {penalty_max, penalty_min, penalty_raise: what callers of queues with a rule begin with}."""
    general, queues, agents = {}, [], {}
    for name, pairs in sections(lines):
        if name == "general":
            general.update(pairs)
        else:
            queues.append((name, pairs))
    names, rules = rules_of(rule_lines, {name for name, _ in queues}, warn)
    out = ["[general]"] + [f"{ours} = yes" for key, ours in GENERAL.items()
                           if general.get(key, "").lower() in TRUE]
    # "prio" is what Trunkline does anyway; "no" leaves it to chance.
    if general.get("force_longest_waiting_caller", "no").lower() in TRUE:
        out.append("call_order = oldest-head")
    for key in sorted(set(general) - set(GENERAL)):
        out.append(f"; queues.conf: {key} = {general[key]}")
        if SILENT_GENERAL.get(key, "") not in (None, general[key]):
            warn(f"queues.conf: {key} = {general[key]} has no counterpart")
    for name, pairs in queues:
        options = {key: value for key, value in pairs if key != "member"}
        strategy = options.get("strategy", "ringall").lower()
        strategy = "rrmemory" if strategy == "roundrobin" else strategy
        if strategy not in STRATEGIES:
            warn(f"{name}: no strategy is called {strategy}; taken as ringall")
            strategy = "ringall"
        out += ["", f"[{name}]", "type = queue", f"strategy = asterisk:{strategy}"]
        out += [f"{key} = {value}" for key, value in keys_of(options, general).items()]
        for key, value in options.items():
            if key not in {**OPTIONS, **PLACES, **PERIODIC, **PAUSES} and SILENT.get(key, "") not in (None, value):
                out.append(f"; queues.conf: {key} = {value}")
                warn(f"{name}: {key} = {value} has no counterpart")
        rule = options.get("defaultrule", "")
        if rule.lower() in names:
            out.append(f"rule = {names[rule.lower()]}")
            out += [f"{key} = {value}" for key, value in (begin or {}).items()]
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
