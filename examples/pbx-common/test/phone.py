"""A SIP phone of one thread on loopback, for what sipp cannot do: two calls at once, and REFER.

It answers every call at once, or says where to ring instead, sends no sound, and hangs up when it is asked to.
"""

import queue
import re
import socket
import threading

SDP = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {media} RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""


def header(message, name):
    """The value of the first header of that name."""
    found = re.search(rf"^{name}: *(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


class Call:
    """A dialog: who is who, and what to put into its next request."""

    def __init__(self, phone, call_id, local, remote, target):
        self.phone, self.id, self.local, self.remote, self.target = phone, call_id, local, remote, target
        self.cseq = 100
        self.answers = queue.Queue()  # to our requests
        self.over = threading.Event()

    def request(self, method, *lines, body=""):
        """Sends it and gives the final answer's status."""
        if method != "ACK":
            self.cseq += 1
        self.phone.send(f"{method} {self.target} SIP/2.0", [
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.phone.port};branch=z9hG4bK{self.id}{method}{self.cseq}",
            f"From: {self.local}", f"To: {self.remote}", f"Call-ID: {self.id}",
            f"CSeq: {self.cseq} {method}", f"Contact: {self.phone.contact}", "Max-Forwards: 70", *lines], body)
        if method == "ACK":
            return None
        while True:
            answer = self.answers.get(timeout=10)
            if header(answer, "CSeq") == f"{self.cseq} {method}" and not answer.startswith("SIP/2.0 1"):
                return answer

    def refer(self, where):
        """Passes the other party on; True when it was taken."""
        return self.request("REFER", f"Refer-To: <{where}>").startswith("SIP/2.0 202")

    def replaces(self):
        """This call, as the end of a Refer-To that is to replace it."""
        tags = (re.search("tag=([^;]*)", party)[1] for party in (self.remote, self.local))
        return "?Replaces=" + self.id + "%3Bto-tag%3D{}%3Bfrom-tag%3D{}".format(*tags)

    def hang_up(self):
        self.request("BYE")
        self.over.set()


class Phone:
    def __init__(self, name, port, pbx, media=45000):
        self.name, self.port, self.pbx, self.media = name, port, pbx, media
        self.contact = f"<sip:{name}@127.0.0.1:{port}>"
        self.elsewhere = ""  # a number to be rung instead
        self.calls = {}
        self.came = queue.Queue()  # calls that were answered
        self.made = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def close(self):
        """Nothing is heard any more."""
        self.socket.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()

    def call(self, extension):
        """Calls an extension of the PBX; its answered call."""
        self.made += 1
        to = f"sip:{extension}@127.0.0.1:{self.pbx}"
        call = Call(self, f"{self.name}-{self.made}", f"<sip:{self.name}@127.0.0.1>;tag=mine{self.made}",
                    f"<{to}>", to)
        self.calls[call.id] = call
        answer = call.request("INVITE", body=SDP.format(media=self.media + 2))
        if not answer.startswith("SIP/2.0 200"):
            raise RuntimeError(answer)
        call.remote = header(answer, "To")
        call.target = re.search("<(.*)>", header(answer, "Contact"))[1]
        call.request("ACK")
        return call

    # ---- what is heard ----

    def listen(self):
        while True:
            message = self.socket.recv(65536).decode(errors="replace")
            if not message:
                return
            call = self.calls.get(header(message, "Call-ID"))
            if message.startswith("SIP/2.0"):
                if call:
                    call.answers.put(message)
            elif message.startswith("INVITE"):
                self.answer(message, call)
            elif not message.startswith("ACK"):
                if message.startswith("BYE") and call:
                    call.over.set()
                self.reply(message, "200 OK", header(message, "To"))

    def answer(self, message, call):
        if self.elsewhere and not call:
            contact = f"<sip:{self.elsewhere}@127.0.0.1:{self.pbx}>"
            self.reply(message, "302 Moved Temporarily", header(message, "To") + ";tag=theirs", contact=contact)
            return
        if not call:
            local = header(message, "To") + ";tag=theirs"
            call = Call(self, header(message, "Call-ID"), local, header(message, "From"),
                        re.search("<(.*)>", header(message, "Contact"))[1])
            self.calls[call.id] = call
            self.came.put(call)
        self.reply(message, "200 OK", call.local, SDP.format(media=self.media))

    def reply(self, message, status, to, body="", contact=""):
        via = re.findall(r"^Via:.*?(?=\r?$)", message, re.MULTILINE)
        self.send(f"SIP/2.0 {status}", [*via, f"From: {header(message, 'From')}", f"To: {to}",
                  f"Call-ID: {header(message, 'Call-ID')}", f"CSeq: {header(message, 'CSeq')}",
                  f"Contact: {contact or self.contact}"], body)

    def send(self, first, lines, body=""):
        if body:
            lines = [*lines, "Content-Type: application/sdp"]
        body = body.replace("\n", "\r\n")
        text = "\r\n".join([first, *lines, f"Content-Length: {len(body)}", "", body])
        self.socket.sendto(text.encode(), ("127.0.0.1", self.pbx))
