"""The phones of the other tests, beside a caller that says everything twice."""

import pathlib
import re
import socket
import tempfile
import unittest

import callers
import scenarios

PHONE, MEDIA = 16090, 46000

INVITE = """INVITE sip:ann@127.0.0.1:{phone} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{me};branch=z9hG4bK-1
From: <sip:me@127.0.0.1:{me}>;tag=1
To: <sip:ann@127.0.0.1:{phone}>
Call-ID: twice
CSeq: 1 INVITE
Contact: <sip:me@127.0.0.1:{me}>
Max-Forwards: 70
Content-Length: 0

"""


class Phones(unittest.TestCase):
    def setUp(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)

    def send(self, text, **more):
        text = text.format(phone=PHONE, me=self.socket.getsockname()[1], **more)
        self.socket.sendto(text.replace("\n", "\r\n").encode(), ("127.0.0.1", PHONE))

    def heard(self, beginning):
        """The next message that begins so."""
        while True:
            text = self.socket.recv(65536).decode()
            if text.startswith(beginning):
                return text

    def test_an_agent_hears_the_invite_again(self):
        with tempfile.TemporaryDirectory() as work:
            file = pathlib.Path(work) / "agent.xml"
            file.write_text(scenarios.agent(ring=50, talk=0))
            phone = callers.sipp(file, "-m", 1, port=PHONE, media=MEDIA)
            try:
                answered = callers.wait_for(self.call, 10)
                self.send(INVITE)
                self.heard("SIP/2.0 200")
                to = re.search(r"To: (.*)\r", answered)[1]
                self.send(INVITE.replace("INVITE", "ACK").replace("To: <sip:ann@127.0.0.1:{phone}>", "To: {to}"), to=to)
                bye = self.heard("BYE")
                lines = [line for line in bye.split("\r\n") if line.startswith(("Via", "From", "To", "Call-ID", "CSeq"))]
                self.send("SIP/2.0 200 OK\n{lines}\nContent-Length: 0\n\n", lines="\n".join(lines))
                self.assertEqual(phone.wait(10), 0)
            finally:
                phone.kill()
                phone.wait()

    def call(self):
        """Rings until the phone is there and has answered."""
        self.send(INVITE)
        self.socket.settimeout(0.2)
        try:
            return self.heard("SIP/2.0 200")
        except OSError:
            return None
        finally:
            self.socket.settimeout(10)


if __name__ == "__main__":
    unittest.main()
