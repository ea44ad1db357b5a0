"""mod_trunkline beside mod_callcenter, in the same FreeSWITCH, with the same callers and agents.

    bench.py PREFIX MODULE : two tables, and their rows for target/bench/summary.tsv

Callers and agents are sipp, over SIP and RTP on loopback. An agent answers 50 ms after its phone rings.
"""

import os
import pathlib
import re
import statistics
import sys
import tempfile
import time

import office
import switch

from callers import sipp, wait_for  # of ../../pbx-common/test, beside which switch.py puts us
import scenarios

PREFIX, MODULE = sys.argv[1:3]
MEMBERS = [int(n) for n in os.environ.get("BENCH_MEMBERS", "10 100 1000").split()]
CALLS, RATE, ROUNDS = 100, 10, 2
TURNS = 40
BENCH = pathlib.Path(__file__).resolve().parents[3] / "target/bench"
SLOW, QUICK = 17100, 17101  # sipp's ports: agents who talk a while, and who hang up soon

DIALPLAN = (office.extension("trunkline", ("trunkline_queue", "bench"))
            + office.extension("callcenter", ("answer", ""), ("callcenter", "bench"))
            + office.extension("bridge", ("answer", ""), ("bridge", f"sofia/lab/m0@127.0.0.1:{QUICK}")))


def configuration(port, members):
    """The same agents for both, under the same names."""
    names = [f"m{n}" for n in range(members)]
    ours = office.queue("bench", names, strategy="callcenter:longest-idle-agent", ring_timeout="15", retry="1")
    agents = "".join(office.agent(name, port) for name in names)
    theirs = "".join(
        f'<agent name="{name}" type="callback" contact="[leg_timeout=15]sofia/lab/{name}@127.0.0.1:{port}" '
        'status="Available" wrap-up-time="0"/>' for name in names)
    tiers = "".join(f'<tier agent="{name}" queue="bench" level="1" position="1"/>' for name in names)
    return office.configuration(ours, agents, "") + (
        '<configuration name="callcenter.conf"><settings><param name="truncate-agents-on-load" value="true"/>'
        '<param name="truncate-tiers-on-load" value="true"/></settings><queues><queue name="bench">'
        + switch.params(**{"strategy": "longest-idle-agent", "moh-sound": "silence_stream://-1"})
        + f"</queue></queues><agents>{theirs}</agents><tiers>{tiers}</tiers></configuration>")


class Bench:
    def __init__(self, work):
        self.work, self.port = work, 17200
        self.pbx = switch.FreeSwitch(work / "freeswitch", PREFIX, [MODULE], sip=15071, events=18022)
        self.pbx.dialplan, self.pbx.configuration = DIALPLAN, configuration(SLOW, 1)
        # Its clock, which dates events, goes in steps of 20 ms otherwise.
        self.pbx.switch["1ms-timer"] = "true"

    def __enter__(self):
        self.pbx.__enter__()
        self.esl = switch.EventSocket(self.pbx.port, "CHANNEL_PROGRESS CHANNEL_HANGUP")
        self.agents = []
        for at, (port, least, most) in enumerate(((SLOW, 100, 999), (QUICK, 200, 201))):
            # How long an agent talks is a matter of luck, so that no clock of the switch keeps step with it.
            talk = scenarios.agent(ring=50, talk=4321).replace(
                'milliseconds="4321"', f'distribution="uniform" min="{least}" max="{most}"')
            file = self.work / f"agent{port}.xml"
            file.write_text(talk)
            self.agents.append(sipp(file, port=port, media=60000 + 1000 * at))
        return self

    def __exit__(self, *_):
        for agent in self.agents:
            agent.terminate()
            agent.wait()
        self.esl.socket.close()
        self.pbx.__exit__()

    def configure(self, port, members):
        self.pbx.configuration = configuration(port, members)
        self.pbx.write()
        self.esl.api("reloadxml")

    def load(self, module, on=True):
        if module:
            answer = self.esl.api(f"{'load' if on else 'unload'} {module}")
            assert "+OK" in answer, answer
            time.sleep(1)

    def callers(self, extension, count, rate):
        self.port += 2
        file = self.work / "caller.xml"
        file.write_text(scenarios.caller())
        return sipp(file, "-s", extension, "-m", count, "-r", rate, "-l", count, "-timeout", "90s",
                        port=self.port, media=26000 + (self.port - 17200) * 100, target=self.pbx.sip)

    def all_gone(self):
        return re.search(r"\b0 session\(s\) - peak", self.esl.api("status"))

    def turnarounds(self, extension):
        """Milliseconds from the end of the agent's call to the next ring of its phone."""
        self.esl.read(0.05)
        self.esl.events.clear()
        callers = self.callers(extension, TURNS + 2, 100)
        wait_for(lambda: self.esl.read(0.1) or callers.poll() is not None, 90, 0)
        assert callers.returncode == 0, callers.returncode
        wait_for(self.all_gone, 20, 0.2)
        mine = [event for event in self.esl.events
                if event.get("Channel-Name", "").startswith("sofia/lab/m0@")]
        rings = [event["at"] for event in mine if event["Event-Name"] == "CHANNEL_PROGRESS"]
        hangups = [event["at"] for event in mine if event["Event-Name"] == "CHANNEL_HANGUP"]
        # The phone has one call at a time: each ring but the first follows a hang-up.
        return [(ring - hangup) * 1000 for hangup, ring in zip(hangups, rings[1:])]

    def cpu_ns(self):
        """The process's CPU clock, of threads that have ended too."""
        return time.clock_gettime_ns((~self.pbx.process.pid << 3) | 2)

    def cpu_per_call(self, extension):
        """Milliseconds of CPU for each call, what the idle process takes left out."""
        start, began = self.cpu_ns(), time.monotonic()
        time.sleep(1.5)
        idle = (self.cpu_ns() - start) / (time.monotonic() - began)
        start, began = self.cpu_ns(), time.monotonic()
        callers = self.callers(extension, CALLS, RATE)
        assert callers.wait(90) == 0
        assert wait_for(self.all_gone, 20, 0.2), "calls are left over"
        return (self.cpu_ns() - start - idle * (time.monotonic() - began)) / CALLS / 1e6

    def least(self, extension, module=None):
        self.load(module)
        best = min(self.cpu_per_call(extension) for _ in range(ROUNDS))
        self.load(module, on=False)
        return best


def latency(bench):
    print(f"\nfrom an agent's hang-up to the next ring, {TURNS} times, ms")
    print(f"{'':16} {'mean':>8} {'median':>8} {'p95':>8} {'max':>8}")
    mean = {}
    for extension in ("callcenter", "trunkline"):
        bench.load(f"mod_{extension}")
        waits = sorted(bench.turnarounds(extension))
        bench.load(f"mod_{extension}", on=False)
        mean[extension] = statistics.mean(waits)
        print(f"{'mod_' + extension:16} {mean[extension]:8.1f} {waits[len(waits) // 2]:8.1f} "
              f"{waits[int(len(waits) * .95)]:8.1f} {waits[-1]:8.1f}", flush=True)
    return [("turnaround", "hang-up to next ring", mean["trunkline"], mean["callcenter"])]


def cpu(bench):
    print(f"\nCPU of the whole switch for each call, ms, the least of {ROUNDS} rounds of {CALLS} calls")
    bench.configure(QUICK, 1)
    print(f"  bridge without a queue {bench.least('bridge'):10.2f}")
    print(f"{'members':>10} {'mod_callcenter':>15} {'mod_trunkline':>14}")
    rows = []
    for members in MEMBERS:
        bench.configure(QUICK, members)
        theirs = bench.least("callcenter", "mod_callcenter")
        ours = bench.least("trunkline", "mod_trunkline")
        print(f"{members:10} {theirs:15.2f} {ours:14.2f}", flush=True)
        rows.append((f"{members}-members", "CPU per call", ours, theirs))
    return rows


def main():
    out = pathlib.Path(os.environ.get("TRUNKLINE_BENCH_DIR", BENCH))
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as work:
        os.chmod(work, 0o755)
        with Bench(pathlib.Path(work)) as bench:
            version = re.search(r"Version (\S+?)[-+ ]", bench.esl.api("version"))[1]
            print(f"FreeSWITCH {version}")
            rows = latency(bench) + cpu(bench)
    out.mkdir(parents=True, exist_ok=True)
    summary = out / "summary.tsv"
    head = "" if summary.exists() else "area\tcase\tmetric\tunit\tours\tpeer\ttheirs\tratio\n"
    with open(summary, "a", encoding="utf-8") as file:
        file.write(head)
        for case, metric, ours, theirs in rows:
            file.write(f"freeswitch\t{case}\t{metric}\tms\t{ours:.3f}\tmod_callcenter {version}\t"
                       f"{theirs:.3f}\t{ours / theirs:.4f}\n")


if __name__ == "__main__":
    main()
