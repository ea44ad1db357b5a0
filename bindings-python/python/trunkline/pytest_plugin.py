"""pytest collects ``*.ivrtest.yaml``: every scenario is a test. Installed with the package.

``pytest flows/`` plays them; ``-p no:trunkline`` switches that off. A file that fails says which
scenario, where, and what happened instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .ivr import CompileError, ScenarioOutcome, run_scenarios


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """A collector for a scenario file."""
    if file_path.name.endswith((".ivrtest.yaml", ".ivrtest.yml", ".ivrtest.json")):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterator[pytest.Item]:
        """Play the file; an item for each scenario."""
        try:
            report = run_scenarios(self.path)
        except (CompileError, OSError) as error:
            raise self.CollectError(str(error)) from error
        for outcome in report.outcomes:
            yield Scenario.from_parent(self, name=outcome.name, outcome=outcome)


class ScenarioFailed(Exception):
    """A scenario went otherwise than it says."""


class Scenario(pytest.Item):
    """One scenario of a file. It is played when it is collected, which takes no time."""

    def __init__(self, *, outcome: ScenarioOutcome, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.outcome = outcome

    def runtest(self) -> None:
        """Fail if it failed."""
        if self.outcome.failure is not None:
            raise ScenarioFailed(self.outcome.failure)

    def repr_failure(  # type: ignore[override]
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str:
        """What went wrong, without a traceback through this plugin."""
        return f"{self.path}: {excinfo.value}"

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is written."""
        return self.path, None, f"scenario: {self.name}"
