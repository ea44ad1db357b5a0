"""together.py AT-ONCE PROGRAM... -- ARGUMENTS : runs test programs, so many at a time, with the same arguments.

They mostly wait for clocks, so more of them than processors do well. What each has said comes in one piece
when it is over; the first failure is the exit code, when all have ended.
"""

import concurrent.futures
import os
import signal
import subprocess
import sys
import time

LONGEST = 900  # seconds


def run(program, arguments):
    began = time.monotonic()
    # A group of its own, so that nothing is left over of one that has to be ended.
    process = subprocess.Popen([sys.executable, program, *arguments], start_new_session=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said, _ = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        said += f"ended after {LONGEST} s\n".encode()
    sys.stdout.buffer.write(f"== {program}: {time.monotonic() - began:.0f} s\n".encode() + said)
    sys.stdout.buffer.flush()
    return process.returncode


def main():
    at_once, rest = int(sys.argv[1]), sys.argv[2:]
    programs, arguments = rest[:rest.index("--")], rest[rest.index("--") + 1:]
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        codes = list(pool.map(lambda program: run(program, arguments), programs))
    sys.exit(next((code for code in codes if code), 0))


if __name__ == "__main__":
    main()
