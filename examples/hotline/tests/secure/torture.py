"""Messages after RFC 4475, the torture test for SIP, addressed to line 100; what each is named there."""

SDP = ("v=0\r\no=mhandley 29739 7272939 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
       "m=audio 49217 RTP/AVP 8\r\n")


def message(name, method="INVITE", uri="sip:100@127.0.0.1", body=None, **change):
    """A request that is in order, but for what is changed: a header replaced, or left out if None."""
    body = (SDP if method == "INVITE" else "") if body is None else body
    headers = {
        "Via": f"SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK-{name};rport",
        "Max-Forwards": "70", "From": f"<sip:caller@127.0.0.1>;tag={name}", "To": "<sip:100@127.0.0.1>",
        "Call-ID": name, "CSeq": f"1 {method}", "Contact": "<sip:caller@127.0.0.1>",
        "Content-Type": "application/sdp" if body else None, "Content-Length": str(len(body)),
    }
    start = change.pop("start", f"{method} {uri} SIP/2.0")
    more = change.pop("more", "")
    headers.update({key.replace("_", "-"): value for key, value in change.items()})
    lines = [f"{key}: {value}\r\n" for key, value in headers.items() if value is not None]
    return start + "\r\n" + "".join(lines) + more + "\r\n" + body


# The name in RFC 4475, the message, and the codes that are right for it (None: no answer is owed, or
# the SIP library drops what it cannot read, as it does with lines that are folded).
MESSAGES = [
    ("wsinv", message("wsinv", From='"J Rosenberg \\\\\\""       <sip:j@127.0.0.1>\r\n  ;\r\n  tag = wsinv',
                      more="NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
                           "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"), (200, None)),
    ("intmeth", message("intmeth", method="!interesting-Method0123456789_*+`.%indeed'~"), (405, 501, None)),
    ("esc01", message("esc01", uri="sip:10%30@127.0.0.1"), (200, 404)),
    ("escnull", message("escnull", "REGISTER", To="<sip:null-%00-null@127.0.0.1>"), (401, 404)),
    ("esc02", message("esc02", method="RE%47IST%45R"), (405, 501, None)),
    ("lwsdisp", message("lwsdisp", "OPTIONS", From="caller<sip:caller@127.0.0.1>;tag=lwsdisp"), (200,)),
    ("longreq", message("longreq", From=f'"{"I have a user name of extreme proportion " * 20}"'
                                        f'<sip:{"a" * 500}@127.0.0.1>;{"unknownheaderparam" * 20}=1;tag=longreq',
                        more=f"Unknown-{'Long' * 40}-Name: {'unknown-value' * 80}\r\n"), (200,)),
    ("semiuri", message("semiuri", "OPTIONS", uri="sip:user;par=u%40example.net@127.0.0.1"), (200, 404)),
    ("transports", message("transports", "OPTIONS", more="Via: SIP/2.0/UNKNOWN t5;branch=z9hG4bKu\r\n"), (200, None)),
    ("unreason", message("unreason", start="SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e"), None),
    ("noreason", message("noreason", start="SIP/2.0 100 "), None),
    ("badinv01", message("badinv01", Via="SIP/2.0/UDP 127.0.0.1:5060;;,;,,", Contact='"" <> ;,"Joe" <sip:j@x>;;;;'),
     (400, None)),
    ("clerr", message("clerr", Content_Length="9999"), (400,)),
    ("ncl", message("ncl", Content_Length="-999"), (400, 200, None)),
    ("scalar02", message("scalar02", CSeq="36893488147419103232 REGISTER", method="REGISTER",
                         Max_Forwards="300", more="Expires: 1000000000000000000000000000000\r\n"), (400, 401, None)),
    ("scalarlg", message("scalarlg", start="SIP/2.0 200 OK", CSeq="9292394834772304023312 OPTIONS"), None),
    ("quotbal", message("quotbal", "OPTIONS", To='"Mr. J. User <sip:j.user@127.0.0.1>'), (400, 200, 404, None)),
    ("ltgtruri", message("ltgtruri", start="INVITE <sip:100@127.0.0.1> SIP/2.0"), (400, 200, None)),
    ("lwsruri", message("lwsruri", start="INVITE sip:100@127.0.0.1; lr SIP/2.0"), (400, None)),
    ("lwsstart", message("lwsstart", start="INVITE  sip:100@127.0.0.1  SIP/2.0"), (400, 200, None)),
    ("trws", message("trws", "OPTIONS", start="OPTIONS sip:100@127.0.0.1 SIP/2.0  "), (400, 200, None)),
    ("escruri", message("escruri", uri="sip:100@127.0.0.1?Route=%3Csip:example.com%3E"), (400, 404, 200, None)),
    ("baddate", message("baddate", more="Date: Fri, 01 Jan 2010 16:00:00 EST\r\n"), (200, 400)),
    ("regbadct", message("regbadct", "REGISTER", Contact="sip:user@example.com?Route=%3Csip:x%3E"), (400, 401)),
    ("badvers", message("badvers", start="OPTIONS sip:100@127.0.0.1 SIP/7.0"), (505, 400, None)),
    ("mismatch01", message("mismatch01", "OPTIONS", CSeq="8 INVITE"), (400,)),
    ("mismatch02", message("mismatch02", method="NEWMETHOD", CSeq="8 INVITE"), (400, 405, 501, None)),
    ("bigcode", message("bigcode", start="SIP/2.0 4294967301 better not break the receiver"), None),
    ("badbranch", message("badbranch", "OPTIONS", Via="SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK;rport"), (200, None)),
    ("insuf", "INVITE sip:100@127.0.0.1 SIP/2.0\r\nCSeq: 193942 INVITE\r\n\r\n", (400, None)),
    ("unkscm", message("unkscm", "OPTIONS", uri="nobodyKnowsThisScheme:totallyopaquecontent"), (416, 400, 200, None)),
    ("novelsc", message("novelsc", "OPTIONS", uri="soap.beep://192.0.2.103:3002"), (416, 400, 200, None)),
    ("bext01", message("bext01", "OPTIONS", more="Require: nothingSupportsThis, nothingSupportsThisEither\r\n"), (420,)),
    ("invut", message("invut", Content_Type="application/unknownformat"), (415,)),
    ("regaut01", message("regaut01", "REGISTER", more="Authorization: NoOneKnowsThisScheme opaque-data=here\r\n"), (401,)),
    ("multi01", message("multi01", more="CSeq: 9 REGISTER\r\nCall-ID: other\r\nFrom: <sip:b@x>;tag=z\r\n"
                                        "To: <sip:c@x>\r\nMax-Forwards: 5\r\n"), (400, 200, None)),
    ("mcl01", message("mcl01", "OPTIONS", body="There's no way to know how many octets are supposed to be here.",
                      Content_Length="13", more="Content-Length: 5\r\n"), (400, 415, 200, None)),
    ("bcast", message("bcast", start="SIP/2.0 200 OK", Via="SIP/2.0/UDP 192.0.2.198;branch=z9hG4bKbc"), None),
    ("zeromf", message("zeromf", "OPTIONS", Max_Forwards="0"), (200, 483)),
    ("cparam01", message("cparam01", "REGISTER", Contact="sip:+19725552222@gw1.example.net;unknownparam"), (401,)),
    ("regescrt", message("regescrt", "REGISTER", Contact="<sip:user@example.com?Route=%3Csip:x%3E>"), (401,)),
    ("sdp01", message("sdp01", more="Accept: text/nobodyKnowsThis\r\n"), (200, 406)),
    ("inv2543", message("inv2543", Via="SIP/2.0/UDP 127.0.0.1;rport", CSeq="0 INVITE", Max_Forwards=None,
                        Contact=None), (400, 200)),
]
