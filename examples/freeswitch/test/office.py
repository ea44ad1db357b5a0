"""The configuration that the tests share: phones, dialplan, queues, flows."""

from switch import params

FLOW = """name: menu
languages: [en]
prompts:
  welcome:
    en: { file: "tone_stream://%(1500,0,440)" }
start: menu
nodes:
  menu:
    type: menu
    prompt: welcome
    options: { 1: crowd }
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
    en: { file: "tone_stream://%(1500,0,440)" }

start: look
nodes:
  look:
    type: query
    query: eval
    args: { answer: '"vip=true,days=6"' }
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
  away: { type: transfer, to: parked XML default, kind: blind, on: { failed: hangup } }
  colleague:
    type: transfer
    to: sofia/lab/brief@127.0.0.1:18104
    kind: bridged
    timeout: 5s
    on: { answered: away, busy: hangup, noanswer: hangup, rejected: hangup, failed: hangup }
  nobody:
    type: transfer
    to: sofia/lab/never@127.0.0.1:18102
    kind: bridged
    timeout: 1s
    on: { answered: hangup, busy: hangup, noanswer: away, rejected: hangup, failed: hangup }
"""


def extension(pattern, *actions):
    text = "".join(f'<action application="{name}" data="{data}"/>' for name, data in actions)
    return (f'<extension name="x"><condition field="destination_number" expression="^{pattern}$">{text}'
            "</condition></extension>")


TOLD = ("log", "NOTICE STATUS=${trunkline_status}")

DIALPLAN = (
    # a queue by its name, and what became of the caller
    extension("q-(.+)", ("trunkline_queue", "$1 0 *"), TOLD)
    + extension("s-(.+)", ("trunkline_queue", "$1 2"), TOLD)
    # recorded, and waiting
    + extension("r-(.+)", ("answer", ""), ("trunkline_record", "r-$1.tlr"), ("trunkline_queue", "$1"))
    # recorded, and then nothing of ours
    + extension("only-recorded", ("answer", ""), ("trunkline_record", ""), ("sleep", "3000"))
    + extension("desk", ("trunkline_ivr", "desk"))
    # where callers are transferred to
    + extension("parked", ("log", "NOTICE PARKED days=${trunkline_days} vip=${trunkline_vip}"),
                ("sleep", "1000"))
    # recorded, through the menu
    + extension("menu", ("answer", ""), ("trunkline_record", ""), ("trunkline_ivr", "menu"))
    # the other module's
    + extension("theirs", ("answer", ""), ("callcenter", "theirs")))


def queue(name, agents, **options):
    members = "".join(f'<param name="agent" value="{agent}"/>' for agent in agents)
    return f'<queue name="{name}">{options_of(options)}{members}</queue>'


def options_of(options):
    return "".join(f'<param name="{key}" value="{value}"/>' for key, value in options.items())


def agent(name, port):
    return f'<agent name="{name}">{params(phone=f"sofia/lab/{name}@127.0.0.1:{port}")}</agent>'


def flow(name, **options):
    return f'<flow name="{name}">{params(**options)}</flow>'


def configuration(queues, agents, flows, **general):
    return (f'<configuration name="trunkline.conf"><settings>{params(**general)}</settings>'
            f"<queues>{queues}</queues><agents>{agents}</agents><flows>{flows}</flows></configuration>")


def callcenter(port):
    """mod_callcenter's, with one queue of one agent, for comparison."""
    queue_options = params(**{"strategy": "longest-idle-agent", "moh-sound": "silence_stream://-1",
                              "time-base-score": "system", "max-wait-time": 0})
    return ('<configuration name="callcenter.conf"><settings/><queues><queue name="theirs">'
            f'{queue_options}</queue></queues><agents><agent name="dora" type="callback" '
            f'contact="sofia/lab/dora@127.0.0.1:{port}" status="Available" max-no-answer="9" '
            'wrap-up-time="0" reject-delay-time="1" busy-delay-time="1"/></agents>'
            '<tiers><tier agent="dora" queue="theirs" level="1" position="1"/></tiers></configuration>')
