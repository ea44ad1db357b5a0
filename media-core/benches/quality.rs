//! What listeners would say: PESQ of concealment, PESQ and ViSQOL of the jitter buffer over network
//! traces, what could be made of its stalls, and what Opus' redundancy adds to it.

#[path = "quality/buffers.rs"]
mod buffers;
#[path = "quality/conceal.rs"]
mod conceal;
#[path = "quality/delay.rs"]
mod delay;
#[path = "peer/neteq.rs"]
mod neteq;
#[path = "quality/network.rs"]
mod network;
#[path = "quality/oracle.rs"]
mod oracle;
#[cfg(feature = "opus")]
#[path = "quality/redundancy.rs"]
mod redundancy;
#[path = "quality/score.rs"]
mod score;
#[path = "peer/spandsp.rs"]
mod spandsp;
#[path = "quality/speech.rs"]
mod speech;
#[path = "peer/speexdsp.rs"]
mod speexdsp;
#[path = "quality/stalls.rs"]
mod stalls;
#[path = "quality/trace.rs"]
mod trace;

#[allow(clippy::print_stdout, reason = "a benchmark says why it measured nothing")]
fn main() {
    let speech = speech::all();
    let Some(mut scorer) = score::Scorer::find() else {
        return println!("quality: no Python with `pesq`; media-core/tools/quality.sh makes one");
    };
    if speech.is_empty() {
        return println!("quality: no speech found; name its folder in TRUNKLINE_CORPUS");
    }
    let mut arguments = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    let only = arguments.next();
    let trace = arguments.next().unwrap_or_default();
    let wants = |part| only.as_deref().is_none_or(|only| only == part);
    if wants("conceal") {
        conceal::measure(&speech, &mut scorer);
    }
    if wants("network") {
        network::measure(&speech, &mut scorer, &trace);
    }
    // Minutes for each trace, and of interest for few of them: only when asked for.
    if only.as_deref() == Some("stalls") {
        stalls::measure(&speech, &mut scorer, &trace);
    }
    #[cfg(feature = "opus")]
    if wants("redundancy") {
        redundancy::measure(&speech, &mut scorer, &trace);
    }
}
