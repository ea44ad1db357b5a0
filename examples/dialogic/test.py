"""Thirty lines at once through center.c on the simulated board.

    test.py CENTER LINES RECORDINGS-PROGRAM
"""

import pathlib
import re
import subprocess
import sys
import tempfile

CENTER, LINES, RECORDINGS = sys.argv[1:4]

FLOW = """name: menu
languages: [en]
prompts:
  welcome:
    en: { file: welcome }
start: menu
nodes:
  menu:
    type: menu
    prompt: welcome
    options: { 1: desk }
    first_digit: 5s
    on: { noinput: hangup, nomatch: hangup }
  desk:
    type: queue
    queue: desk
    max_wait: 1m
    on: { answered: hangup, timeout: hangup, full: hangup, unstaffed: hangup, failed: hangup }
"""


def config(directory):
    agents = range(1, 21)
    text = f"[menu]\ntype = flow\nfile = {directory}/menu.yaml\nprompts = {directory}\n"
    text += "[desk]\ntype = queue\nstrategy = longest-idle\nwrap_up = 0\n"
    text += "".join(f"agent = a{n}\n" for n in agents)
    return text + "".join(f"[a{n}]\ntype = agent\nphone = {n}\n" for n in agents)


def main():
    with tempfile.TemporaryDirectory(prefix="trunkline-board-") as work:
        directory = pathlib.Path(work)
        (directory / "en").mkdir()
        (directory / "tlr").mkdir()
        subprocess.run([LINES, work], check=True)
        (directory / "welcome.ul").rename(directory / "en/welcome.ul")
        (directory / "menu.yaml").write_text(FLOW)
        (directory / "center.ini").write_text(config(directory))
        run = subprocess.run([CENTER, str(directory / "center.ini"), work, str(directory / "tlr"), "30"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        print(run.stdout, end="")
        assert run.returncode == 0, run.stderr
        assert run.stderr == "", run.stderr
        assert "30 calls: 30 answered, 30 connected" in run.stdout
        assert "30 callers heard an agent" in run.stdout
        assert re.search(r"desk +longest-idle +0 +0 +20/20 +30 +0 ", run.stdout)

        files = sorted((directory / "tlr").glob("*.tlr"))
        assert len(files) == 30, files
        held = subprocess.run([RECORDINGS, *map(str, files)], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.splitlines()
        for line in held:
            finished, channels, caller, _, agent, agent_rms = map(int, line.split()[:6])
            number = int(re.search(r"line(\d+)-", line)[1])
            assert (finished, channels) == (1, 2), line
            # From the answer to the caller's hanging up; the agent from its answer on.
            assert caller >= (13 if number <= 20 else 31) * 8000, line
            assert agent >= 8 * 8000, line
            assert agent_rms > 1500, line
        print("30 recordings hold both sides")


if __name__ == "__main__":
    main()
