"""The configuration that the tests share: phones, dialplan, queues."""

FLOW = """name: menu
languages: [en]

prompts:
  welcome:
    en: { file: vm-options }

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

# Asks the dialplan, attaches what it heard, and then records, hands over, or connects.
DESK = """name: desk
languages: [en]
variables:
  vip: bool
  days: int

prompts:
  ask:
    en: { file: vm-options }

start: look
nodes:
  look:
    type: query
    query: caller
    args: { number: caller }
    results: [vip, days]
    timeout: 2s
    next: note
    on: { failed: hangup, timeout: hangup }
  note: { type: attach, values: { days: days, vip: vip }, next: ask }
  ask:
    type: menu
    prompt: ask
    options: { 1: message, 2: away, 3: colleague }
    first_digit: 5s
    on: { noinput: hangup, nomatch: hangup }
  message:
    type: record
    max: 10s
    terminators: "#"
    next: hangup
    on: { empty: hangup, failed: hangup }
  away: { type: transfer, to: parked@from-sip, kind: blind, on: { failed: hangup } }
  colleague:
    type: transfer
    to: PJSIP/brief
    kind: bridged
    timeout: 5s
    on: { answered: away, busy: hangup, noanswer: hangup, rejected: hangup, failed: hangup }
"""


def pjsip(agents, port=15060):
    """`agents`: {name: sipp port that plays it}."""
    text = f"""[global]
type=global
endpoint_identifier_order=username,ip,anonymous
[system]
type=system
timer_t1=500
[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:{port}
[phone](!)
type=endpoint
transport=transport-udp
context=from-sip
disallow=all
allow=alaw,ulaw
direct_media=no
dtmf_mode=rfc4733
rtp_symmetric=yes
timers=no
from_domain=127.0.0.1
[caller](phone)
[aor](!)
type=aor
qualify_frequency=0
"""
    for name, at in agents.items():
        text += f"[{name}](phone)\naors={name}\n[{name}](aor)\ncontact=sip:{name}@127.0.0.1:{at}\n"
    return text


DIALPLAN = """[general]
static=yes
[from-sip]
; a queue by its name, and what became of the caller
exten => _q-.,1,Answer()
 same => n,TrunklineQueue(${EXTEN:2},k(*)c)
 same => n,Log(NOTICE,STATUS=${QUEUESTATUS} ${EXTEN})
 same => n,Hangup()
exten => _s-.,1,Answer()
 same => n,TrunklineQueue(${EXTEN:2},,2)
 same => n,Log(NOTICE,STATUS=${QUEUESTATUS} ${EXTEN})
 same => n,Hangup()
; recorded, and waiting
exten => _r-.,1,Answer()
 same => n,TrunklineRecord(${EXTEN}.tlr)
 same => n,TrunklineQueue(${EXTEN:2})
 same => n,Hangup()
exten => desk,1,TrunklineIVR(desk)
 same => n,Hangup()
; where callers are transferred to
exten => parked,1,Log(NOTICE,PARKED days=${TRUNKLINE_days} vip=${TRUNKLINE_vip})
 same => n,Wait(1)
 same => n,Hangup()
; recorded, through the menu
exten => menu,1,Answer()
 same => n,TrunklineRecord()
 same => n,TrunklineIVR(menu)
 same => n,Hangup()
[lookups]
exten => caller,1,Set(vip=true)
 same => n,Set(days=${LEN(${ARG1})})
 same => n,Set(TRUNKLINE_ANSWER=vip,days)
 same => n,Return()
"""


def queue(name, agents, **options):
    text = f"[{name}]\ntype=queue\n" + "".join(f"{k}={v}\n" for k, v in options.items())
    return text + "".join(f"agent={a}\n" for a in agents)


def agent(name, **options):
    return f"[{name}]\ntype=agent\nphone=PJSIP/{name}\n" + "".join(
        f"{k}={v}\n" for k, v in options.items())
