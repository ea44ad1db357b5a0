"""pytest collects scenario files, as somebody who has the package installed sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FLOWS = Path(os.environ["TRUNKLINE_SOURCE"]) / "examples" / "flows"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_scenarios_are_tests(tmp_path: Path) -> None:
    for name in ("survey.yaml", "survey.ivrtest.yaml"):
        shutil.copy(FLOWS / name, tmp_path)
    done = run(tmp_path, "-v")
    assert done.returncode == 0, done.stdout
    assert "survey.ivrtest.yaml::no consent PASSED" in done.stdout
    assert run(tmp_path, "-p", "no:trunkline").returncode == 5, "nothing is collected"


def test_a_scenario_that_fails_says_what_happened(tmp_path: Path) -> None:
    shutil.copy(FLOWS / "survey.yaml", tmp_path)
    text = (FLOWS / "survey.ivrtest.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.ivrtest.yaml"
    wrong.write_text(text.replace("then: query rate", "then: query weather", 1), encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 1
    assert "query weather" in done.stdout
    assert "1 failed" in done.stdout
    assert "Traceback" not in done.stdout
    wrong.write_text("flow: survey.yaml\nscenarios: 7\n")
    broken = run(tmp_path)
    assert broken.returncode == 2
    assert "wrong.ivrtest.yaml" in broken.stdout
