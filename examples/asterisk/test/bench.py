"""app_trunkline beside app_queue, in the same Asterisk, with the same callers and agents.

    bench.py ROOT MODULE [ignored] : two tables, and their rows for target/bench/summary.tsv

Agents and callers are Local channels, so no network and no phone takes part. One of the two modules
is loaded at a time, for each looks at every device of the PBX. An agent answers at once and hangs
up after a moment. Before each measurement every agent is free on both sides, and afterwards every
call has been answered by one: a row about agents who are not there would be worth nothing.
"""

import os
import pathlib
import re
import statistics
import sys
import tempfile
import time

import lab
from callers import wait_for

ROOT, MODULE = sys.argv[1:3]
MEMBERS = [int(n) for n in os.environ.get("BENCH_MEMBERS", "10 100 1000 3000").split()]
CALLS, RATE, ROUNDS = 120, 20, 3
TURNS = 40
BENCH = pathlib.Path(__file__).resolve().parents[3] / "target/bench"

DIALPLAN = """[general]
static=yes
[agents]
exten => _m.,1,Answer()
 same => n,Wait(0.02)
 same => n,Hangup()
[slow]
exten => _m.,1,Answer()
 same => n,Wait(0.${RAND(100,999)})
 same => n,Hangup()
[callers]
exten => queue,1,Queue(bench,r)
 same => n,Hangup()
exten => trunkline,1,TrunklineQueue(bench,r)
 same => n,Hangup()
exten => dial,1,Dial(Local/m0@agents/n)
 same => n,Hangup()
exten => other,1,Answer()
 same => n,Wait(60)
"""


def configure(pbx, context, members):
    phones = [f"Local/m{n}@{context}/n" for n in range(members)]
    pbx.write("queues.conf", "[general]\nautofill=yes\n[bench]\nstrategy=leastrecent\ntimeout=15\n"
              "retry=1\nwrapuptime=0\nringinuse=no\nautofill=yes\n" + "".join(
                  f"member => {phone},0\n" for phone in phones))
    text = "[general]\n[bench]\ntype=queue\nstrategy=asterisk:leastrecent\nring_timeout=15\nretry=1\n"
    text += "".join(f"agent=a{n}\n" for n in range(members))
    text += "".join(f"[a{n}]\ntype=agent\nphone={phone}\n" for n, phone in enumerate(phones))
    pbx.write("trunkline.conf", text)


class Module:
    """One of the two, loaded while it is measured."""

    def __init__(self, pbx, extension):
        self.pbx, self.extension = pbx, extension
        self.file = {"queue": "app_queue.so", "trunkline": "app_trunkline.so"}.get(extension)

    def __enter__(self):
        if self.file:
            self.pbx.cli(f"module load {self.file}")
            time.sleep(2)

    def __exit__(self, *_):
        if self.file:
            wait_for(lambda: self.pbx.channels() == 0, 20, 0.2)
            out = wait_for(lambda: "Unloaded" in self.pbx.cli(f"module unload {self.file}"), 10, 0.5)
            assert out, f"{self.file} stays"


def cpu_ns(pid):
    """The process's CPU clock, of threads that have ended too."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def free_agents(pbx, extension):
    """How many members of the queue could take a call now, by the module's own account."""
    if extension == "queue":
        return pbx.cli("queue show bench").count("Not in use")
    row = re.search(r"^bench .* (\d+)/\d+ ", pbx.cli("trunkline show queues"), re.M)
    return int(row[1]) if row else 0


def answered(pbx):
    return sum(line[4] == "CONNECT" for line in pbx.queue_log())


def originate(ami, extension):
    ami.send("Originate", Channel=f"Local/{extension}@callers/n", Context="callers",
             Exten="other", Priority="1", Async="true", Timeout="60000")


def cpu_per_call(pbx, ami, extension):
    """Milliseconds of CPU for each call, what the idle process takes left out."""
    pid = pbx.process.pid
    start, began = cpu_ns(pid), time.monotonic()
    time.sleep(1.5)
    idle = (cpu_ns(pid) - start) / (time.monotonic() - began)
    start, began = cpu_ns(pid), time.monotonic()
    for n in range(CALLS):
        originate(ami, extension)
        time.sleep(max(0, began + (n + 1) / RATE - time.monotonic()))
    if not wait_for(lambda: pbx.channels() == 0, 60, 0.3):
        raise RuntimeError("calls are left over")
    return (cpu_ns(pid) - start - idle * (time.monotonic() - began)) / CALLS / 1e6


def least(pbx, extension, members):
    with Module(pbx, extension):
        if extension != "dial":
            there = wait_for(lambda: free_agents(pbx, extension) == members, 60, 1)
            assert there, f"app_{extension}: {free_agents(pbx, extension)} of {members} agents are free"
        before = answered(pbx)
        ami = lab.Ami(pbx.ami, events=False)
        best = min(cpu_per_call(pbx, ami, extension) for _ in range(ROUNDS))
        ami.close()
        if extension != "dial":
            got = answered(pbx) - before
            assert got == CALLS * ROUNDS, f"app_{extension}: {got} of {CALLS * ROUNDS} calls answered"
    return best


def turnarounds(ami, extension):
    """Milliseconds from the end of an agent's call to the next ring of its phone."""
    ami.read(0.05)
    ami.events.clear()
    for _ in range(TURNS + 2):
        originate(ami, extension)
    hangups, rings, seen = [], [], 0
    end = time.monotonic() + 90
    while len(rings) <= TURNS and time.monotonic() < end:
        ami.read(0.1)
        for event in ami.events[seen:]:
            name = event.get("DestChannel", event.get("Channel", ""))
            if name.startswith("Local/m0@slow") and name.endswith(";1"):
                if event["Event"] == "Hangup":
                    hangups.append(event["at"] * 1000)
                elif event["Event"] == "DialBegin":
                    rings.append(event["at"] * 1000)
        seen = len(ami.events)
    # The phone has one call at a time: each ring but the first follows a hang-up, whose event may
    # be a moment late.
    waits = [max(0, ring - hangup) for hangup, ring in zip(hangups, rings[1:])]
    return waits


def main():
    out = pathlib.Path(os.environ.get("TRUNKLINE_BENCH_DIR", BENCH))
    rows = []
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as work:
        os.chmod(work, 0o755)
        pbx = lab.Asterisk(pathlib.Path(work) / "asterisk", ROOT, MODULE, number=7)
        pbx.modules.remove("app_trunkline")
        pbx.write("pjsip.conf", "")
        pbx.write("extensions.conf", DIALPLAN)
        with pbx:
            version = pbx.cli("core show version").split()[1].split("+")[0]
            print(f"Asterisk {version}")
            configure(pbx, "slow", 1)
            print(f"\nfrom an agent's hang-up to the next ring, {TURNS} times, ms")
            print(f"{'':14} {'mean':>8} {'median':>8} {'p95':>8} {'max':>8}")
            mean = {}
            for extension in ("queue", "trunkline"):
                with Module(pbx, extension):
                    ami = lab.Ami(pbx.ami)
                    waits = sorted(turnarounds(ami, extension))
                    pbx.cli("channel request hangup all")
                    ami.close()
                mean[extension] = statistics.mean(waits)
                print(f"{'app_' + extension:14} {mean[extension]:8.1f} {waits[len(waits) // 2]:8.1f} "
                      f"{waits[int(len(waits) * .95)]:8.1f} {waits[-1]:8.1f}", flush=True)
            rows.append(("turnaround", "hang-up to next ring", mean["trunkline"], mean["queue"]))
            print(f"\nCPU of the whole PBX for each call, ms, the least of {ROUNDS} rounds of {CALLS} calls")
            configure(pbx, "agents", 1)
            print(f"   Dial() without a queue {least(pbx, 'dial', 1):10.2f}")
            print(f"{'members':>10} {'app_queue':>10} {'app_trunkline':>14}")
            for members in MEMBERS:
                configure(pbx, "agents", members)
                theirs, ours = least(pbx, "queue", members), least(pbx, "trunkline", members)
                print(f"{members:10} {theirs:10.2f} {ours:14.2f}", flush=True)
                rows.append((f"{members}-members", "CPU per call", ours, theirs))
    out.mkdir(parents=True, exist_ok=True)
    summary = out / "summary.tsv"
    head = "" if summary.exists() else "area\tcase\tmetric\tunit\tours\tpeer\ttheirs\tratio\n"
    with open(summary, "a", encoding="utf-8") as file:
        file.write(head)
        for case, metric, ours, theirs in rows:
            file.write(f"asterisk\t{case}\t{metric}\tms\t{ours:.3f}\tapp_queue {version}\t"
                       f"{theirs:.3f}\t{ours / theirs:.4f}\n")


if __name__ == "__main__":
    main()
