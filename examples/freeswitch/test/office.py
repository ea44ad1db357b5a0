"""The configuration that the tests share: phones, dialplan, queues, flows."""

from switch import params

import flows  # of ../../pbx-common/test, beside which switch.py puts us

PROMPT = "tone_stream://%(1500,0,440)"
FLOW = flows.menu(PROMPT)
DESK = flows.desk(PROMPT, """query: eval
    args: { answer: '"vip=true,days=6"' }""", parked="parked XML default",
                  brief="sofia/lab/brief@127.0.0.1:18104", never="sofia/lab/never@127.0.0.1:18102")


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
    # whom an agent passes a caller on to
    + extension("talk", ("answer", ""), ("sleep", "20000"))
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
