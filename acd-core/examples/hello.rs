//! One queue, one agent, one call.
#![allow(clippy::print_stdout, reason = "what it says is what it is for")]
use acd_core::*;

fn main() -> Result<(), Error> {
    let (mut engine, now) = (Engine::with_capacity(Limits::default())?, Time::from_ms(1000));
    let sales = engine.add_queue(QueueConfig::default())?;
    let ann = engine.add_agent(AgentConfig { tag: 101, ..AgentConfig::default() })?;
    engine.join_queue(ann, sales, Membership::default())?;
    engine.handle(now, Input::AgentState { agent: ann, state: AgentRequest::Available })?;
    engine.handle(now, Input::Arrive(CallConfig { tag: 7, ..CallConfig::new(sales) }))?;
    while let Some(output) = engine.poll() {
        if let Output::Offer { agent_tag, call_tag, .. } = output {
            println!("ring phone {agent_tag} for call {call_tag}");
        }
    }
    Ok(())
}
