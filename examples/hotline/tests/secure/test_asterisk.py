"""Asterisk as an agent's phone, as a caller and as a gateway, by TLS and SRTP.

    python3 test_asterisk.py ROOT       ROOT is what examples/asterisk/get-asterisk.sh unpacked
"""

import pathlib
import shutil
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "asterisk/test")]
from centre import Centre, HOST, until  # noqa: E402
from lab import Asterisk  # noqa: E402
from test_secure import channel, level_at  # noqa: E402

BASE, THEIRS = 25000, 25400
MORE = """res_srtp res_pjsip_outbound_registration res_pjsip_outbound_authenticator_digest
res_pjsip_dtmf_info res_clioriginate app_playtones app_senddtmf""".split()


def pjsip(centre, optimistic):
    encrypted = f"media_encryption=sdes\nmedia_encryption_optimistic={optimistic}"
    return f"""[tls]
type=transport
protocol=tls
bind={HOST}:{THEIRS}
cert_file={centre.folder}/cert.pem
priv_key_file={centre.folder}/key.pem
ca_list_file={centre.folder}/ca.pem
verify_server=yes
method=tlsv1_2
[hotline]
type=aor
contact=sip:{HOST}:{centre.tls}\\;transport=tls
[hotline]
type=endpoint
transport=tls
context=phone
disallow=all
allow=alaw
aors=hotline
from_user=301
direct_media=no
{encrypted}
[hotline]
type=identify
endpoint=hotline
match={HOST}
[agent]
type=endpoint
transport=tls
context=phone
disallow=all
allow=alaw
aors=hotline
from_user=1001
outbound_auth=secret
direct_media=no
{encrypted}
[secret]
type=auth
auth_type=userpass
username=1001
password=one
[registered]
type=registration
transport=tls
outbound_auth=secret
server_uri=sip:{HOST}:{centre.tls}\\;transport=tls
client_uri=sip:1001@{HOST}\\;transport=tls
contact_user=1001
retry_interval=2
"""


# The phone sends back what it hears; whoever is called outside sends a tone of its own.
DIALPLAN = """[phone]
exten => 1001,1,Answer()
same => n,Echo()
exten => 700,1,Answer()
same => n,PlayTones(700)
same => n,Wait(20)
[caller]
exten => agent,1,Wait(1)
same => n,SendDTMF(1)
same => n,Wait(2)
same => n,PlayTones(1000)
same => n,Wait(2)
same => n,Hangup()
exten => listens,1,Wait(3)
same => n,Hangup()
"""


def loudest(samples, length=4000):
    at = max(range(0, len(samples) - length, 400), key=lambda at: sum(abs(s) for s in samples[at:at + length]))
    return samples[at:at + length]


class Secret(unittest.TestCase):
    root = None

    def calls(self, optimistic, outside=False, suite="AES_CM_128_HMAC_SHA1_80"):
        gateway = f"{HOST}:{THEIRS};transport=tls"
        folder = pathlib.Path(tempfile.mkdtemp(prefix="asterisk-secure-"))
        folder.chmod(0o755)
        with Centre(BASE, "offered", gateway) as centre:
            for name in ("key.pem", "cert.pem", "ca.pem"):
                (centre.folder / name).chmod(0o644)
            pbx = Asterisk(folder / "pbx", self.root, number=7)
            pbx.modules += MORE
            pbx.write("pjsip.conf", pjsip(centre, optimistic))
            pbx.write("extensions.conf", DIALPLAN)
            with pbx:
                registered = "SELECT 1 FROM events WHERE kind = 'agent' AND detail = '1001: available'"
                until(lambda: centre.rows(registered), 30)
                pbx.cli("channel originate PJSIP/100@hotline extension agent@caller")
                done = "SELECT caller, outcome, agent, keys FROM calls WHERE ended <> ''"
                until(lambda: centre.rows(done), 30)
                centre.idle()
                self.assertEqual(centre.rows(done), [("301", "answered", "1001", "1")])
                path, told = centre.recordings()[0]
                legs = [told["caller_media"], *told["agent_media"]]
                self.assertEqual([leg["srtp"] for leg in legs], [suite] * 2, told)
                for leg in legs:
                    self.assertEqual(leg["not_authentic"], 0)
                    self.assertGreater(leg["packets"], 50)
                # The caller's tone came, and came back from the agent.
                for number in (0, 1):
                    self.assertGreater(level_at(loudest(channel(path, number)), 1000), 0.9)

                if outside:
                    self.call_outside(pbx, centre, suite)
                self.assertEqual(pbx.errors(), [])
            # Its connection is gone: nobody can be called there.
            gone = "SELECT detail FROM events WHERE kind = 'agent' ORDER BY id DESC LIMIT 1"
            until(lambda: centre.rows(gone) == [("1001: logged out",)], 10)
        shutil.rmtree(folder)

    def call_outside(self, pbx, centre, suite):
        """The agent calls somebody by a gateway, whose certificate is looked at."""
        pbx.cli("channel originate PJSIP/700@agent extension listens@caller")
        done = "SELECT outcome, agent FROM calls WHERE ended <> '' AND direction = 'agent'"
        until(lambda: centre.rows(done), 30)
        centre.idle()
        self.assertEqual(centre.rows(done), [("answered", "700")])
        path, told = centre.recordings()[1]
        self.assertEqual([leg["srtp"] for leg in told["agent_media"]], [suite])
        self.assertGreater(level_at(loudest(channel(path, 1)), 700), 0.9)

    def test_srtp_on_rtp_avp(self):
        self.calls("yes", outside=True)

    def test_a_phone_that_insists_on_rtp_savp(self):
        self.calls("no")


if __name__ == "__main__":
    Secret.root = sys.argv.pop(1)
    unittest.main(verbosity=1)
