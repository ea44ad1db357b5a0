//! Phone calls phone: no server between, real sockets on loopback.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use media_core::g711::Law;

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SOON: Duration = Duration::from_secs(5);

async fn pair() -> (Phone, Phone) {
    (Phone::new(HERE, "1001", 1).await.unwrap(), Phone::new(HERE, "2001", 2).await.unwrap())
}

async fn incoming(phone: &Phone) -> Call {
    tokio::time::timeout(SOON, phone.incoming()).await.expect("a call comes in").unwrap()
}

/// Both ends of an established call.
async fn connected(caller: &Phone, callee: &Phone, options: CallOptions) -> (Call, Call) {
    let near = caller.call(&callee.uri(), options).await.unwrap();
    let far = incoming(callee).await;
    far.ring().unwrap();
    assert_eq!(near.until(SOON, |s| s == CallState::Ringing).await, Some(CallState::Ringing));
    far.answer().unwrap();
    assert_eq!(near.answered(SOON).await, Some(CallState::Answered));
    assert_eq!(far.answered(SOON).await, Some(CallState::Answered));
    (near, far)
}

/// What was heard of a speaker, with the delay from mouth to ear as its lag.
fn heard_of(speaker: &Call, listener: &Call) -> check::Found {
    let (said, heard) = (speaker.said().unwrap(), listener.heard().unwrap());
    let mut found = check::find(&said.samples, &heard.samples);
    let later = said.start.saturating_duration_since(heard.start);
    let earlier = heard.start.saturating_duration_since(said.start);
    found.lag += (earlier.as_micros() as i64 - later.as_micros() as i64) / 125;
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ends_hear_what_the_other_says() {
    let (caller, callee) = pair().await;
    for codecs in [vec![Law::A], vec![Law::Mu]] {
        let options = CallOptions { codecs, ..CallOptions::default() };
        let (near, far) = connected(&caller, &callee, options).await;
        assert_eq!(far.from(), "1001");
        near.talk(true);
        far.talk(true);
        tokio::time::sleep(Duration::from_secs(3)).await;
        near.hang_up().await.unwrap();
        assert_eq!(near.over(SOON).await, Some(CallState::Ended(End::Near)));
        assert_eq!(far.over(SOON).await, Some(CallState::Ended(End::Far)));

        for (speaker, listener) in [(&near, &far), (&far, &near)] {
            let found = heard_of(speaker, listener);
            assert!(found.windows >= 3 && found.share() > 0.99, "{found:?}");
            assert!((-16..1600).contains(&found.lag), "{found:?}");
            assert!(found.level_db.abs() < 0.5, "{found:?}");
            assert!(listener.packets_heard() >= 140);
            assert_eq!(heard_of(speaker, speaker).windows_found, 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_sound_is_recognised_while_it_plays() {
    let (caller, callee) = pair().await;
    let (near, far) = connected(&caller, &callee, CallOptions::default()).await;
    // The callee's first call, so its first voice.
    let mut sound = [0; 3 * RATE];
    Voices { seed: 2, calls: AtomicU64::new(0) }.next().speak(&mut sound);
    assert_eq!(near.hears(&sound, 0, Duration::from_millis(500)).await, None);
    let quiet = near.heard_since(0).len();
    far.talk(true);
    let heard = near.hears(&sound, 0, SOON).await.unwrap();
    assert!(heard.begin + 800 > quiet && heard.end - heard.begin == sound.len(), "{heard:?}");
    assert!(near.heard_since(0).len() < heard.end, "only after its end");
    far.hang_up().await.unwrap();
    near.over(SOON).await.unwrap();
    assert_eq!(near.hears(&sound, heard.begin + 800, SOON).await, None);

    // Between two moments lies what was said between them.
    let said = far.said().unwrap();
    let (from, to) = (said.start + Duration::from_millis(250), said.start + Duration::from_secs(1));
    assert_eq!(said.between(from, to), &said.samples[2000..8000]);
    assert_eq!(said.between(to, from), &[0; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_cross_as_events_and_as_tones() {
    let (caller, callee) = pair().await;
    let (near, far) = connected(&caller, &callee, CallOptions::default()).await;
    tokio::join!(near.press("19*5#"), far.press("240"));
    near.hang_up().await.unwrap();
    assert_eq!((far.keys_heard(), near.keys_heard()), ("19*5#".into(), "240".into()));

    let options = CallOptions { keys: KeysBy::InBand, ..CallOptions::default() };
    let (near, far) = connected(&caller, &callee, options).await;
    near.press("12345678").await;
    near.hang_up().await.unwrap();
    assert_eq!(far.keys_heard(), "");
    let found = heard_of(&near, &far);
    assert!(found.windows >= 3 && found.share() > 0.99, "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_not_answered() {
    let (caller, callee) = pair().await;

    let near = caller.call(&callee.uri(), CallOptions::default()).await.unwrap();
    let far = incoming(&callee).await;
    far.refuse(486).unwrap();
    assert_eq!(near.over(SOON).await, Some(CallState::Refused(486)));
    assert_eq!(far.over(SOON).await, Some(CallState::Refused(486)));

    let near = caller.call(&callee.uri(), CallOptions::default()).await.unwrap();
    let far = incoming(&callee).await;
    far.ring().unwrap();
    near.until(SOON, |s| s == CallState::Ringing).await.unwrap();
    near.hang_up().await.unwrap();
    assert_eq!(near.over(SOON).await, Some(CallState::Cancelled));
    assert_eq!(far.over(SOON).await, Some(CallState::Cancelled));

    let none = CallOptions { codecs: Vec::new(), ..CallOptions::default() };
    let near = caller.call(&callee.uri(), none).await.unwrap();
    let far = incoming(&callee).await;
    assert!(matches!(far.answer(), Err(PhoneError::NoCommonCodec | PhoneError::Description)));
    assert_eq!(near.over(SOON).await, Some(CallState::Refused(488)));
    assert!(near.heard().is_none() && near.times().answered.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answering_end_hangs_up_and_nothing_is_left() {
    let (caller, callee) = pair().await;
    for _ in 0..3 {
        let (near, far) = connected(&caller, &callee, CallOptions::default()).await;
        far.hang_up().await.unwrap();
        assert_eq!(near.over(SOON).await, Some(CallState::Ended(End::Far)));
        assert_eq!(far.over(SOON).await, Some(CallState::Ended(End::Near)));
        let times = near.times();
        assert!(times.over > times.answered && times.answered > Some(times.placed));
    }
    assert!(caller.dialogs.is_empty() && callee.dialogs.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registration_answers_the_challenge_and_ends() {
    use rsipstack::dialog::authenticate::verify_digest;
    use rsipstack::sip::typed::Authorization;
    use rsipstack::sip::{Header, HeadersExt};

    let phone = Phone::new(HERE, "2001", 3).await.unwrap();
    let (address, mut requests, _registrar) = registrar().await;
    let serve = tokio::spawn(async move {
        let mut accepted = Vec::new();
        while accepted.len() < 2 {
            let mut request = requests.recv().await.unwrap();
            let authorization = request.original.authorization_header().cloned();
            let right = authorization.is_some_and(|header| {
                let typed = Authorization::parse(header.value()).unwrap();
                verify_digest(&typed, "secret", &Method::Register, header.value())
            });
            if right {
                accepted.push(request.original.expires_header().unwrap().value().to_owned());
                request.reply(StatusCode::OK).await.unwrap();
            } else {
                let challenge = r#"Digest realm="hotline", nonce="n1", algorithm=MD5, qop="auth""#;
                let header = Header::WwwAuthenticate(challenge.into());
                request.reply_with(StatusCode::Unauthorized, vec![header], None).await.unwrap();
            }
        }
        accepted
    });
    phone.register(address, "secret", 300).await.unwrap();
    phone.unregister().await.unwrap();
    assert_eq!(serve.await.unwrap(), ["300", "0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_refused() {
    use rsipstack::sip::Header;

    let phone = Phone::new(HERE, "2001", 4).await.unwrap();
    let (address, mut requests, _registrar) = registrar().await;
    tokio::spawn(async move {
        while let Some(mut request) = requests.recv().await {
            let challenge = r#"Digest realm="hotline", nonce="n1""#;
            let header = Header::WwwAuthenticate(challenge.into());
            let _ = request.reply_with(StatusCode::Unauthorized, vec![header], None).await;
        }
    });
    let refused = phone.register(address, "guess", 300).await;
    assert!(matches!(refused, Err(PhoneError::Registration(401))), "{refused:?}");
}

/// A SIP port and the requests that come to it.
async fn registrar() -> (SocketAddr, TransactionReceiver, tokio_util::sync::DropGuard) {
    let gone = CancellationToken::new();
    let port = SocketAddr::new(HERE, 0);
    let connection =
        UdpConnection::create_connection(port, None, Some(gone.child_token())).await.unwrap();
    let address = connection.get_addr().get_socketaddr().unwrap();
    let transport = TransportLayer::new(gone.clone());
    transport.add_transport(connection.into());
    let endpoint = rsipstack::EndpointBuilder::new()
        .with_cancel_token(gone.clone())
        .with_transport_layer(transport)
        .build();
    let requests = endpoint.incoming_transactions().unwrap();
    tokio::spawn(async move { endpoint.serve().await });
    (address, requests, gone.drop_guard())
}
