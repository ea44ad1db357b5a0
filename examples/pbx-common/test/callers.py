"""sipp as callers and agents, and waiting for what they cause."""

import subprocess
import time

NOBODY = 65534  # the user a PBX is run as, where there is a choice


def wait_for(what, seconds, every=0.05):
    """Calls `what` until it gives something true; None when the time is over."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > end:
            return got
        time.sleep(every)


def sipp(file, *args, port, media, target=None):
    """Starts sipp with a scenario; its messages go nowhere, its exit code is what counts."""
    # Its watchdog would end it where the machine has much to do.
    patience = ["-watchdog_minor_maxtriggers", "1000000", "-watchdog_major_maxtriggers", "1000000"]
    command = ["sipp", "-sf", str(file), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(port),
               "-mp", str(media), "-nostdin", *patience, *map(str, args)]
    if target:
        command.append(f"127.0.0.1:{target}")
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def recorded(program, files):
    """What `program` finds in recordings, a line each, when all are finished: the disk has a thread of its own."""
    def finished():
        lines = subprocess.run([program, *map(str, files)], check=True,
                               stdout=subprocess.PIPE).stdout.decode().splitlines()
        return lines if all(line.startswith("1 ") for line in lines) else None

    found = wait_for(finished, 60, 0.5)
    assert found, "a recording is not finished"
    return found
