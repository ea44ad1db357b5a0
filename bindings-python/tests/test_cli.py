"""The command line: what it prints, and how it exits."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from trunkline import cli, ivr, media, record
from trunkline.cli._rehearse import rehearse
from trunkline.record import Channel, Reader, Writer

FLOWS = Path(os.environ["TRUNKLINE_SOURCE"]) / "examples" / "flows"
CENTRE = """
length_s = 14400
queues = [{ service_level_ms = 20000 }]
streams = [{ calls_per_hour = [100.0], handle = 180.0, patience = ["fixed", 60.0] }]
groups = [{ agents = 6, queues = [0] }]
"""


class Shell:
    """Runs commands in a folder of their own."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture
        self.err = ""

    def __call__(self, *arguments: str | Path, code: int = 0) -> str:
        assert cli.main([str(argument) for argument in arguments]) == code
        out, self.err = self._capture.readouterr()
        return out

    def json(self, *arguments: str | Path, code: int = 0) -> dict[str, object]:
        found: dict[str, object] = json.loads(self(*arguments, "--json", code=code))
        return found


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "centre.toml").write_text(CENTRE)
    return Shell(capsys)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("trunkline")
    run = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("trunkline ")
    module = [sys.executable, "-m", "trunkline", "--version"]
    assert subprocess.run(module, capture_output=True, text=True, check=True).stdout == run.stdout
    wrong = subprocess.run([command, "frobnicate"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2


def commands(of: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command there is, and its parser."""
    inner = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield of.prog.partition(" ")[2], of
    for action in inner:
        for command in action.choices.values():
            yield from commands(command)


COMMANDS = dict(commands(cli.parser()))


def test_the_commands_there_are() -> None:
    wanted = "sim staff wav2pcma wav2pcmu wav2opus wav2tlr".split()  # noqa: SIM905
    wanted += [f"ivr {name}" for name in ("check", "graph", "run", "test")]
    wanted += [f"rec {name}" for name in ("info", "play-to-wav", "recover", "verify")]
    assert set(wanted) <= set(COMMANDS)


@pytest.mark.parametrize("words", ["", "ivr", "rec", *COMMANDS])
def test_everything_has_help_and_says_what_it_cannot_read(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([*words.split(), "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert "usage: trunkline" in shown
    assert words in ("", "ivr", "rec") or "--json" in shown
    with pytest.raises(SystemExit) as left:
        cli.main([*words.split(), "--frobnicate"])
    assert left.value.code == 2
    assert "usage: trunkline" in capsys.readouterr().err


@pytest.mark.parametrize("words", [words for words in COMMANDS if words != "staff"])
def test_a_file_that_is_not_there(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    places = [action for action in COMMANDS[words]._actions if not action.option_strings]
    assert cli.main([*words.split(), *(f"missing-{n}" for n in range(len(places)))]) == 1
    assert "missing-0" in capsys.readouterr().err


def test_sim(shell: Shell, tmp_path: Path) -> None:
    text = shell("sim", "centre.toml", "--runs", "3")
    assert "service level" in text and "±" in text
    found = shell.json("sim", "centre.toml", "--runs", "3")
    assert 0 < found["service_level"]["mean"] < 1  # type: ignore[index]
    one = shell.json("sim", "centre.toml", "--runs", "1")
    assert one["service_level"]["error"] is None  # type: ignore[index]
    more = shell.json("sim", "centre.toml", "--runs", "3", "--agents-for", "95%", "--png", "d.png")
    assert more["agents"] > 6  # type: ignore[operator]
    assert (tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")
    shell("sim", "centre.toml", "--watch", "--every", "1h")
    shell("sim", "missing.toml", code=1)
    assert "missing.toml" in shell.err
    (tmp_path / "bad.toml").write_text("agents = 3")
    shell("sim", "bad.toml", code=1)
    assert "a centre has no 'agents'" in shell.err


def test_the_example_centre(shell: Shell) -> None:
    found = shell.json("sim", FLOWS.parent / "python" / "centre.toml", "--runs", "4")
    assert found["service_level"]["mean"] > 0.7  # type: ignore[index]


def test_staff(shell: Shell) -> None:
    load = ("staff", "--calls-per-hour", "200", "--handle", "3m")
    assert shell.json(*load)["agents"] == 14
    assert shell.json(*load, "--patience", "120s")["agents"] == 12
    assert "in time       88.8%" in shell(*load)
    assert shell.json(*load, "--agents", "20")["in_level"] > 0.99  # type: ignore[operator]
    shell(*load, "--agents", "3", code=1)
    assert "grows for ever" in shell.err
    day = shell.json(
        "staff",
        "--day",
        "10,40,80,60,20,10",
        "--handle",
        "180",
        "--interval",
        "1h",
        "--shift",
        "3h",
    )
    assert day["agents"] == sum(day["starts"])  # type: ignore[call-overload]
    for wrong in (["staff", "--handle", "3m"], [*load, "--level", "2"], [*load, "--within", "x"]):
        with pytest.raises(SystemExit) as left:
            cli.main([*wrong])
        assert left.value.code == 2


def test_ivr(shell: Shell, tmp_path: Path) -> None:
    bank = FLOWS / "bank.yaml"
    assert "nodes" in shell("ivr", "check", bank)
    wrong = bank.read_text(encoding="utf-8").replace("type: menu", "type: menue", 1)
    (tmp_path / "bad.yaml").write_text(wrong, encoding="utf-8")
    found = shell.json("ivr", "check", bank, "bad.yaml", code=1)
    assert found[str(bank)]["good"] and not found["bad.yaml"]["good"]  # type: ignore[index]
    assert found["bad.yaml"]["diagnostics"][0]["line"] > 1  # type: ignore[index]
    shell("ivr", "compile", bank, "bank.ivrb")
    assert shell("ivr", "graph", "bank.ivrb") == shell("ivr", "graph", bank)
    assert shell("ivr", "graph", bank, "--form", "dot").startswith("digraph")
    assert "\tzh\t" in shell("ivr", "prompts", bank) or "\ten\t" in shell("ivr", "prompts", bank)
    (tmp_path / "menus.xml").write_text(
        '<menu name="main" greet-long="hello.wav"><entry action="menu-exit" digits="1"/></menu>'
    )
    (tmp_path / "menus.yaml").write_text(shell("ivr", "import", "menus.xml"), encoding="utf-8")
    shell("ivr", "check", "menus.yaml")
    shell("ivr", "import", bank, code=1)


def test_ivr_test(shell: Shell, tmp_path: Path) -> None:
    scenarios = FLOWS / "survey.ivrtest.yaml"
    text = shell("ivr", "test", scenarios)
    assert "ok    no consent" in text and "coverage:" in text
    shutil.copy(FLOWS / "survey.yaml", tmp_path)
    wrong = scenarios.read_text(encoding="utf-8").replace(
        "then: query rate", "then: query weather", 1
    )
    (tmp_path / "wrong.ivrtest.yaml").write_text(wrong, encoding="utf-8")
    found = shell.json("ivr", "test", "wrong.ivrtest.yaml", code=1)
    report = found["wrong.ivrtest.yaml"]
    assert "query weather" in report["scenarios"][0]["failure"]  # type: ignore[index]
    assert report["scenarios"][1]["failure"] is None  # type: ignore[index]


def test_what_runs_live_says_json_line_by_line(shell: Shell) -> None:
    text = shell("sim", "centre.toml", "--watch", "--every", "1h", "--start", "8h", "--json")
    moments = [json.loads(line) for line in text.splitlines()]
    assert [moment["at_s"] for moment in moments[:2]] == [9 * 3600, 10 * 3600]
    assert moments[-1]["queues"][0]["offered"] > 300 and moments[-1]["queues"][0]["members"] == 6
    told: list[str] = []
    typed = iter(["nonsense here", "1", "q"])
    rehearse(
        ivr.load(FLOWS / "survey.yaml"), "1", now=0, as_json=True,
        ask=lambda _: next(typed), tell=told.append,
    )  # fmt: skip
    said = [json.loads(line) for line in told]
    assert said[0]["at_s"] == 0 and {"play", "trace"} <= {of.get("kind") for of in said}
    assert any("error" in of for of in said)


def test_ivr_run_is_a_call_by_hand() -> None:
    told: list[str] = []
    typed = iter(["1", "", "", "4", "= ok=true", "nonsense here", "5", "= ok=1", "h", "!", ""])

    def ask(prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    rehearse(ivr.load(FLOWS / "survey.yaml"), "13800138000", now=0, ask=ask, tell=told.append)
    text = "\n".join(told)
    assert "For English, press one" in text
    assert "query rate" in text
    assert "press keys" in text.rpartition("query rate")[0], "nonsense is answered with the list"
    assert told[-1].endswith(("end caller_hung_up", "end finished"))


def call(path: Path) -> None:
    with Writer(path, [Channel("caller"), Channel("agent")], started_ms=0, meta={"q": "7"}) as of:
        of.write(0, 0, bytes(range(256)) * 64)
        of.write(1, 0, bytes(16384))
        of.mark(1, 8000, "sold")


def test_rec(shell: Shell, tmp_path: Path) -> None:
    call(tmp_path / "a.tlr")
    text = shell("rec", "info", "a.tlr")
    assert "started   1970-01-01 00:00:00 UTC" in text
    assert "channel   caller: pcma, 8000 Hz" in text
    assert "mark      0:00:01.0 agent note sold" in text
    info = shell.json("rec", "info", "a.tlr")
    assert info["duration_s"] == 2.048 and info["meta"] == {"q": "7"}
    assert shell("rec", "verify", "a.tlr") == "a.tlr: intact\n"
    whole = (tmp_path / "a.tlr").read_bytes()
    (tmp_path / "cut.tlr").write_bytes(whole[: len(whole) // 2])
    assert "not closed" in shell("rec", "verify", "a.tlr", "cut.tlr", code=1)
    assert "not finished" in shell("rec", "info", "cut.tlr")
    shell("rec", "recover", "cut.tlr", "saved.tlr")
    assert shell.json("rec", "verify", "saved.tlr")["saved.tlr"]["recovered"]  # type: ignore[index]
    shell("rec", "play-to-wav", "a.tlr", "a.wav", "--from", "1s")
    with wave.open("a.wav") as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (2, 16384 - 8000)
    shell("rec", "play-to-opus", "a.tlr", "a.opus")
    shell("rec", "play-to-wav", "a.tlr", "a.wav", code=1)
    assert "a.wav" in shell.err
    shell("rec", "info", "centre.toml", code=1)
    assert "not a .tlr recording" in shell.err


def test_a_passphrase_is_asked_for(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Writer(tmp_path / "s.tlr", [Channel("x")], passphrase="open sesame") as of:
        of.write(0, 0, bytes(800))
    shell("rec", "info", "s.tlr", code=1)
    assert "encrypted" in shell.err
    monkeypatch.setattr("getpass.getpass", lambda _: "open sesame")
    assert "duration  0:00:00.1" in shell("rec", "info", "s.tlr", "--passphrase")


def test_wav2(shell: Shell, tmp_path: Path) -> None:
    pcm = np.random.default_rng(5).integers(-3000, 3000, (16000, 2)).astype("<i2")
    with wave.open("in.wav", "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(pcm.tobytes())
    shell("wav2pcma", "in.wav", "out.al")
    assert (tmp_path / "out.al").stat().st_size == 8000
    shell("wav2pcmu", "in.wav", "out.ul")
    assert (tmp_path / "out.al").read_bytes() != (tmp_path / "out.ul").read_bytes()
    assert shell.json("wav2opus", "in.wav", "out.opus")["duration_s"] == 1.0
    shell("wav2tlr", "in.wav", "out.tlr", "--channels", "left")
    with Reader("out.tlr") as of:
        assert [channel.name for channel in of.channels] == ["left", "channel 1"]
        assert (of.array() == pcm).all()
    assert record.verify("out.tlr").is_intact
    shell("wav2tlr", "centre.toml", "x.tlr", code=1)
    assert "centre.toml" in shell.err
    media.write_wav("law.wav", media.g711_decode(bytes(range(256))), encoding="pcma")
    shell("wav2pcma", "law.wav", "law.al")
    assert (tmp_path / "law.al").read_bytes() == bytes(range(256)), "A-law stays what it was"
    shell("wav2pcma", "law.wav", "law.al", code=1)
    assert "law.al" in shell.err, "nothing is written over"
