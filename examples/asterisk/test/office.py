"""The configuration that the tests share: phones, dialplan, queues."""


def pjsip(agents, port, contexts={}):
    """`agents`: {name: port of its phone}; `contexts`: where else than in from-sip some of them call."""
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
        context = f"context={contexts[name]}\n" if name in contexts else ""
        text += (f"[{name}](phone)\naors={name}\n{context}"
                 f"[{name}](aor)\ncontact=sip:{name}@127.0.0.1:{at}\n")
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
; as app_queue is asked
exten => _its-.,1,Answer()
 same => n,Queue(${EXTEN:4},cm(default),,,2)
 same => n,Log(NOTICE,STATUS=${QUEUESTATUS} ${EXTEN})
 same => n,Hangup()
exten => _1st-.,1,Answer()
 same => n,Queue(${EXTEN:4},,,,,,,,1)
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
