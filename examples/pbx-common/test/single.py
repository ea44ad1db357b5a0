"""One call, or a few: strategies, what agents and callers do, flows. The same for every PBX."""

import pathlib
import wave

import callers
from calls import TRIO


class Single:
    """With calls.Calls. A PBX's own class has `missed`, `left_by`, PHONE, HEARD, RECORDED, BEHIND."""

    PHONE = None  # how agent `never` is rung: a pattern
    BEHIND = 0  # seconds that the PBX's clock may be late
    NUMBER = None  # what a flow's query answers for `days`

    def missed(self, agent, why):
        """The agent's phone has not been answered: timeout, busy, or the caller had left."""
        raise NotImplementedError

    def paused(self, agent, paused=True):
        """It is told that the agent is, or is no longer."""
        raise NotImplementedError

    def pause(self, agent, paused, reason=""):
        raise NotImplementedError

    def unload(self):
        """Takes the module out and puts it back; in between, `out()` is called."""
        raise NotImplementedError

    # ---- strategies ----

    def test_linear_goes_by_the_order(self):
        for _ in range(3):
            self.served("linear")
        self.assertEqual(self.answered(), ["ann", "ann", "ann"])

    def test_linear_passes_over_the_busy(self):
        self.served("linear", 3)
        self.assertEqual(sorted(self.answered()), TRIO)

    def test_round_robin_goes_round(self):
        for _ in range(4):
            self.served("robin")
        agents = self.answered()
        self.assertEqual(sorted(agents[:3]), TRIO)
        self.assertEqual(agents[3], agents[0])

    def test_ring_all_rings_all_and_one_gets_it(self):
        self.served("all")
        self.assertEqual({agent for agent, _ in self.rung()}, set(TRIO))
        self.assertEqual(len(self.answered()), 1)

    # ---- agents ----

    def test_wrap_up_is_kept(self):
        ended = self.served("paper")
        self.served("paper")
        _, again = self.rung()[1]
        self.assertGreater(again - ended, 2 - self.BEHIND)
        self.assertLess(again - ended, 6)

    def test_no_answer_goes_to_the_next(self):
        self.served("patience")
        self.missed("never", "timeout")
        (first, began), (second, then) = self.rung()
        self.assertEqual((first, second), ("never", "bob"))
        self.assertTrue(0.95 < then - began < 3, then - began)
        self.assertEqual(self.answered(), ["bob"])

    def test_a_caller_who_gives_up_while_a_phone_rings(self):
        caller = self.start("q-lonely")
        called = self.offered("lonely", "never")
        self.until(lambda: False, 1.2)
        self.hang_up(caller, called)
        self.missed("never", "caller left")

    def test_an_agent_who_hangs_up(self):
        self.call("q-short")  # waits for the BYE
        self.completed("short")
        self.assertEqual(self.status(), "CONTINUE")

    def test_a_busy_phone_is_passed_over(self):
        self.served("engaged")
        self.missed("busy", "busy")
        self.assertEqual(self.answered(), ["bob"])

    def test_an_agent_who_misses_is_paused(self):
        self.call("s-lazy")
        self.paused("never")
        self.trunkline("unpause never")
        self.paused("never", False)

    def test_a_paused_agent_gets_nothing(self):
        self.pause("ann", True, "lunch")
        self.paused("ann")
        self.assertIn("paused: lunch", self.trunkline("show agents"))
        self.served("linear")
        self.pause("ann", False)
        self.paused("ann", False)
        self.served("linear")
        self.assertEqual(self.answered(), ["bob", "ann"])

    # ---- callers ----

    def test_a_queue_without_agents_lets_nobody_in(self):
        self.call("q-nobody")
        self.assertEqual(self.status(), "JOINEMPTY")
        self.call("q-there-is-none")
        self.assertEqual(self.status(), "FAILED")
        self.assertEqual(self.rung(), [])

    def test_a_full_queue(self):
        first = self.start("q-small")
        waiting = self.joined("small")
        self.call("q-small")
        self.assertEqual(self.status(), "FULL")
        self.hang_up(first, waiting)

    def test_a_caller_who_waited_long_enough(self):
        self.call("s-lonely")
        self.assertEqual(self.status(), "TIMEOUT")

    def test_a_caller_who_leaves_by_a_key(self):
        self.call("q-lonely", keys=["star"])
        self.assertEqual(self.status(), "KEY")

    def test_a_caller_hears_its_place(self):
        self.call("r-places", give_up=3500)
        line, = callers.recorded(self.RECORDINGS, [self.recordings / "r-places.tlr"])
        _, _, _, _, heard, heard_rms = map(int, line.split()[:6])
        # What is heard while nothing is said is next to silence.
        self.assertGreater(heard, 8000, line)
        self.assertGreater(heard_rms, 300, line)

    def test_what_a_supervisor_asks(self):
        waiting = self.start("q-lonely")
        offered = self.offered("lonely", "never")
        self.assertRegex(self.trunkline("show queues"), r"lonely +longest-idle +1 +0")
        self.assertRegex(self.trunkline("show agents"), rf"never +{self.PHONE} +ringing")
        self.assertIn("1 calls", self.trunkline("show calls"))
        self.assertIn("1 phones ringing for it", self.trunkline("show explain"))
        self.hang_up(waiting, offered)

    # ---- flows ----

    def test_a_flow_asks_attaches_and_hands_over(self):
        self.assertEqual(self.parks(lambda: self.call("desk", keys="2")), (self.NUMBER, "true"))

    def test_a_flow_connects_and_goes_on(self):
        self.parks(lambda: self.call("desk", keys="3"))

    def test_a_flow_rings_in_vain_and_goes_on(self):
        self.parks(lambda: self.call("desk", keys="4"))

    def message(self, key):
        """What the desk records when so asked: 8000 samples a second, 16 bits each."""
        before = set(self.recordings.glob("*.wav"))
        self.call("desk", keys=key, talk=4000)
        self.assertTrue(self.until(self.is_idle, 10))
        recorded, = set(self.recordings.glob("*.wav")) - before
        with wave.open(str(recorded)) as file:
            return file.readframes(file.getnframes())

    def test_a_flow_takes_a_message(self):
        sound = self.message("1")
        self.assertGreater(len(sound), 2 * 2 * 8000)
        levels = [abs(int.from_bytes(sound[at:at + 2], "little", signed=True))
                  for at in range(0, len(sound), 2)]
        self.assertGreater(max(levels), 2000)

    # ---- the module ----

    def test_unload_and_load_again(self):
        maps = pathlib.Path(f"/proc/{self.pbx.process.pid}/maps")
        for _ in range(3):
            self.assertIn("_trunkline.so", maps.read_text())
            self.unload(lambda: self.assertNotIn("_trunkline.so", maps.read_text()))
        self.assertTrue(self.until(lambda: "available" in self.trunkline("show agents"), 5))
        self.served("linear")
