"""SIP over TCP and TLS: calls both ways, a certificate that is renewed, who is refused, what is cut off.

    python3 test_streams.py      needs `hotline` built for tests, and `openssl`
"""

import pathlib
import re
import resource
import signal
import socket
import sys
import unittest

from centre import Agent, Centre, HOST, Phone, certificates, offer, until

BASE = 26000
GATEWAY = BASE + 50
STREAMS = ("TCP", "TLS")
PER_ADDRESS = 10


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        gateway = f"{HOST}:{GATEWAY};transport=tcp"
        # It begins with fewer files than it may need, as on many systems.
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, files[1]))
        try:
            cls.centre = Centre(BASE, "off", gateway, PER_ADDRESS).__enter__()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, files)

    @classmethod
    def tearDownClass(cls):
        cls.centre.__exit__(None)

    def phone(self, by, of=HOST):
        phone = Phone(self.centre, by, of=of)
        self.addCleanup(phone.close)
        return phone

    def ours(self, by):
        return f"{HOST}:{self.centre.tcp if by == 'TCP' else self.centre.tls}"

    def is_closed(self, phone):
        """Whether nothing comes any more, and nothing came before."""
        try:
            phone.socket.settimeout(5)
            return phone.socket.recv(1) == b""
        except ConnectionError:
            return True

    def test_a_long_request_in_pieces_is_a_call(self):
        phone = self.phone("TCP")
        whole, send = [], phone.socket.sendall

        class Pieces:
            """A socket that sends little at a time."""
            def __getattr__(self, name):
                return getattr(phone_socket, name)

            def sendall(self, data):
                whole.append(data)
                for at in range(0, len(data), 499):
                    send(data[at:at + 499])
        phone_socket, phone.socket = phone.socket, Pieces()
        code, text = phone.ask("INVITE", "long", offer(BASE + 400, "RTP/AVP"), X_Long="a" * 4000)
        self.assertEqual(code, 200, text)
        self.assertGreater(len(whole[0]), 4000)
        self.assertRegex(text, rf"(?mi)^Contact: <sip:{self.ours('TCP')};transport=tcp>")
        # What is alive is told so (RFC 5626 §4.4.1).
        phone.socket.sendall(b"\r\n\r\n")
        self.assertEqual(phone_socket.recv(2), b"\r\n")
        self.assertEqual(phone.ask("BYE", "long")[0], 200)
        self.centre.idle()

    def test_who_is_called_by_a_connection_is_told_where_we_take_them(self):
        """Via and Contact of requests that we send by TCP, and by TLS, name its own port (RFC 3261 18.1.1)."""
        for by in STREAMS:
            agents = [Agent(self.centre, "1001", "one", by=by), Agent(self.centre, "1002", "two", by=by)]
            caller, called = agents
            via = rf"(?mi)^Via: SIP/2.0/{by} {self.ours(by)};"
            for agent in agents:
                code, text = agent.prove("REGISTER", "")
                self.assertEqual(code, 200, text)
                expires = int(re.search(r"expires=(\d+)", text)[1])
                self.assertLessEqual(expires, 240, "the stack closes a connection that is silent for longer")
            call = f"INVITE-{caller.port}"
            self.assertEqual(caller.prove("INVITE", "1002", offer(BASE + 400, "RTP/AVP"))[0], 200)
            caller.seq[call] = 2
            caller.request("ACK", call)
            invite = called.message(5)
            self.assertRegex(invite, "^INVITE sip:1002@")
            self.assertRegex(invite, via)
            self.assertRegex(invite, rf"(?mi)^Contact: <sip:[^>]*@{self.ours(by)};transport={by}>")
            called.answer(invite, "200 OK", offer(BASE + 404, "RTP/AVP"))
            ack = called.message(5)
            self.assertRegex(ack, "^ACK ")
            self.assertRegex(ack, via)
            until(lambda: self.centre.live()["legs"] == 2)
            self.assertEqual(caller.ask("BYE", call)[0], 200)
            bye = called.message(5)
            self.assertRegex(bye, "^BYE ")
            self.assertRegex(bye, via)
            called.answer(bye, "200 OK")
            self.centre.idle()
            for agent in agents:
                agent.close()
            last = "SELECT detail FROM events WHERE kind = 'agent' ORDER BY id DESC LIMIT 2"
            gone = {("1001: logged out",), ("1002: logged out",)}
            until(lambda: set(self.centre.rows(last)) == gone)

    def test_a_gateway_is_called_by_tcp(self):
        agent = Agent(self.centre, "1001", "one", by="TCP")
        self.addCleanup(agent.close)
        self.assertEqual(agent.prove("REGISTER", "")[0], 200)
        call, contact = f"INVITE-{agent.port}", f"sip:{HOST}:{GATEWAY};transport=tcp"
        with socket.create_server((HOST, GATEWAY)) as listener:
            listener.settimeout(10)
            self.assertEqual(agent.prove("INVITE", "700", offer(BASE + 400, "RTP/AVP"))[0], 200)
            agent.seq[call] = 2
            agent.request("ACK", call)
            gateway = Agent.connected_to(listener, contact)
        self.addCleanup(gateway.close)
        invite = gateway.message(5)
        self.assertRegex(invite, f"^INVITE sip:700@{HOST}:{GATEWAY}")
        self.assertRegex(invite, rf"(?m)^Via: SIP/2.0/TCP {self.ours('TCP')};")
        self.assertRegex(invite, rf"(?mi)^Contact: <sip:[^>]*@{self.ours('TCP')};transport=tcp>")
        gateway.answer(invite, "200 OK", offer(BASE + 404, "RTP/AVP"))
        self.assertRegex(gateway.message(5), "^ACK ")
        until(lambda: self.centre.live()["legs"] == 2)
        self.assertEqual(agent.ask("BYE", call)[0], 200)
        bye = gateway.message(5)
        self.assertRegex(bye, "^BYE ")
        gateway.answer(bye, "200 OK")
        self.centre.idle()

    def test_a_renewed_certificate_is_shown_to_who_connects_then(self):
        folder = self.centre.folder
        shown = lambda phone: phone.socket.getpeercert(True)
        before = self.phone("TLS")
        self.assertEqual(before.ask("INVITE", "lives-on", offer(BASE + 400, "RTP/AVP"))[0], 200)
        certificates(folder)
        self.centre.process.send_signal(signal.SIGHUP)
        until(lambda: "the certificate was read again" in self.centre.said())
        # It is the new authority by which this is judged.
        after = self.phone("TLS")
        self.assertNotEqual(shown(after), shown(before))
        self.assertEqual(after.ask("OPTIONS", "new")[0], 200)

        key = (folder / "key.pem").read_text()
        (folder / "key.pem").write_text("no key")
        self.centre.process.send_signal(signal.SIGHUP)
        until(lambda: "the certificate stays as it was" in self.centre.log())
        self.assertRegex(self.centre.log(), r"as it was: .*hotline.toml:\d+: tls.key: .*key.pem")
        self.assertEqual(shown(self.phone("TLS")), shown(after))
        (folder / "key.pem").write_text(key)

        self.assertEqual(before.ask("BYE", "lives-on")[0], 200)
        self.centre.idle()

    def test_one_address_has_so_many_connections_and_others_have_theirs(self):
        for by, address in zip(STREAMS, ("127.0.0.3", "127.0.0.4")):
            phones = [self.phone(by, address) for _ in range(PER_ADDRESS)]
            # The first that come are kept, the next is not, whatever it would have said.
            self.assertEqual(phones[-1].ask("OPTIONS", f"last-{by}")[0], 200)
            try:
                self.assertTrue(self.is_closed(self.phone(by, address)))
            except OSError:
                self.assertEqual(by, "TLS", "there is nothing to fail at in TCP")
            why = f"{by}: a connection is refused: no more than {PER_ADDRESS} connections at once from one address"
            until(lambda: why in self.centre.log())
            self.assertEqual(phones[0].ask("OPTIONS", f"first-{by}")[0], 200)
            self.assertEqual(self.phone(by).ask("OPTIONS", f"other-{by}")[0], 200)
            phones.pop().close()

            def taken():
                try:
                    phone = self.phone(by, address)
                    return phone.ask("OPTIONS", f"again-{by}-{phone.port}")[0] == 200
                except (OSError, AssertionError):
                    return False
            until(taken)

    def test_there_are_files_for_all_calls_and_connections(self):
        allowed = resource.prlimit(self.centre.process.pid, resource.RLIMIT_NOFILE)[0]
        self.assertGreater(allowed, 5 * 500 + 2 * (40 + 40))
        self.assertLess(allowed, 3000)

    def test_a_body_is_not_taken_for_a_request(self):
        """The space before a colon is allowed (RFC 3261 7.3.1), but not understood where it says a length."""
        def ask(call, name, body=""):
            via = f"SIP/2.0/{phone.by} {HOST}:{phone.port};branch=z9hG4bK-{call}"
            return (f"OPTIONS sip:100@{HOST} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nTo: <sip:100@{HOST}>\r\n"
                    f"From: <sip:phone@{HOST}>;tag=1\r\nCall-ID: {call}\r\nCSeq: 1 OPTIONS\r\n"
                    f"{name}: {len(body)}\r\n\r\n{body}")
        for by in STREAMS:
            for name in ("Content-Length ", "l\t"):
                phone = self.phone(by)
                phone.socket.sendall(ask(f"empty-{phone.port}", name).encode())
                self.assertRegex(phone.message(5), "^SIP/2.0 200 ")
                inner = ask(f"inner-{phone.port}", "Content-Length")
                phone.socket.sendall(ask(f"outer-{phone.port}", name, inner).encode())
                self.assertTrue(self.is_closed(phone))
                self.assertIn("where its message ends cannot be told", self.centre.log())
                self.assertEqual(self.phone(by).ask("OPTIONS", f"beside-{phone.port}")[0], 200)
                phone.close()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    unittest.main(verbosity=1)
