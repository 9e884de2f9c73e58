"""Progress on a terminal: a row a spec, or a row an API with a letter a spec where there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pytest

from provider_conformance.findings import Outcome
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.overview import MOST_ROWS, OPEN

_NEEDED: Final = (
    "write_fspath_result",
    "currentfspath",
    "_tw",
    "_show_progress_info",
    "_write_progress_information_filling_space",
)


class Rows:
    """Which row of the progress a check belongs to, and which letter stands there for it."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self._left: Counter[tuple[int, str]] = Counter()
        self._worst: dict[tuple[int, str], str] = {}
        self._of: dict[str, str] = {}
        listed = list(checks)
        specs = {_key(check): check for check in listed if check.subject.spec is not None}
        self._many = len(specs) > MOST_ROWS
        counts = Counter(check.api for check in specs.values())
        for check in listed:
            self._left[_key(check)] += 1
            self._of[check.id] = self._row(check, counts)

    def _row(self, check: Check, counts: Mapping[str, int]) -> str:
        if check.subject.spec is None:
            return check.provider
        if self._many:
            return f"{check.api} ({counts[check.api]})"
        return f"{check.api} {check.spec_label}"

    def row(self, check_id: str) -> str:
        """What the check's row begins with, "" for what is no check."""
        return self._of.get(check_id, "")

    def letter(self, check: Check, result: Result, usual: str) -> str:
        """What is shown for a check that has come to an end: of many specs only the last check shows one.

        Args:
            check: The check.
            result: What it came to.
            usual: What pytest shows for it.
        """
        if not self._many or check.subject.spec is None:
            return usual
        key = _key(check)
        self._left[key] -= 1
        self._worst[key] = max(self._worst.get(key, "."), _letter(result), key=".iF".index)
        return self._worst[key] if self._left[key] == 0 else ""


def _key(check: Check) -> tuple[int, str]:
    return id(check.subject.spec), check.api


def _letter(result: Result) -> str:
    """The letter of a spec one of whose checks came to this; what was left to another check was not seen."""
    if result.outcome is Outcome.FAILED:
        return "F"
    row = result.row
    unseen = row is not None and row.demanded and row.status in OPEN
    return "i" if result.outcome is Outcome.INCONCLUSIVE or unseen else "."


def in_rows(reporter: Any, rows: Rows) -> None:
    """Let pytest's terminal begin a line where another row begins, if it has what that needs."""
    if not all(hasattr(reporter, name) for name in _NEEDED):
        return
    usual = reporter.write_fspath_result

    def write(nodeid: str, res: str, **markup: bool) -> None:
        row = rows.row(nodeid)
        if not row:
            usual(nodeid, res, **markup)
            return
        if reporter.currentfspath != row:
            if reporter.currentfspath is not None and reporter._show_progress_info:
                reporter._write_progress_information_filling_space()
            reporter.currentfspath = row
            reporter._tw.line()
            reporter._tw.write(f"{row} ")
        reporter._tw.write(res, flush=True, **markup)

    reporter.write_fspath_result = write


def without_ours(reporter: Any, ours: Iterable[str]) -> list[pytest.TestReport]:
    """Take failures of checks out of what pytest sums up: they have a section of their own.

    Returns:
        All failures, to be put back.
    """
    known = frozenset(ours)
    failed: list[pytest.TestReport] = reporter.stats.get("failed", [])
    if failed:
        reporter.stats["failed"] = [report for report in failed if report.nodeid not in known]
    return failed
