"""Callers whom an agent passes on, in app_queue and app_trunkline; shapes.py says how it is compared.

    test_transfers.py ROOT MODULE [ignored] [unittest's arguments]
"""

import sys
import time
import unittest

import shapes


class Transfers(shapes.Shapes, unittest.TestCase):
    ROOT, MODULE = sys.argv[1:3]
    INSTANCE = 4

    def connected(self, side):
        connect = side.event("AgentConnect")
        for key in "Channel", "DestChannel":
            side.event("BridgeEnter", Channel=connect[key])
        time.sleep(0.3)
        return connect

    def test_a_blind_transfer(self):
        def call(side):
            side.call()
            connect = self.connected(side)
            answer = side.ami.action("BlindTransfer", Channel=connect["DestChannel"],
                                     Context=f"{side.name}-parked", Exten="7")
            self.assertEqual(answer["Response"], "Success", answer)
            side.event("AgentComplete")
        lines, _ = self.compare("plain", call)
        self.assertEqual(lines[-1], "BLINDTRANSFER")

    def test_an_attended_transfer(self):
        def call(side):
            side.call()
            connect = self.connected(side)
            answer = side.ami.action("Atxfer", Channel=connect["DestChannel"],
                                     Context=f"{side.name}-parked", Exten="7")
            self.assertEqual(answer["Response"], "Success", answer)
            # The agent talks to the third one, then hangs up.
            side.event("Newstate", Context=f"{side.name}-parked", ChannelStateDesc="Up")
            time.sleep(1)
            side.ami.action("Hangup", Channel=connect["DestChannel"])
            side.event("AgentComplete")
        lines, _ = self.compare("plain", call)
        self.assertEqual(lines[-1], "ATTENDEDTRANSFER")

    # ---- by a phone of SIP ----

    def at_the_desk(self, side):
        """A caller who has reached the phone: the phone's side of it."""
        while not side.desk.came.empty():
            side.desk.came.get()
        side.call()
        self.connected(side)
        return side.desk.came.get(timeout=5)

    def passed_on(self, side, caller, where):
        self.assertTrue(caller.refer(f"sip:{where}"))
        told = side.event("AgentComplete")
        if side.name == "trunkline":
            self.assertTrue(told["Channel"].startswith(f"Local/{side.queue}@"), told)
            self.assertTrue(told["DestChannel"].startswith(f"{side.interface(shapes.DESK)}-"), told)
        # Asterisk frees the phone when it has passed the caller on, or leaves that to the phone.
        if not caller.over.wait(1):
            caller.hang_up()

    def test_a_blind_transfer_by_sip(self):
        def call(side):
            self.passed_on(side, self.at_the_desk(side), f"7@127.0.0.1:{self.pbx.port}")
        lines, _ = self.compare("desks", call)
        self.assertEqual(lines[-1], "BLINDTRANSFER")

    def attended(self, extension):
        """The desk calls somebody else, and then joins the two: a REFER that replaces the second call."""
        def call(side):
            caller = self.at_the_desk(side)
            other = side.desk.call(extension)
            if extension == "8":
                side.first("BridgeEnter", lambda e: e["Channel"].startswith(side.interface(shapes.DESK))
                           and e["Exten"] == "8")
            self.passed_on(side, caller, f"{extension}@127.0.0.1:{self.pbx.port}{other.replaces()}")
        lines, _ = self.compare("desks", call)
        self.assertEqual(lines[-1], "ATTENDEDTRANSFER")
        return self.sides[0].log()[-1][5]

    def test_an_attended_transfer_by_sip_to_an_application(self):
        self.assertEqual(self.attended("7"), "APP")

    def test_an_attended_transfer_by_sip_to_a_bridge(self):
        self.assertEqual(self.attended("8"), "BRIDGE")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
