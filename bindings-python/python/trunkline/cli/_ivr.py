"""``trunkline ivr``: check, draw, try and test dialogues without a telephone."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from ..ivr import CompileError, Diagnostic, Flow, compile, import_freeswitch, load, run_scenarios
from ._rehearse import rehearse
from ._show import Commands, command, group, say


def add_to(commands: Commands) -> None:
    """Declare the commands."""
    ivr = group(commands, "ivr", "dialogues")
    check = command(ivr, "check", _check, "what is wrong with flows, and what is hardly right")
    check.add_argument("file", nargs="+")
    make = command(ivr, "compile", _compile, "make a program of a flow")
    make.add_argument("file")
    make.add_argument("out")
    draw = command(ivr, "graph", _graph, "draw a flow, as text for Mermaid or Graphviz")
    draw.add_argument("file")
    draw.add_argument("--form", choices=("mermaid", "dot"), default="mermaid")
    prompts = command(ivr, "prompts", _prompts, "what has to be recorded or synthesised")
    prompts.add_argument("file")
    convert = command(ivr, "import", _import, "FreeSWITCH's ivr_menus (XML) as a flow")
    convert.add_argument("file")
    run = command(ivr, "run", _run, "be the caller and the host, on the keyboard")
    run.add_argument("file")
    run.add_argument("--caller", default="13800138000", metavar="NUMBER")
    test = command(ivr, "test", _test, "play scenario files, and measure their coverage")
    test.add_argument("file", nargs="+")


def _warned(warnings: list[Diagnostic], file: str) -> list[str]:
    return [f"{file}:{of.line}:{of.column}: {of.level}: {of.message}" for of in warnings]


def _check(given: argparse.Namespace) -> int:
    fields, lines, good = {}, [], True
    for file in given.file:
        try:
            program, warnings = compile(Path(file).read_text(encoding="utf-8"), file)
        except CompileError as error:
            fields[file] = {"good": False, "diagnostics": [asdict(of) for of in error.diagnostics]}
            lines.append(str(error))
            good = False
            continue
        flow = Flow(program)
        fields[file] = {"good": True, "diagnostics": [asdict(of) for of in warnings]}
        lines += _warned(warnings, file)
        lines.append(
            f"{file}: {len(flow.nodes)} nodes, {len(program)} bytes, "
            f"{flow.variable_bytes} bytes of variables"
        )
    say(given, fields, lines)
    return 0 if good else 1


def _compile(given: argparse.Namespace) -> int:
    program, warnings = compile(Path(given.file).read_text(encoding="utf-8"), given.file)
    Path(given.out).write_bytes(program)
    for line in _warned(warnings, given.file):
        print(line, file=sys.stderr)
    say(given, {"out": given.out, "bytes": len(program)}, [given.out])
    return 0


def _graph(given: argparse.Namespace) -> int:
    flow = load(given.file)
    text = flow.dot() if given.form == "dot" else flow.mermaid()
    say(given, {"form": given.form, "graph": text}, [text.rstrip("\n")])
    return 0


def _prompts(given: argparse.Namespace) -> int:
    names = ("prompt", "language", "file", "text")
    rows = load(given.file).prompts
    fields = {"prompts": [dict(zip(names, row, strict=True)) for row in rows]}
    say(given, fields, ["\t".join(cell or "-" for cell in row) for row in rows])
    return 0


def _import(given: argparse.Namespace) -> int:
    path = Path(given.file)
    text = import_freeswitch(path.read_text(encoding="utf-8"), path.stem)
    say(given, {"flow": text}, [text.rstrip("\n")])
    return 0


def _run(given: argparse.Namespace) -> int:
    rehearse(load(given.file), given.caller, as_json=given.json)
    return 0


def _test(given: argparse.Namespace) -> int:
    fields, lines, good = {}, [], True
    for file in given.file:
        report = run_scenarios(file)
        good &= report.passed
        fields[file] = {
            "passed": report.passed,
            "scenarios": [{"name": of.name, "failure": of.failure} for of in report.outcomes],
            "exits_taken": report.exits_taken,
            "exits": report.exits,
            "missed": report.missed,
        }
        for of in report.outcomes:
            if of.failure is None:
                lines.append(f"ok    {of.name}")
            else:
                lines.append(f"FAIL  {of.name}\n      {file}: {of.failure}")
        lines.append(f"coverage: {report.exits_taken} of {report.exits} exits")
        lines += [f"  never taken: {node} -> {name}" for node, name in report.missed]
    say(given, fields, lines)
    return 0 if good else 1
