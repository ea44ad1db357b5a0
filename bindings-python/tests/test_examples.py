"""Everything that is shown runs: the examples, and what stands in docstrings and the README."""

from __future__ import annotations

import ast
import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import GetSetDescriptorType

import pytest
import trunkline
from trunkline import (
    _native,
    _ogg,
    _replay,
    acd,
    admission,
    aio,
    calendar,
    ivr,
    media,
    outbound,
    record,
    rtp,
    sim,
)
from trunkline.sim import plot, wallboard

MODULES = (
    trunkline, acd, admission, aio, calendar, ivr, media, outbound, record, rtp, sim, plot,
    wallboard,
)  # fmt: skip

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
    [code] = README.read_text(encoding="utf-8").split("```python\n")[1:]
    run = subprocess.run(
        [sys.executable, "-c", code.partition("```")[0]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[1].startswith("12 agents")


def test_hello_stays_short() -> None:
    assert len((EXAMPLES / "hello.py").read_text(encoding="utf-8").splitlines()) <= 15


@pytest.mark.parametrize(
    "module",
    [*MODULES, _replay, _ogg],
    ids=lambda module: module.__name__,
)
def test_docstrings_run(module: object) -> None:
    failed, _ = doctest.testmod(module)  # type: ignore[arg-type]
    assert failed == 0


def public() -> Iterator[tuple[str, object]]:
    """Every class, function, method and property that a user can reach, with its name."""
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            # Aliases of types and plain values are documented where they are written.
            if getattr(value, "__module__", "").startswith(("trunkline", "builtins")):
                yield f"{module.__name__}.{name}", value
            if isinstance(value, type) and value.__module__.startswith("trunkline"):
                for member, attribute in vars(value).items():
                    is_property = isinstance(attribute, property | GetSetDescriptorType)
                    if not member.startswith("_") and (callable(attribute) or is_property):
                        yield f"{module.__name__}.{name}.{member}", attribute


def test_everything_public_is_documented() -> None:
    things = dict(public())
    assert len(things) > 450
    assert {"trunkline.acd.Offer.ring_until", "trunkline.media.Vad.heard"} <= set(things)
    bare = [name for name, value in things.items() if not (value.__doc__ or "").strip()]
    assert bare == []


def test_what_takes_a_buffer_says_of_which_elements() -> None:
    """By the stubs, in which a buffer has no type of its elements."""
    stubs = Path(trunkline.__file__).with_name("_native.pyi").read_text(encoding="utf-8")
    seen = 0
    for top in ast.parse(stubs).body:
        inside = top.body if isinstance(top, ast.ClassDef) else [top]
        for of in inside:
            if isinstance(of, ast.FunctionDef) and ": Buffer" in ast.unparse(of.args):
                owner = getattr(_native, top.name) if isinstance(top, ast.ClassDef) else _native
                made = of.name == "__new__"  # the class says what it is made of
                said = (owner if made else getattr(owner, of.name)).__doc__ or ""
                assert re.search("int16|bytes|RTP|RTCP", said), of.name
                seen += 1
    assert seen > 15


def test_objects_say_what_they_are() -> None:
    """No class shows itself as an address."""
    plain = [
        name
        for name, value in public()
        if isinstance(value, type)
        and getattr(value, "__repr__") is object.__repr__  # noqa: B009
        and not issubclass(value, dict | BaseException)
        and not getattr(value, "_is_protocol", False)
    ]
    assert plain == []


NOTEBOOKS = ["hotline_week.py", "routing.py", "bad_network.py", "recordings.py"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_cells_with_words_between(name: str) -> None:
    cells = (EXAMPLES / name).read_text(encoding="utf-8").split("# %%")
    assert cells[0] == "" and cells[1].startswith(" [markdown]\n# # ")
    words = [cell for cell in cells[1:] if cell.startswith(" [markdown]")]
    code = [cell for cell in cells[1:] if cell.startswith("\n")]
    assert len(words) + len(code) == len(cells) - 1 and len(words) >= 3 and len(code) >= 3
    for cell in words:
        assert all(line.startswith("#") for line in cell.split("\n")[1:] if line)
    for cell in code:
        ast.parse(cell)
    assert any(".savefig(" in cell for cell in code)
