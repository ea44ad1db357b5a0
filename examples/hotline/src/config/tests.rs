//! Mistakes are named by key and line.

use super::*;

const GOOD: &str = r#"
[sip]
listen = "127.0.0.1:5060"

[storage]
folder = "data"

[[queue]]
name = "general"
ring = "10s"

[[agent]]
id = "1001"
name = "Li"
password = "secret"
queues = ["general"]

[[line]]
number = "12345"
flow = "flow.yaml"
"#;

#[test]
fn recordings_are_wav_unless_said_otherwise() {
    let config = |text: &str| Config::parse(text, Path::new("/etc/hotline.toml"));
    assert_eq!(config(GOOD).unwrap().recordings.format, RecordingFormat::Wav);
    let own = format!("{GOOD}\n[recordings]\nformat = \"tlr\"\n");
    assert_eq!(config(&own).unwrap().recordings.format, RecordingFormat::Tlr);
}

fn error(text: &str) -> String {
    Config::parse(text, Path::new("/etc/hotline.toml")).unwrap_err().to_string()
}

#[test]
fn a_small_file_is_enough() {
    let config = Config::parse(GOOD, Path::new("/etc/hotline.toml")).unwrap();
    assert_eq!(config.lines[0].flow.get_ref(), Path::new("/etc/flow.yaml"));
    assert_eq!(millis(config.queues[0].ring), 10_000);
    assert_eq!(config.rtp.range().unwrap(), 20000..21999);
}

#[test]
fn a_wrong_file_names_key_and_line() {
    let unknown = error(&GOOD.replace("ring =", "rings ="));
    assert!(unknown.starts_with("/etc/hotline.toml:10: queue.rings: unknown field"), "{unknown}");
    let kind = error(&GOOD.replace("\"127.0.0.1:5060\"", "5060"));
    assert!(kind.starts_with("/etc/hotline.toml:3: sip.listen: invalid type"), "{kind}");
    let nowhere = error(&GOOD.replace("[\"general\"]", "[\"vip\"]"));
    assert_eq!(nowhere, "/etc/hotline.toml:16: agent.queues: there is no queue named `vip`");
    let twice = error(&format!("{GOOD}\n[[line]]\nnumber = \"12345\"\nflow = \"x\"\n"));
    assert_eq!(twice, "/etc/hotline.toml:23: line.number: there are two lines `12345`");
    let gateway = error(&GOOD.replace("[storage]", "gateway = \"a b\"\n\n[storage]"));
    assert!(gateway.starts_with("/etc/hotline.toml:5: sip.gateway: `a b` is no"), "{gateway}");
    let zero = error(&GOOD.replace("\"10s\"", "\"0s\""));
    assert!(zero.contains("queue.ring: of `general` must be from a millisecond"), "{zero}");
    let ports = error(&format!("{GOOD}\n[rtp]\nports = \"9-8\"\n"));
    assert!(ports.starts_with("/etc/hotline.toml:23: rtp.ports: `9-8` holds"), "{ports}");
    let any = error(&GOOD.replace("127.0.0.1:5060", "0.0.0.0:5060"));
    assert!(any.contains("rtp.address: must be set where sip.listen is no address"), "{any}");
    for (key, line) in [
        ("queue.ring", "ring = \"-10s\""),
        ("queue.retry", "retry = \"-1ms\""),
        ("queue.wrap-up", "wrap-up = \"-5s\""),
        ("queue.max-wait", "max-wait = \"-1h\""),
        ("queue.announce-every", "announce-every = \"25h\""),
    ] {
        let negative = error(&GOOD.replace("ring = \"10s\"", line));
        assert!(negative.contains(&format!("{key}: of `general` must be")), "{negative}");
    }
    let silence = error(&format!("{GOOD}\n[rtp]\nsilence-limit = \"-30s\"\n"));
    assert!(silence.contains("rtp.silence-limit: must be"), "{silence}");
    let missing = error("[sip]\nlisten = \"127.0.0.1:5060\"\n");
    assert!(missing.contains("missing field `storage`"), "{missing}");
}

const CALLED_BACK: &str = r#"
[[callback]]
name = "callback"
queue = "general"
caller-id = "12345"
retry = { tries = 2, busy = "1m" }
"#;

#[test]
fn a_callback_is_tried_again_by_its_rules() {
    let gateway = GOOD.replace("[storage]", "gateway = \"192.0.2.10\"\n\n[storage]");
    let text = format!("{gateway}{CALLED_BACK}");
    let config = Config::parse(&text, Path::new("/etc/hotline.toml")).unwrap();
    let rules = config.callbacks[0].rules();
    assert_eq!((rules.busy.after_ms, rules.busy.tries), (60_000, 2));
    assert_eq!((rules.no_answer.after_ms, rules.no_answer.tries), (600_000, 2));

    let wrong = |what: &str, by: &str| error(&text.replace(what, by));
    let nowhere = error(&format!("{GOOD}{CALLED_BACK}"));
    assert!(
        nowhere.starts_with("/etc/hotline.toml:23: callback.name: of `callback` needs sip.gat")
    );
    let queue = wrong("queue = \"general\"\ncaller", "queue = \"vip\"\ncaller");
    assert_eq!(queue, "/etc/hotline.toml:26: callback.queue: there is no queue named `vip`");
    let number = wrong("caller-id = \"12345\"", "caller-id = \"the city\"");
    assert_eq!(number, "/etc/hotline.toml:27: callback.caller-id: `the city` is no number");
    assert!(
        wrong("tries = 2", "tries = 0").contains(":25: callback.retry.tries: of `callback` must")
    );
    assert!(wrong("\"1m\"", "\"-1m\"").contains("callback.retry.busy: of `callback` must be from"));
    let unknown = wrong("busy = \"1m\"", "bussy = \"1m\"");
    assert!(unknown.starts_with("/etc/hotline.toml:28: callback.retry: unknown field `bussy`"));
    let twice = error(&format!("{text}{CALLED_BACK}"));
    assert!(twice.contains("callback.name: there are two callbacks `callback`"), "{twice}");
    let query = error(&format!("{text}\n[[query]]\nname = \"callback\"\nsql = \"SELECT 1\"\n"));
    assert!(query.contains("callback.name: there is a query named `callback` as well"), "{query}");
}

const CAMPAIGN: &str = r#"
[[campaign]]
name = "renewals"
contacts = "renewals.csv"
flow = "renewals.yaml"
queue = "general"
caller-id = "12345"
timezone = "Europe/London"
hours = [{ days = "mon-fri", hours = ["09:00-12:00", "14:00-20:00"] }]
blend = { start = 40, stop = 20, reserve = 1 }
"#;

#[test]
fn a_campaign_keeps_to_its_hours() {
    use acd_core::Time;
    use acd_core::calendar::State;
    let gateway = GOOD.replace("[storage]", "gateway = \"192.0.2.10\"\n\n[storage]");
    let text = format!("{gateway}{CAMPAIGN}");
    let config = Config::parse(&text, Path::new("/etc/hotline.toml")).unwrap();
    let campaign = &config.campaigns[0];
    assert_eq!(campaign.contacts.get_ref(), Path::new("/etc/renewals.csv"));
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let calendar = campaign.calendar(at("2026-03-02T00:00:00Z")).unwrap();
    let open = |text: &str| {
        let ms = at(text).as_millisecond().unsigned_abs();
        calendar.state(Time::from_ms(ms)) == State::Open
    };
    // Mondays; the clocks change on the last Sunday of March.
    assert!(open("2026-03-23T09:00:00Z") && !open("2026-03-23T08:59:00Z"));
    assert!(open("2026-03-30T08:00:00Z") && !open("2026-03-30T07:59:00Z"));
    assert!(!open("2026-03-30T12:00:00Z") && !open("2026-03-29T10:00:00Z"));
    let blend = campaign.engine().blend.unwrap();
    assert_eq!((blend.on_per_mille, blend.off_per_mille, blend.reserve), (400, 200, 1));

    let wrong = |what: &str, by: &str| error(&text.replace(what, by));
    let zone = wrong("Europe/London", "Europe/Lundon");
    assert!(zone.starts_with("/etc/hotline.toml:30: campaign.timezone: "), "{zone}");
    let day = wrong("mon-fri", "mon-fry");
    assert!(day.starts_with("/etc/hotline.toml:31: campaign.hours: `mon-fry` is no day"), "{day}");
    let hours = wrong("14:00-20:00", "11:00-20:00");
    assert!(hours.contains(":31: campaign.hours: the periods of week day 0"), "{hours}");
    assert!(wrong("09:00-", "nine-").contains("campaign.hours: `nine-12:00` are no hours"));
    let blend = wrong("stop = 20", "stop = 40");
    assert!(blend.contains("campaign.blend: of `renewals`: stop must be below start"), "{blend}");
    let queue = wrong("queue = \"general\"\ncaller", "queue = \"sales\"\ncaller");
    assert_eq!(queue, "/etc/hotline.toml:28: campaign.queue: there is no queue named `sales`");
    let dials = error(&format!("{text}dials-per-100-agents = 90\n"));
    assert!(dials.contains("dials-per-100-agents: of `renewals` must be from 100"), "{dials}");
    let nowhere = error(&format!("{GOOD}{CAMPAIGN}"));
    assert!(nowhere.contains("campaign.name: of `renewals` needs sip.gateway"), "{nowhere}");
}

#[test]
fn a_campaign_keeps_within_its_bounds() {
    use acd_core::outbound::{GuardRails, Mode};
    let gateway = GOOD.replace("[storage]", "gateway = \"192.0.2.10\"\n\n[storage]");
    let bounds = "abandoned-period = \"24h\"\nsuccess = [\"sold\"]\n\
                  guard = { complaints = 3, success-below = 5, success-above = 30, sample = 50, \
                  dials-per-100-agents = 150 }\n\
                  machines = { flow = \"message.yaml\", again = \"2h\", greeting = \"2s\" }\n";
    let text = format!("{gateway}{CAMPAIGN}{bounds}");
    let config = Config::parse(&text, Path::new("/etc/hotline.toml")).unwrap();
    let campaign = &config.campaigns[0];
    let engine = campaign.engine();
    let rails = GuardRails {
        complaints_max: 3,
        success_min_per_mille: 50,
        success_high_per_mille: 300,
        sample_min: 50,
    };
    assert_eq!(engine.rails, Some(rails));
    let ahead = Mode::Predictive { dials_per_100_agents: 150 };
    assert_eq!((engine.mode, engine.intensified), (Mode::Progressive, Some(ahead)));
    assert_eq!(engine.period_ms, Some(86_400_000));
    assert_eq!(campaign.most_dials_per_100_agents(), 150);
    assert_eq!(engine.retry.machine.after_ms, 7_200_000);
    let machines = campaign.machines.as_ref().unwrap();
    assert_eq!(machines.flow.as_ref().unwrap().get_ref(), Path::new("/etc/message.yaml"));
    let detector = machines.detector();
    assert_eq!((detector.greeting, detector.silence_after), (2000, 800));

    let wrong = |what: &str, by: &str| error(&text.replace(what, by));
    let shares = wrong("success-below = 5", "success-below = 30");
    assert!(shares.contains("campaign.guard: of `renewals` success-below must be"), "{shares}");
    let pace = wrong("-agents = 150", "-agents = 50");
    assert!(pace.contains("campaign.guard.dials-per-100-agents: of `renewals` must be"), "{pace}");
    let period = wrong("\"24h\"", "\"0s\"");
    assert!(period.contains("campaign.abandoned-period: of `renewals` must be"), "{period}");
    let greeting = wrong("\"2s\"", "\"-2s\"");
    assert!(greeting.contains("campaign.machines.greeting: of `renewals` must"), "{greeting}");
    let unknown = wrong("complaints = 3", "complains = 3");
    assert!(unknown.contains(":35: campaign.guard: unknown field `complains`"), "{unknown}");
}

#[test]
fn codes_are_keys_that_cannot_be_mistaken_for_each_other() {
    let codes = |codes: &str| {
        let line = format!("ring = \"10s\"\ncodes = {{ {codes} }}");
        Config::parse(&GOOD.replace("ring = \"10s\"", &line), Path::new("/etc/hotline.toml"))
    };
    let good = codes("\"*1\" = \"sold\", \"*7\" = \"do-not-call\"").unwrap();
    assert_eq!(good.queues[0].codes["*7"], "do-not-call");
    let error = |text: &str| codes(text).unwrap_err().to_string();
    let letters = error("\"sold\" = \"sold\"");
    assert_eq!(
        letters,
        "/etc/hotline.toml:9: queue.codes: of `general`: `sold` is not one to 8 keys"
    );
    let end = error("\"*1\" = \"sold\", \"#*1\" = \"lost\"");
    assert!(end.ends_with("queue.codes: of `general`: `#*1` ends with `*1`"), "{end}");
}

const TLS: &str = r#"
[tls]
listen = "127.0.0.1:5061"
certificate = "cert.pem"
key = "key.pem"
"#;

#[test]
fn secrets_need_what_keeps_them() {
    let text = format!("{GOOD}{TLS}\n[rtp]\nsrtp = \"required\"\n");
    let config = Config::parse(&text, Path::new("/etc/hotline.toml")).unwrap();
    assert_eq!(config.rtp.srtp, Srtp::Required);
    let tls = config.tls.unwrap();
    assert_eq!(tls.key.get_ref(), Path::new("/etc/key.pem"));

    let keys = error(&text.replace(TLS, ""));
    assert!(keys.contains("rtp.srtp: `required` needs [tls]"), "{keys}");
    let unknown = error(&text.replace("\"required\"", "\"always\""));
    assert!(unknown.starts_with("/etc/hotline.toml:28: rtp.srtp: unknown variant"), "{unknown}");
    let by_tls = "gateway = \"sip.example.com:5061;transport=tls\"\n\n[storage]";
    let gateway = format!("{GOOD}{TLS}").replace("[storage]", by_tls);
    let unjudged = error(&gateway);
    assert!(unjudged.starts_with("/etc/hotline.toml:5: sip.gateway: by TLS needs tls.ca"));
    let judged = format!("{gateway}ca = \"ca.pem\"\n");
    let config = Config::parse(&judged, Path::new("/etc/hotline.toml")).unwrap();
    let uri = config.through_gateway("123").unwrap().to_string();
    assert!(uri.eq_ignore_ascii_case("sip:123@sip.example.com:5061;transport=tls"), "{uri}");
    let other = error(&judged.replace("transport=tls", "transport=udp"));
    assert!(other.contains("is no host and port"), "{other}");
    let by_tcp = judged.replace("transport=tls", "transport=tcp");
    let nowhere = error(&by_tcp);
    assert!(nowhere.starts_with("/etc/hotline.toml:5: sip.gateway: by TCP needs [tcp]"));
    let tcp = format!("{by_tcp}\n[tcp]\nlisten = \"127.0.0.1:5060\"\n");
    let config = Config::parse(&tcp, Path::new("/etc/hotline.toml")).unwrap();
    let uri = config.through_gateway("123").unwrap().to_string();
    assert!(uri.eq_ignore_ascii_case("sip:123@sip.example.com:5061;transport=tcp"), "{uri}");
}

#[test]
fn connections_have_limits() {
    for table in [TLS, "\n[tcp]\nlisten = \"127.0.0.1:5060\"\n"] {
        let name = &table[2..5];
        let listen = |more: &str| {
            let config = Config::parse(&format!("{GOOD}{table}{more}"), Path::new("hotline.toml"))?;
            let tcp = config.tcp.map(|tcp| tcp.listen());
            Ok::<_, ConfigError>(tcp.or(config.tls.map(|tls| tls.listen())).unwrap())
        };
        let usual = listen("").unwrap();
        assert_eq!((usual.connections, usual.per_address), (2000, 1000));
        let few = listen("max-connections = 9\nmax-connections-per-address = 3\n").unwrap();
        assert_eq!((few.connections, few.per_address), (9, 3));
        for key in ["max-connections", "max-connections-per-address"] {
            for count in ["0", "9223372036854775807"] {
                let why = listen(&format!("{key} = {count}\n")).unwrap_err().to_string();
                let right = format!("hotline.toml:23: {name}.{key}: must be from 1 to 1000000");
                assert_eq!(why, right);
            }
        }
    }
}
