"""Two hundred callers at ten a second, while the module is reloaded and kept from being unloaded. The same for
every PBX."""

import collections
import threading

import callers
from calls import CROWD


class Crowd:
    """With calls.Calls."""

    def disturber(self):
        """Something of its own to ask the PBX with, on a thread of its own; None where none is needed."""

    def disturb(self, by, wrap_up):
        """Reloads with other paperwork, then tries to unload: (it was reloaded, it was refused)."""
        raise NotImplementedError

    def steps(self, queue):
        """What has happened there: [(joined, connected, completed or abandoned; the agent)]."""
        raise NotImplementedError

    def recorded_calls(self):
        """The files of calls that were recorded without a name of their own."""
        raise NotImplementedError

    def test_a_crowd_through_menu_and_queue_recorded(self):
        """200 calls at 10 a second; reloads and refused unloads while they come."""
        # Somebody is in the module all the time.
        first = self.start("q-lonely")
        waiting = self.joined("lonely")
        stop = threading.Event()
        disturbed = collections.Counter()

        def disturb():
            by = self.disturber()
            for round in range(100):
                if stop.wait(2):
                    return
                reloaded, refused = self.disturb(by, "0.1" if round % 2 else "0")
                disturbed["reloads"] += reloaded
                disturbed["refused"] += refused

        crowd = self.start("menu", "-r", 10, "-l", 200, count=200, keys="1", talk=2600)
        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            self.assertTrue(self.until(lambda: crowd.poll() is not None, 100))
        finally:
            stop.set()
            thread.join()
        self.assertEqual(crowd.returncode, 0)
        self.hang_up(first, waiting)
        self.assertTrue(self.until(self.is_idle, 20))
        self.assertGreater(disturbed["reloads"], 3)
        self.assertEqual(disturbed["refused"], disturbed["reloads"])

        def count():
            return collections.Counter(what for what, _ in self.steps("crowd"))

        # What tells of them has threads of its own, which may be late.
        self.until(lambda: count()["completed"] + count()["abandoned"] == 200, 30)
        kinds = count()
        self.assertEqual(kinds["joined"], 200, kinds)
        self.assertEqual(kinds["connected"] + kinds["abandoned"], 200, kinds)
        self.assertEqual(kinds["completed"], kinds["connected"], kinds)
        # A caller talks 2.6 s from its answer on, menu included: nearly all reach an agent, and most
        # even where the machine has other work.
        self.assertGreater(kinds["connected"], 150)

        # An agent has one call at a time.
        talking, served = set(), set()
        for what, agent in self.steps("crowd"):
            if what == "connected":
                self.assertNotIn(agent, talking)
                talking.add(agent)
                served.add(agent)
            elif what == "completed":
                talking.remove(agent)
        self.assertEqual(talking, set())
        self.assertEqual(served, set(CROWD), "longest idle leaves nobody out")

        files = sorted(self.recorded_calls())
        self.assertEqual(len(files), 200)
        both = 0
        for line in callers.recorded(self.RECORDINGS, files):
            _, channels, caller, _, agent, agent_rms = map(int, line.split()[:6])
            self.assertEqual(channels, 2, line)
            self.assertGreater(caller, 8000, line)
            both += agent > 4000 and agent_rms > 100
        self.assertGreater(both, kinds["connected"] * 0.9)
