"""Everything that is shown runs: the examples, and what stands in docstrings and the README."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trunkline
from trunkline import _ogg, _replay, acd, aio, ivr, media, record, sim
from trunkline.sim import plot, wallboard

EXAMPLES = Path(os.environ["TRUNKLINE_SOURCE"]) / "examples" / "python"


README = Path(os.environ["TRUNKLINE_SOURCE"]) / "bindings-python" / "README.md"
PICTURES = {
    "hotline_week.py": ["hotline-arrivals.png", "hotline-roster.png", "hotline-monday.png"],
    "routing.py": ["routing.png"],
    "bad_network.py": ["bad-network.png"],
    "recordings.py": ["recordings.png"],
}
SAYS = {
    "hello.py": "ring phone 101 for call 7\n",
    "quickstart.py": "3000  connect call 7 after 2000 ms",
    "hotline_week.py": "Sun ",
    "routing.py": "wait ratio answers +",
    "bad_network.py": "packets, ",
    "recordings.py": "listen to call-3.tlr: 18 s of silence",
}


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_example_runs(script: Path, tmp_path: Path) -> None:
    # Where pictures are wanted, they are left.
    folder = Path(os.environ.get("TRUNKLINE_PICTURES") or tmp_path)
    folder.mkdir(exist_ok=True)
    for name in PICTURES.get(script.name, []):
        (folder / name).unlink(missing_ok=True)
    run = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert SAYS[script.name] in run.stdout
    for name in PICTURES.get(script.name, []):
        picture = (folder / name).read_bytes()
        assert picture.startswith(b"\x89PNG") and len(picture) > 10_000


def test_the_readme_runs() -> None:
    [code] = README.read_text().split("```python\n")[1:]
    run = subprocess.run(
        [sys.executable, "-c", code.partition("```")[0]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[1].startswith("12 agents")


def test_hello_stays_short() -> None:
    assert len((EXAMPLES / "hello.py").read_text().splitlines()) <= 15


@pytest.mark.parametrize(
    "module",
    [trunkline, acd, aio, ivr, media, record, sim, plot, wallboard, _replay, _ogg],
    ids=lambda module: module.__name__,
)
def test_docstrings_run(module: object) -> None:
    failed, _ = doctest.testmod(module)  # type: ignore[arg-type]
    assert failed == 0


def test_everything_public_is_documented() -> None:
    for module in (trunkline, acd, aio, ivr, media, record, sim, plot, wallboard):
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, str) or name in (
                "COLOURS",
                "Draw",
                "Output",
                "Progress",
                "STYLE",
                "Value",
            ):
                continue
            assert value.__doc__, f"{module.__name__}.{name}"
            if isinstance(value, type) and value.__module__.startswith("trunkline"):
                for member, attribute in vars(value).items():
                    if callable(attribute) and not member.startswith("_"):
                        assert attribute.__doc__, f"{name}.{member}"
