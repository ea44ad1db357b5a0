"""SIP over TLS and SRTP: what is taken and what is refused, media by FFmpeg, and strangers.

    python3 test_secure.py       needs `hotline` built for tests, `openssl` and `ffmpeg`
"""

import itertools
import pathlib
import random
import re
import socket
import ssl
import struct
import subprocess
import sys
import unittest
import wave

from centre import Agent, Centre, HOST, Phone, crypto, key, offer, until
from torture import MESSAGES

BASE = 24000
SUITE = "AES_CM_128_HMAC_SHA1_80"
BY = ("UDP", "TCP", "TLS")


def level_at(samples, hertz, rate=8000):
    """The share of the power that lies at one frequency, by Goertzel's algorithm."""
    import math
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    last, before = 0.0, 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    power = last * last + before * before - turn * last * before
    energy = sum(sample * sample for sample in samples)
    return 2 * power / (len(samples) * energy) if energy else 0.0


def channel(path, number):
    with wave.open(str(path)) as file:
        samples = struct.unpack(f"<{file.getnframes() * file.getnchannels()}h", file.readframes(file.getnframes()))
        return samples[number::file.getnchannels()]


def origin(text):
    """Number and version of a description."""
    return tuple(map(int, re.search(r"(?m)^o=\S+ (\d+) (\d+) ", text).groups()))


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, args)], check=True, timeout=30,
                   stdout=subprocess.DEVNULL)


class Offered(unittest.TestCase):
    """`srtp = "offered"`."""

    @classmethod
    def setUpClass(cls):
        cls.centre = Centre(BASE, "offered").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.centre.__exit__(None)

    def phone(self, by="TLS"):
        phone = Phone(self.centre, by)
        self.addCleanup(phone.close)
        return phone

    def call(self, name, suite=SUITE, proto="RTP/SAVP", port=BASE + 400):
        phone, ours = self.phone(), key(suite)
        code, text = phone.ask("INVITE", name, offer(port, proto, [(7, suite, ours)]))
        self.assertEqual(code, 200, text)
        return phone, ours, text

    def test_a_key_is_answered_with_another_of_the_same_suite(self):
        for suite in (SUITE, "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM"):
            for proto in ("RTP/SAVP", "RTP/AVP"):
                phone, ours, text = self.call(f"{suite}-{proto[4:]}", suite, proto)
                tag, answered, theirs, _ = crypto(text)
                self.assertEqual((tag, answered), ("7", suite))
                self.assertNotEqual(ours, theirs)
                self.assertIn(f" {proto} 8", text)
                self.assertIn("transport=tls", text.split("Contact:")[1].split("\r\n")[0].lower())
                self.assertEqual(phone.ask("BYE", f"{suite}-{proto[4:]}")[0], 200)
        self.centre.idle()

    def test_hold_keeps_our_key_and_a_new_suite_gets_a_new_one(self):
        phone, ours, answer = self.call("hold")
        first = crypto(answer)
        held = offer(BASE + 400, keys=[(7, SUITE, ours)], direction="sendonly")
        code, text = phone.ask("INVITE", "hold", held)
        self.assertEqual(code, 200, text)
        self.assertIn("a=recvonly", text)
        self.assertEqual(crypto(text), first)
        self.assertEqual(origin(text)[1], origin(answer)[1] + 1, "who sees the same version need not look")
        self.assertEqual(origin(text)[0], origin(answer)[0])
        code, text = phone.ask("INVITE", "hold", offer(BASE + 400, keys=[(9, SUITE, key())]))
        self.assertEqual(crypto(text)[:3], ("9", *first[1:3]), "their key changed, ours need not")
        other = "AEAD_AES_128_GCM"
        code, text = phone.ask("INVITE", "hold", offer(BASE + 400, keys=[(1, other, key(other))]))
        self.assertEqual(crypto(text)[1], other)
        self.assertNotEqual(crypto(text)[2], first[2])
        self.assertEqual(phone.ask("INVITE", "hold", offer(BASE + 400, keys=[]))[0], 488)
        self.assertEqual(phone.ask("BYE", "hold")[0], 200)
        self.centre.idle()

    def test_our_offer_within_a_call_is_answered_with_another_key(self):
        """The phone asks for an offer, and answers it in its ACK, as one that comes back from hold may."""
        phone, _, text = self.call("asks")
        first = crypto(text)
        phone.request("INVITE", "asks")
        code, text = phone.final("INVITE", "asks")
        self.assertEqual(code, 200, text)
        self.assertEqual(crypto(text), first)
        theirs = key()
        phone.request("ACK", "asks", offer(BASE + 400, keys=[(7, SUITE, theirs)]))
        self.assertEqual(phone.ask("OPTIONS", "asks")[0], 200)
        ffmpeg("-re", "-f", "lavfi", "-i", "sine=1000:r=8000:d=0.4", "-c:a", "pcm_alaw", "-f", "rtp",
               "-srtp_out_suite", SUITE, "-srtp_out_params", theirs, f"srtp://{HOST}:{first[3]}?pkt_size=172")
        self.assertEqual(phone.ask("BYE", "asks")[0], 200)
        self.centre.idle()
        media = self.centre.recordings()[-1][1]["caller_media"]
        self.assertEqual(media["not_authentic"], 0)
        self.assertGreater(media["packets"], 15)

    def test_keys_given_by_tls_are_told_nobody_by_udp(self):
        phone, ours, text = self.call("exposed")
        stranger = Phone(self.centre, "UDP")
        self.addCleanup(stranger.close)
        stranger.tag, stranger.seq = dict(phone.tag), dict(phone.seq)
        for body in (offer(BASE + 404, keys=[(7, SUITE, ours)]), ""):
            for method in ("INVITE", "UPDATE"):
                if body or method == "INVITE":
                    code, text = stranger.ask(method, "exposed", body)
                    self.assertEqual(code, 403, text)
                    self.assertNotIn("inline", text)
        phone.seq = dict(stranger.seq)
        self.assertEqual(phone.ask("INVITE", "exposed", offer(BASE + 400, keys=[(7, SUITE, ours)]))[0], 200)
        self.assertEqual(phone.ask("BYE", "exposed")[0], 200)
        self.centre.idle()

    def test_who_is_called_by_sips_is_told_a_contact_of_sips(self):
        for scheme in ("sip", "sips"):
            agents = [Agent(self.centre, "1001", "one", "sip"), Agent(self.centre, "1002", "two", scheme)]
            for agent in agents:
                self.assertEqual(agent.prove("REGISTER", "")[0], 200)
            caller, called = agents
            code, text = caller.prove("INVITE", "1002", offer(BASE + 400, "RTP/AVP"))
            self.assertEqual(code, 200, text)
            caller.seq[f"INVITE-{caller.port}"] = 2
            caller.request("ACK", f"INVITE-{caller.port}")
            invite = called.message(5)
            self.assertRegex(invite, f"^INVITE {scheme}:1002@")
            self.assertRegex(invite.lower(), f"(?m)^contact: <{scheme}:[^>]*;transport=tls>")
            self.assertEqual(caller.ask("BYE", f"INVITE-{caller.port}")[0], 200)
            called.answer(invite, "486 Busy")
            self.centre.idle()
            for agent in agents:
                agent.close()

    def test_who_does_not_read_keeps_nobody_waiting(self):
        """One asks the same again and again, one something new, and neither reads: all others are served."""
        others, greedy, count = [self.phone(by) for by in BY], {}, itertools.count()

        def pester(name, times):
            """So many requests more, until it is cut off."""
            try:
                for _ in range(times):
                    if name[0] == "s":
                        greedy[name].seq[name] = 0
                    greedy[name].request("OPTIONS", name)
            except OSError:
                del greedy[name]

        def serve_others():
            for other in others:
                self.assertEqual(other.ask("OPTIONS", f"beside-{next(count)}-{other.by}")[0], 200)

        for name in ("s" * 600, "n" * 600):
            greedy[name] = phone = Phone(self.centre, room=4096)
            self.addCleanup(phone.close)
            self.assertEqual(phone.ask("OPTIONS", name)[0], 200)
            phone.tag.clear()
            pester(name, 3000)
            serve_others()

        # Who asks faster than is answered is not answered each time: until there are more answers
        # than the systems of both ends hold.
        def cut_off():
            for name in list(greedy):
                pester(name, 50)
            serve_others()
            return not greedy
        until(cut_off, 40)

    def can_connect(self):
        try:
            return self.phone()
        except OSError:
            return None

    def test_a_stranger_does_not_keep_others_from_connecting(self):
        for _ in range(200):
            stranger = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.addCleanup(stranger.close)
            stranger.bind(("127.0.0.2", 0))
            stranger.connect((HOST, self.centre.tls))
        for number in range(5):
            self.assertEqual(self.phone().ask("OPTIONS", f"comes-{number}")[0], 200)

    def test_what_has_no_usable_key_is_refused_and_plain_rtp_is_not(self):
        phone = self.phone()
        for number, keys in enumerate([[], [(1, SUITE, "short")], [(1, "F8_128_HMAC_SHA1_80", key())]]):
            code, text = phone.ask("INVITE", f"no-key-{number}", offer(BASE + 400, keys=keys))
            self.assertEqual(code, 488, text)
            self.assertIn("no key that can be used", text)
        for by in BY:
            phone = self.phone(by)
            code, text = phone.ask("INVITE", f"plain-{by}", offer(BASE + 400, "RTP/AVP"))
            self.assertEqual(code, 200)
            self.assertNotIn("a=crypto", text)
            self.assertEqual(phone.ask("BYE", f"plain-{by}")[0], 200)
        self.centre.idle()

    def test_ffmpeg_is_heard_and_hears(self):
        """What FFmpeg encrypts is in the recording; what hotline encrypts FFmpeg can play."""
        for suite in (SUITE, "AES_CM_128_HMAC_SHA1_32"):
            name = f"sends-{suite}"
            phone, ours, text = self.call(name, suite)
            _, _, theirs, port = crypto(text)
            ffmpeg("-re", "-f", "lavfi", "-i", "sine=1000:r=8000:d=1.5", "-c:a", "pcm_alaw", "-f", "rtp",
                   "-srtp_out_suite", suite, "-srtp_out_params", ours,
                   f"srtp://{HOST}:{port}?pkt_size=172")
            self.assertEqual(phone.ask("BYE", name)[0], 200)
            self.centre.idle()
            path, told = self.centre.recordings()[-1]
            media = told["caller_media"]
            self.assertEqual(media["srtp"], suite)
            # FFmpeg's reports have tags of 32 bits, too, where RFC 4568 (6.2.2) has 80.
            self.assertLessEqual(media["not_authentic"], 2 if suite.endswith("32") else 0)
            self.assertGreater(media["packets"], 60)
            said = channel(path, 0)
            loud = max(range(0, len(said) - 4000, 400), key=lambda at: sum(abs(s) for s in said[at:at + 4000]))
            self.assertGreater(level_at(said[loud:loud + 4000], 1000), 0.9)

            name = f"hears-{suite}"
            phone, ours, text = self.call(name, suite, port=BASE + 410)
            description = self.centre.folder / f"{suite}.sdp"
            description.write_text(offer(BASE + 410, keys=[(1, suite, crypto(text)[2])]))
            heard = self.centre.folder / f"{suite}.wav"
            ffmpeg("-protocol_whitelist", "file,rtp,udp,srtp,crypto", "-i", description, "-t", "1.5", heard)
            phone.ask("BYE", name)
            self.centre.idle()
            # The same, sample by sample, as what the recording says was sent.
            sent, got = channel(self.centre.recordings()[-1][0], 1), channel(heard, 0)
            self.assertGreater(sum(abs(sample) for sample in got), 100 * len(got))
            middle = got[len(got) // 2:len(got) // 2 + 1600]
            near = lambda at: all(abs(a - b) <= 32 + abs(b) // 16 for a, b in zip(middle, sent[at:at + 1600]))
            self.assertTrue(any(near(at) for at in range(len(sent) - 1600)), "heard what was not sent")

    def test_media_without_its_key_is_not_heard(self):
        phone, ours, text = self.call("forged")
        port = crypto(text)[3]
        noise = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(noise.close)
        chance = random.Random(4711)
        for number in range(500):
            head = struct.pack(">BBHII", 0x80, 8, number, 160 * number, chance.getrandbits(32))
            noise.sendto(head + chance.randbytes(170), (HOST, port))
            noise.sendto(bytes([0x81, 200, 0, 6]) + chance.randbytes(number % 60), (HOST, port + 1))
            noise.sendto(bytes([0x90, 8]) + chance.randbytes(number % 40), (HOST, port))
        self.assertEqual(phone.ask("BYE", "forged")[0], 200)
        self.centre.idle()
        path, told = self.centre.recordings()[-1]
        self.assertEqual(told["caller_media"]["packets"], 0)
        self.assertGreater(told["caller_media"]["not_authentic"], 500)
        self.assertFalse(any(channel(path, 0)), "something was heard")

    def test_strangers_take_nothing_from_a_call(self):
        """Connections that say nothing, half a handshake, no SIP: the call goes on, memory stays."""
        phone, _, _ = self.call("goes-on")
        memory, files = self.centre.resident()
        chance = random.Random(7)
        for wave_ in range(5):
            strangers = []
            for number in range(200):
                stranger = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                stranger.settimeout(2)
                try:
                    stranger.connect((HOST, self.centre.tls))
                    # Nothing, the beginning of a handshake, and noise.
                    stranger.sendall([b"", b"\x16\x03\x01\x02\x00\x01", chance.randbytes(300)][number % 3])
                except OSError:
                    pass
                strangers.append(stranger)
            now, open_ = self.centre.resident()
            self.assertLess(open_, files + 60, "more files than connections that may be open")
            self.assertLess(now, memory + 60)
            for stranger in strangers:
                stranger.close()
        until(lambda: self.centre.resident()[1] <= files + 2, 20)
        # Some that have gone may still be in line before whoever comes now.
        until(self.can_connect)
        # What is no SIP on a connection that is TLS.
        context = ssl.create_default_context(cafile=self.centre.folder / "ca.pem")
        for noise in (chance.randbytes(3000), b"INVITE " + b"a" * 200_000, b"\r\n" * 5000,
                      b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: 99999999999999999999\r\n\r\n",
                      b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: -1\r\n\r\n"):
            with context.wrap_socket(socket.create_connection((HOST, self.centre.tls)),
                                     server_hostname=HOST) as stranger:
                try:
                    stranger.sendall(noise)
                except OSError:
                    pass
        self.assertEqual(phone.ask("OPTIONS", "goes-on")[0], 200)
        self.assertEqual(phone.ask("BYE", "goes-on")[0], 200)
        self.centre.idle()


    def test_torture(self):
        """RFC 4475, while a call goes on: each is answered with a code that is right for it, or not at all."""
        phone, _, _ = self.call("tortured")
        for by in BY:
            for name, text, right in MESSAGES:
                silent = right is None or None in right
                # On a stream, a message that promises more than it has is waited for, and noise is tried above.
                if by == "UDP" or not (silent or name == "clerr"):
                    with self.subTest(name=name, by=by):
                        self.assertIn(self.answer_to(name, text, by, 0.2 if silent else 5), right or (None,))
        self.assertEqual(phone.ask("OPTIONS", "tortured")[0], 200)
        self.assertEqual(phone.ask("BYE", "tortured")[0], 200)
        self.centre.idle()

    def answer_to(self, name, text, by, seconds):
        """The code of the last answer that comes within so long. A call that comes of it is ended."""
        stranger, call = Phone(self.centre, by), f"{name}-{by}"
        text = text.replace(f"Call-ID: {name}", f"Call-ID: {call}").replace(f"z9hG4bK-{name}", f"z9hG4bK-{call}")
        stranger.socket.sendall(text.replace("/UDP ", f"/{by} ").encode())
        code = None
        try:
            while code is None or code < 200:
                response = stranger.message(seconds)
                code = int(response.split()[1])
        except OSError:
            pass
        if code == 200 and "INVITE\r\n" in response:
            kept = re.findall(r"(?m)^(?:From|To|Call-ID): .*\r\n", response)
            number = int(re.search(r"CSeq: (\d+)", response)[1])
            for method, seq in (("ACK", number), ("BYE", number + 1)):
                via = f"SIP/2.0/{by} {HOST}:{stranger.port};branch=z9hG4bK-{call}-{method};rport"
                stranger.socket.sendall((f"{method} sip:100@{HOST} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\n"
                                         f"{''.join(kept)}CSeq: {seq} {method}\r\nContent-Length: 0\r\n\r\n").encode())
        stranger.close()
        return code


class Required(unittest.TestCase):
    """`srtp = "required"`."""

    def test_nothing_but_srtp_by_tls_is_taken(self):
        with Centre(BASE + 500, "required") as centre:
            def ask(name, by, *args):
                phone = Phone(centre, by)
                self.addCleanup(phone.close)
                code, text = phone.ask("INVITE", name, offer(BASE + 900, *args) if args else "")
                if code == 200:
                    self.assertEqual(phone.ask("BYE", name)[0], 200)
                return code, text
            keys = [(1, SUITE, key())]
            self.assertEqual(ask("srtp", "TLS", "RTP/SAVP", keys)[0], 200)
            code, text = ask("plain", "TLS", "RTP/AVP")
            self.assertEqual(code, 488)
            self.assertIn("offers no SRTP, which is required here", text)
            for by in ("UDP", "TCP"):
                for name, args in {by: ("RTP/SAVP", keys), f"{by}-offerless": ()}.items():
                    code, text = ask(name, by, *args)
                    self.assertEqual(code, 488, name)
                    self.assertIn("SIP over TLS", text)
            centre.idle()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    unittest.main(verbosity=1)
