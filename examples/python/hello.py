from trunkline.acd import Engine, Offer

engine = Engine()
sales = engine.add_queue()
ann = engine.add_agent(tag=101)
engine.join_queue(ann, sales)
engine.set_agent_state(0, ann, "available")
engine.arrive(1000, sales, tag=7)  # a caller, at 1000 ms

for output in engine:
    if isinstance(output, Offer):
        print(f"ring phone {output.agent_tag} for call {output.call_tag}")
