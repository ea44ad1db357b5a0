"""The routing scenarios of ``acd-core/scenarios`` go in Python as they go in Rust, byte for byte.

Each file has a centre, what happens (``when``), and what the engine says (``then``), which a test
in Rust holds it to. This player is written anew over ``Engine``.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from trunkline import acd
from trunkline.acd import AcdError, Engine

FILES = sorted((Path(os.environ["TRUNKLINE_SOURCE"]) / "acd-core" / "scenarios").glob("*.toml"))

STRATEGIES = {"progressive": "ring_progressive"}
PLAIN = (
    "ring_timeout_ms retry_ms wrap_up_ms max_wait_ms resume_within_ms max_waiting weight target_ms"
    " share announce_first_ms announce_every_ms missed_limit aging_ms leave_empty_after_ms"
    " leave_empty_stay_ms wrap_up_shared head_only tier_wait_ms tier_by_level tier_skip_empty"
).split()
NOBODY = 2**64 - 1


def skills(text: str) -> dict[int, int]:
    pairs = [part.split(":") for part in text.split(",") if ":" in part]
    return {int(skill): int(level) for skill, level in pairs}


def raised(text: str) -> tuple[int, bool]:
    """What lower penalties count as, and whether within the window only: "2" or "r2"."""
    return int(text.removeprefix("r")), text.startswith("r")


def camel(word: str, inside: object = None) -> str:
    """A word of this package as Rust's enums are called, with what is inside."""
    name = "".join(part.capitalize() for part in word.split("_"))
    return name if inside is None else f"{name}({inside})"


class Scene:
    """A scenario under way."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.engine = Engine(
            call_order=given.get("order", "longest-waiting").replace("-", "_"),
            classes=8,
            profiles=8,
            steps=16,
            rules=4,
            ghosts=8,
        )
        self.states = given.get("states", False)
        self.queues: dict[str, int] = {}
        self.rules: dict[str, int] = {}
        self.agents: dict[str, int] = {}
        self.calls: dict[str, int] = {}
        self.offers: dict[str, int] = {}
        self.agent_names: list[str] = []
        self.call_names: list[str] = []
        self.said: list[str] = []
        for queue in given.get("queue", []):
            self.add_queue(queue)
        for rule in given.get("rule", []):
            self.rules[rule["name"]] = self.engine.add_rule(self.steps(rule))
        for agent in given.get("agent", []):
            self.add_agent(agent)
        self.said.clear()

    def add_queue(self, given: dict[str, Any]) -> None:
        fields: dict[str, Any] = {name: given[name] for name in PLAIN if name in given}
        strategy = given.get("strategy", "longest-idle").replace("-", "_")
        fields["strategy"] = STRATEGIES.get(strategy, strategy)
        for rule in ("join_empty", "leave_empty"):
            fields[rule] = given.get(rule, "never").replace("-", "_")
        for cause in ("busy", "declined", "failed", "no_answer"):
            fields[f"{cause}_delay_ms"] = given.get("delay_ms", 0)
        match given.get("overflow"):
            case str() as name:
                fields["overflow_queue"] = self.queues[name]
            case int() as target:
                fields["overflow_target"] = target
        queue = self.engine.add_queue(**fields)
        self.engine.set_relaxation(queue, self.steps(given))
        self.queues[given["name"]] = queue

    def steps(self, given: dict[str, Any]) -> list[acd.RelaxStep]:
        steps: list[acd.RelaxStep] = []
        for step in given.get("relax", []):
            made: dict[str, Any] = {"after_ms": step["after_ms"]}
            if "needs" in step:
                made["call_class"] = self.engine.add_class(skills(step["needs"]))
            for penalty in ("penalty_min", "penalty_max", "penalty_raise"):
                if penalty not in step:
                    continue
                to = str(step[penalty])
                if penalty == "penalty_raise":
                    to, made["penalty_raise_within"] = to.removeprefix("r"), to.startswith("r")
                made[penalty + "_by" * to.startswith(("+", "-"))] = int(to)
            if "levels_less" in step:
                made["levels_less"] = step["levels_less"]
            steps.append(made)  # type: ignore[arg-type]
        return steps

    def add_agent(self, given: dict[str, Any]) -> None:
        agent = self.engine.add_agent(
            tag=len(self.agent_names),
            profile=self.engine.add_profile(skills(given.get("skills", ""))),
            wrap_up_ms=given.get("wrap_up_ms"),
        )
        place: acd.MemberFields = {
            "penalty": given.get("penalty", 0),
            "level": given.get("level", 0),
            "position": given.get("position", 0),
        }
        if "paused" in given:
            place["paused"] = given["paused"]
        for queue in given["queues"]:
            self.engine.join_queue(agent, self.queues[queue], **place)
        self.agent_names.append(given["name"])
        self.agents[given["name"]] = agent
        if given.get("state") != "out":
            self.engine.set_agent_state(0, agent, "available")
            self.listen()

    def play(self, line: str) -> None:
        time, what, *rest = line.split()
        at = int(time)
        try:
            self.tell(at, what, *rest)
        except AcdError:
            self.said.append(f"{at} error")
        self.listen()

    def tell(self, at: int, what: str, name: str = "", of: str = "", *options: str) -> None:
        engine = self.engine
        call, offer = self.calls.get(name, NOBODY), self.offers.get(name, NOBODY)
        match what:
            case "tick":
                engine.tick(at)
            case "arrive":
                fields = self.arrival(options)
                fields["tag"] = len(self.call_names)
                self.call_names.append(name)
                engine.arrive(at, self.queues[of], **fields)
            case "accept":
                engine.accept(at, offer)
            case "reject":
                engine.reject(at, offer, of or "failed")
            case "hangup":
                engine.hangup(at, call)
            case "complete":
                engine.complete(at, call, of or "caller")
            case "exit":
                engine.exit(at, call, int(of))
            case "move":
                engine.move(at, call, self.queues[of])
            case "priority":
                engine.set_priority(at, call, int(of))
            case "penalties":
                low, high = of.split("-")
                to, within = raised(options[0]) if options else (0, False)
                engine.set_penalties(
                    at,
                    call,
                    penalty_min=int(low),
                    penalty_max=int(high),
                    penalty_raise=to,
                    penalty_raise_within=within,
                )
            case "rule":
                engine.set_rule(at, call, self.rules.get(of))
            case "state" if of == "available":
                engine.set_agent_state(at, self.agents[name], "available")
            case "state" if of == "out":
                engine.set_agent_state(at, self.agents[name], "logged_out")
            case "state":
                engine.set_agent_state(at, self.agents[name], "not_ready", int(of))
            case "pause":
                engine.set_pause(at, self.agents[name], self.queues[of], int(options[0]))
            case "unpause":
                engine.set_pause(at, self.agents[name], self.queues[of], None)
            case "done":
                engine.end_wrap_up(at, self.agents[name])
            case _:
                raise AssertionError(f"no event {what}")

    def arrival(self, options: tuple[str, ...]) -> acd.CallFields:
        fields: dict[str, Any] = {}
        for option in options:
            key, _, value = option.partition("=")
            match key:
                case "needs":
                    fields["call_class"] = self.engine.add_class(skills(value))
                case "prefers":
                    fields["preferred_agent"] = self.agents[value]
                case "alone_ms":
                    fields["preferred_wait_ms"] = int(value)
                case "rule":
                    fields["rule"] = self.rules[value]
                case "penalty_raise":
                    fields["penalty_raise"], fields["penalty_raise_within"] = raised(value)
                case _:
                    fields[key] = int(value)
        return fields  # type: ignore[return-value]

    def listen(self) -> None:
        for output in self.engine:
            line = self.line(output)
            if line is not None:
                self.said.append(f"{output.at} {line}")

    def line(self, output: acd.Output) -> str | None:
        calls, agents = self.call_names, self.agent_names
        match output:
            case acd.Joined():
                self.calls[calls[output.call_tag]] = output.call
                return f"joined {calls[output.call_tag]} at {output.position}"
            case acd.Refused():
                return f"refused {calls[output.call_tag]} {camel(output.reason)}"
            case acd.Moved():
                [queue] = [name for name, of in self.queues.items() if of == output.queue]
                return f"moved {calls[output.call_tag]} to {queue} at {output.position}"
            case acd.PauseChanged():
                [queue] = [name for name, of in self.queues.items() if of == output.queue]
                un, reason = ("un", "") if output.paused is None else ("", f" {output.paused}")
                return f"{un}paused {agents[output.agent_tag]} in {queue}{reason}"
            case acd.PriorityChanged():
                change = f"{output.from_priority} to {output.priority}"
                return f"priority {calls[output.call_tag]} {change} at {output.position}"
            case acd.Offer():
                self.offers[agents[output.agent_tag]] = output.offer
                return f"offer {calls[output.call_tag]} to {agents[output.agent_tag]}"
            case acd.OfferEnded():
                cause = None if output.cause is None else camel(output.cause)
                who = f"{calls[output.call_tag]} to {agents[output.agent_tag]}"
                return f"ended {who} {camel(output.end, cause)} rang {output.rang_ms}"
            case acd.Connected():
                who = f"{calls[output.call_tag]} {agents[output.agent_tag]}"
                return f"connected {who} waited {output.waited_ms}"
            case acd.Announce():
                return f"announce {calls[output.call_tag]} at {output.position}"
            case acd.Left():
                inside = output.key if output.key is not None else output.target
                why = camel(output.reason, inside)
                return f"left {calls[output.call_tag]} {why} waited {output.waited_ms}"
            case acd.Completed():
                who = f"{calls[output.call_tag]} {agents[output.agent_tag]}"
                return f"completed {who} by {camel(output.by)} talked {output.talked_ms}"
            case acd.AgentChanged() if self.states:
                return f"state {agents[output.agent_tag]} {camel(output.state, output.reason)}"
        return None


def said(path: Path, when: str | None = None) -> tuple[str, str]:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    scene = Scene(given)
    for line in (when or given["when"]).splitlines():
        if line.strip():
            scene.play(line)
    return "\n".join(scene.said), given["then"].strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_goes_as_in_rust(path: Path) -> None:
    ours, theirs = said(path)
    assert ours == theirs


def test_there_are_scenarios_and_the_player_would_notice() -> None:
    assert len(FILES) >= 50
    [path] = [path for path in FILES if path.stem == "s06-window"]
    ours, theirs = said(path, "1 arrive c q penalty_max=0\n9000 tick")
    assert ours != theirs
