"""One call from its arrival to its end: python quickstart.py

A PBX does the same with real phones: it tells the engine what happened, does what the engine says,
and calls tick when the deadline has come. Here the clock is a variable.
"""

from trunkline import acd


def main() -> None:
    engine = acd.Engine()
    # A queue with five seconds of paperwork after each call, and an agent at phone 101.
    sales = engine.add_queue(tag=800, wrap_up_ms=5000)
    ann = engine.add_agent(tag=101)
    engine.join_queue(ann, sales)
    engine.set_agent_state(0, ann, acd.AgentState.AVAILABLE)

    # A caller arrives; the phone rings for two seconds; they talk for a minute.
    engine.arrive(1000, sales, tag=7)
    for output in engine:
        match output:
            case acd.Joined():
                print(f"{output.at:8}  call {output.call_tag} waits at place {output.position}")
            case acd.Offer():
                print(f"{output.at:8}  ring phone {output.agent_tag} for call {output.call_tag}")
                engine.accept(3000, output.offer)
            case acd.Connected():
                waited = f"after {output.waited_ms} ms"
                print(f"{output.at:8}  connect call {output.call_tag} {waited}")
                engine.complete(63000, output.call, acd.EndedBy.CALLER)
            case acd.Completed():
                print(f"{output.at:8}  the call is over, {output.talked_ms} ms of talk")

    # The engine wants to be called when the paperwork is over.
    print(f"{engine.now:8}  call me again at {engine.deadline}")
    if engine.deadline is not None:
        engine.tick(engine.deadline)
    print(engine.agent_state(ann), engine.queue_counters(sales))


if __name__ == "__main__":
    main()
