"""Callers and agents as sipp scenarios: what they do, step by step."""

SOUND = "/usr/share/sip-tester/g711a.pcap"
KEYS = "/usr/share/sip-tester/dtmf_2833_{}.pcap"

_HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="{}">\n'
_SDP = """v=0
      o=sipp 53655765 2353687637 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [auto_media_port] RTP/AVP 8 101
      a=rtpmap:8 PCMA/8000
      a=rtpmap:101 telephone-event/8000
      a=fmtp:101 0-16
"""


def _send(text, body="", retrans=True):
    length = "Content-Type: application/sdp\n      Content-Length: [len]\n\n      " + body if body else \
        "Content-Length: 0\n"
    again = ' retrans="500"' if retrans else ""
    return f"  <send{again}><![CDATA[\n\n      {text.strip()}\n      {length}\n  ]]></send>\n"


def _pause(ms):
    """So many ms, or anything between two numbers of them."""
    if isinstance(ms, tuple):
        return f'  <pause distribution="uniform" min="{ms[0]}" max="{ms[1]}"/>\n'
    return f'  <pause milliseconds="{ms}"/>\n'


def _play(file):
    return f'  <nop><action><exec play_pcap_audio="{file}"/></action></nop>\n'


_CALLER = """{method} {url} SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      {routes}From: "Caller [call_number]" <sip:caller@[local_ip]:[local_port]>;tag=[pid]C[call_number]
      To: <sip:[service]@[remote_ip]:[remote_port]>{tag}
      Call-ID: [call_id]
      CSeq: {cseq} {method}
      Contact: <sip:caller@[local_ip]:[local_port]>
      Max-Forwards: 70"""


def _in_dialog(method, cseq):
    return _CALLER.format(method=method, url="[next_url]", routes="[routes]\n      ",
                          tag="[peer_tag_param]", cseq=cseq)


def caller(keys="", before_keys=1000, talk=None, give_up=None):
    """Calls, presses keys, talks for `talk` ms and hangs up; without it, waits to be hung up on.

    `give_up` hangs up so many ms after the call was answered, before any agent is.
    """
    text = _HEAD.format("caller") + _send(_CALLER.format(
        method="INVITE", url="sip:[service]@[remote_ip]:[remote_port]", routes="", tag="", cseq=1), _SDP)
    for code in (100, 180, 183):
        text += f'  <recv response="{code}" optional="true"/>\n'
    text += '  <recv response="200" rtd="true" rrs="true"/>\n'
    text += _send(_in_dialog("ACK", 1), retrans=False)
    if keys:
        text += _pause(before_keys)
        text += _pause(600).join(_play(KEYS.format(key)) for key in keys)
    if talk is not None:
        text += _pause(600 if keys else 0) + _play(SOUND)
    hang_up = give_up if give_up is not None else talk
    if hang_up is None:
        text += '  <recv request="BYE" timeout="60000"/>\n' + _answer("200 OK")
    else:
        text += _pause(hang_up) + _send(_in_dialog("BYE", 2)) + '  <recv response="200"/>\n'
    return text + "</scenario>\n"


def _answer(status, body="", contact=True):
    tag = ";tag=[pid]A[call_number]" if status[0] in "1234" and "CANCEL" not in status else ""
    to = "[last_To:]" + (tag if body or status.startswith(("180", "486", "603", "487")) else "")
    return _send(f"""SIP/2.0 {status}
      [last_Via:]
      [last_From:]
      {to}
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[local_ip]:[local_port];transport=[transport]>""", body,
                 retrans=bool(body))


def agent(ring=200, refuse=None, never=False, talk=None):
    """Rings for `ring` ms and answers; hangs up after `talk` ms, or waits to be hung up on.

    `refuse` is a status to answer with instead; `never` rings until the other side gives up.
    """
    text = _HEAD.format("agent") + """  <recv request="INVITE" rrs="true"><action>
    <ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
    <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
  </action></recv>
"""
    text += _answer("180 Ringing")
    if never:
        text += '  <recv request="CANCEL"/>\n' + _answer("200 OK") + _send("""SIP/2.0 487 Request Terminated
      Via: [$via]
      From:[$from]
      To:[$to];tag=[pid]A[call_number]
      [last_Call-ID:]
      CSeq: [$cseq]""", retrans=True) + '  <recv request="ACK"/>\n</scenario>\n'
        return text.replace("  </action></recv>\n", """    <ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
    <ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
  </action></recv>
  <Reference variables="contact"/>
""", 1)
    text += _pause(ring)
    if refuse:
        text += _answer(refuse) + '  <recv request="ACK"/>\n  <Reference variables="from,to,contact"/>\n'
        return text + "</scenario>\n"
    # An INVITE may come again before the answer is heard: sipp would drop the call without a word.
    text += _answer("200 OK", _SDP) + '  <recv request="INVITE" optional="true"/>\n'
    text += '  <recv request="ACK"/>\n' + _play(SOUND)
    if talk is None:
        text += '  <recv request="BYE"/>\n' + _answer("200 OK")
        text += '  <Reference variables="from,to,contact"/>\n'
    else:
        text += _pause(talk) + _send("""BYE [$contact] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From:[$to];tag=[pid]A[call_number]
      To:[$from]
      [last_Call-ID:]
      CSeq: 1 BYE
      Max-Forwards: 70""") + '  <recv response="200"/>\n'
    return text + "</scenario>\n"
