//! What listeners would say: PESQ of concealment, and of the jitter buffer over network traces.

#[path = "quality/conceal.rs"]
mod conceal;
#[path = "quality/delay.rs"]
mod delay;
#[path = "peer/neteq.rs"]
mod neteq;
#[path = "quality/network.rs"]
mod network;
#[path = "quality/pesq.rs"]
mod pesq;
#[path = "peer/spandsp.rs"]
mod spandsp;
#[path = "quality/speech.rs"]
mod speech;
#[path = "peer/speexdsp.rs"]
mod speexdsp;
#[path = "quality/trace.rs"]
mod trace;

#[allow(clippy::print_stdout, reason = "a benchmark says why it measured nothing")]
fn main() {
    let speech = speech::all();
    let Some(mut scorer) = pesq::Scorer::find() else {
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
}
