//! SIP written by hand on a socket, for what a well-behaved user agent would not send.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::server::Server;

/// A socket and the numbers that keep its dialogs apart.
#[derive(Debug)]
pub(crate) struct Raw {
    socket: UdpSocket,
    server: SocketAddr,
    port: u16,
}

/// A response as far as these tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) code: u16,
    text: String,
}

impl Raw {
    pub(crate) fn new(server: &Server) -> Raw {
        let port = server.free_port();
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
        Raw { socket, server: server.sip(), port }
    }

    pub(crate) fn send(&self, datagram: impl AsRef<[u8]>) {
        // A datagram may be refused locally (too long); then there is nothing to survive.
        let _ = self.socket.send_to(datagram.as_ref(), self.server);
    }

    /// A request of dialog `id`, with the headers every request needs and then `more`.
    pub(crate) fn request(
        &self,
        method: &str,
        id: &str,
        to_tag: &str,
        more: &str,
        body: &str,
    ) -> String {
        let (port, server, length) = (self.port, self.server, body.len());
        let cseq = if method == "BYE" { 2 } else { 1 };
        let key = match method {
            "ACK" | "CANCEL" => "INVITE",
            other => other,
        };
        format!(
            "{method} sip:100@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-{id}-{key};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:raw@127.0.0.1>;tag=from-{id}\r\n\
             To: <sip:100@{server}>{to_tag}\r\n\
             Call-ID: {id}@127.0.0.1\r\n\
             CSeq: {cseq} {method}\r\n\
             Contact: <sip:raw@127.0.0.1:{port}>\r\n\
             {more}Content-Length: {length}\r\n\r\n{body}"
        )
    }

    /// An INVITE of dialog `id` with an ordinary offer whose media nobody listens for.
    pub(crate) fn invite(&self, id: &str, media: u16) -> String {
        let sdp = format!(
            "v=0\r\no=raw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {media} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
        );
        self.request("INVITE", id, "", "Content-Type: application/sdp\r\n", &sdp)
    }

    /// The next response within `patience`.
    pub(crate) fn receive(&self, patience: Duration) -> Option<Response> {
        let deadline = Instant::now() + patience;
        let mut buffer = vec![0; 65_536];
        loop {
            let left = deadline.checked_duration_since(Instant::now())?;
            self.socket
                .set_read_timeout(Some(left.max(Duration::from_millis(1))))
                .expect("a time limit");
            let Ok(length) = self.socket.recv(&mut buffer) else {
                continue;
            };
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let code = text.strip_prefix("SIP/2.0 ").and_then(|t| t.get(..3)?.parse().ok());
            if let Some(code) = code {
                return Some(Response { code, text });
            }
        }
    }

    /// The final response to dialog `id`'s request of this method.
    pub(crate) fn final_response(&self, id: &str, method: &str) -> Response {
        let deadline = Instant::now() + Duration::from_secs(10);
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            match self.receive(left) {
                Some(r) if r.code >= 200 && r.is_for(id, method) => return r,
                _ => {}
            }
        }
        panic!("no final response to {method} of {id}");
    }

    /// Everything that comes within `time`.
    pub(crate) fn collect(&self, time: Duration) -> Vec<Response> {
        let deadline = Instant::now() + time;
        let mut all = Vec::new();
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            all.extend(self.receive(left));
        }
        all
    }

    /// Requires that the server still answers: OPTIONS is the customary way to ask.
    pub(crate) fn assert_answers(&self, id: &str) {
        for attempt in 0..10 {
            let id = format!("{id}-{attempt}");
            self.send(self.request("OPTIONS", &id, "", "", ""));
            let replies = self.collect(Duration::from_millis(500));
            if replies.iter().any(|r| r.is_for(&id, "OPTIONS")) {
                return;
            }
        }
        panic!("the server does not answer after {id}");
    }
}

impl Response {
    /// What follows the headers.
    pub(crate) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The value of a header, by its full name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Whether it answers dialog `id`'s request of this method.
    pub(crate) fn is_for(&self, id: &str, method: &str) -> bool {
        self.header("Call-ID").is_some_and(|value| value.starts_with(&format!("{id}@")))
            && self.header("CSeq").is_some_and(|value| value.ends_with(method))
    }

    /// `;tag=…` of the far end, as a request in the dialog repeats it.
    pub(crate) fn to_tag(&self) -> String {
        let to = self.header("To").unwrap_or_default();
        to.find(";tag=").map(|at| to[at..].to_owned()).unwrap_or_default()
    }

    /// The port of the audio in its SDP.
    pub(crate) fn media_port(&self) -> u16 {
        let line = self.text.lines().find_map(|l| l.strip_prefix("m=audio ")).expect("audio");
        line.split(' ').next().and_then(|p| p.parse().ok()).expect("a port")
    }
}
