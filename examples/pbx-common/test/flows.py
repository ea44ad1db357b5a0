"""The flows that the tests in Asterisk and in FreeSWITCH run; what differs is how each names things."""

_MENU = """name: menu
languages: [en]

prompts:
  welcome:
    en: { file: "PROMPT" }

start: menu
nodes:
  menu:
    type: menu
    prompt: welcome
    options: { 1: crowd, 2: hangup }
    first_digit: 5s
    on: { noinput: hangup, nomatch: hangup }
  crowd:
    type: queue
    queue: crowd
    max_wait: 1m
    on: { answered: hangup, timeout: hangup, full: hangup, unstaffed: hangup, failed: hangup }
"""

# Asks the PBX, attaches what it heard, and then records, hands over, or connects.
_DESK = """name: desk
languages: [en]
variables:
  vip: bool
  days: int

prompts:
  ask:
    en: { file: "PROMPT" }

start: look
nodes:
  look:
    type: query
    QUERY
    results: [vip, days]
    timeout: 2s
    next: note
    on: { failed: hangup, timeout: hangup }
  note: { type: attach, values: { days: days, vip: vip }, next: ask }
  ask:
    type: menu
    prompt: ask
    options: { 1: message, 2: away, 3: colleague, 4: nobody, 5: moment }
    first_digit: 5s
    on: { noinput: hangup, nomatch: hangup }
  message:
    type: record
    max: 10s
    terminators: "#"
    next: hangup
    on: { empty: hangup, failed: hangup }
  moment:
    type: record
    max: 2100ms
    next: ask
    on: { empty: hangup, failed: hangup }
  away: { type: transfer, to: PARKED, kind: blind, on: { failed: hangup } }
  colleague:
    type: transfer
    to: BRIEF
    kind: bridged
    timeout: 5s
    on: { answered: away, busy: hangup, noanswer: hangup, rejected: hangup, failed: hangup }
  nobody:
    type: transfer
    to: NEVER
    kind: bridged
    timeout: 1s
    on: { answered: hangup, busy: hangup, noanswer: away, rejected: hangup, failed: hangup }
"""


def menu(prompt):
    return _MENU.replace("PROMPT", prompt)


def desk(prompt, query, parked, brief, never):
    """`query`: its name and arguments, two lines of a node; then who is rung, as the PBX calls them."""
    named = {"PROMPT": prompt, "QUERY": query, "PARKED": parked, "BRIEF": brief, "NEVER": never}
    text = _DESK
    for name, value in named.items():
        text = text.replace(name, value)
    return text
