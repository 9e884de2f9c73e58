"""Checks as pytest items: a collector per provider and API, an item per check."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from provider_conformance.findings import Outcome
from provider_conformance.paths import finding_from, location_from, text_from
from provider_conformance.run.blocks import Telling, block
from provider_conformance.run.checks import Check, Result, encode
from provider_conformance.run.engine import Engine

OUTCOME: Final = "conformance_outcome"
RESULT: Final = "conformance_result"
"""The user properties that carry a result from the process that ran a check to the one that reports."""
_WHOLE: Final = Telling(width=120)


class NonconformityError(Exception):
    """Carries the result of a failing check to pytest."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.reason or "; ".join(str(finding) for finding in result.findings))
        self.result = result


class CheckItem(pytest.Item):
    """One check. No function: fixtures, autouse ones included, stay out."""

    def __init__(self, *, check: Check, engine: Engine, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.check = check
        self.engine = engine
        self.result: Result | None = None

    def __repr__(self) -> str:
        return f"<Check {self.name}>"

    def runtest(self) -> None:
        """Judge, and leave anything but a plain pass behind as properties.

        Raises:
            NonconformityError: If the check fails, or could not be brought to an end.
        """
        result = self.engine.judge(self.check)
        if result.outcome is Outcome.PASSED and not result.findings and result.row is None:
            return
        self.result = result = _from(self.here, result)
        if result.outcome is not Outcome.PASSED or result.findings:
            self.user_properties.append((OUTCOME, result.outcome.value))
        self.user_properties.append((RESULT, encode(result)))
        self.user_properties += _place_of(result)
        if result.broken or result.outcome is Outcome.FAILED:
            raise NonconformityError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """What is wrong, where and what to do, instead of a traceback through this tool."""
        if isinstance(excinfo.value, NonconformityError):
            return _representation(self.check, excinfo.value.result)
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """A check has no place in a file; what stands for its path begins its id."""
        return self.check.provider, 0, self.name

    @property
    def location(self) -> tuple[str, int | None, str]:
        """The same: pytest would make a path of it, for each of thousands of checks."""
        return self.check.provider, 0, self.name

    @property
    def here(self) -> Path:
        """The folder in which the run began; paths are shown from there on."""
        return self.config.invocation_params.dir

    def listextrakeywords(self) -> set[str]:
        """What ``-k`` finds the check by, beside the parts of its id."""
        rule = self.check.rule
        return super().listextrakeywords() | {rule.name, rule.severity.value, f"{rule.code[:3]}xx"}


def _place_of(result: Result) -> list[tuple[str, object]]:
    """Where the first finding with a place is, in the words of junit: an item of ours is in no file."""
    place = next((finding.location for finding in result.findings if finding.location), None)
    if place is None:
        return []
    return [("file", place.path), *([("line", str(place.line))] if place.line else [])]


def _from(here: Path, result: Result) -> Result:
    """A result whose places are shown from a folder on."""
    findings = tuple(finding_from(here, finding) for finding in result.findings)
    return replace(result, findings=findings, reason=text_from(here, result.reason))


def _representation(check: Check, result: Result) -> ReprExceptionInfo:
    """A failure that pytest shows as text, and as one line where it shows one line."""
    errors = [
        line.text for finding in result.findings for line in block(finding, check.rule.name, check.id, _WHOLE)
    ]
    text = "\n".join([*errors, *([result.reason] if result.reason else [])])
    first = result.findings[0] if result.findings else None
    message = first.message if first else result.reason.partition("\n")[0]
    place = first.location if first and first.location else None
    crash = ReprFileLocation(place.path if place else check.id, (place and place.line) or 0, message)
    entries = [ReprEntryNative([f"{line}\n" for line in text.splitlines()])]
    return ReprExceptionInfo(
        reprcrash=crash, reprtraceback=ReprTraceback(entries, extraline=None, style="native")
    )


class ChecksOfApi(pytest.Collector):
    """The checks of one API of a provider."""

    def __init__(self, *, checks: Sequence[Check], engine: Engine, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.checks = checks
        self.engine = engine

    def __repr__(self) -> str:
        return f"<Api {self.name}>"

    def collect(self) -> Iterable[pytest.Item]:
        """An item per check."""
        return _items(self, self.checks, self.engine)


class ChecksOfProvider(pytest.Collector):
    """The checks of one provider: those of the whole of it, then a collector per API."""

    def __init__(self, *, checks: Sequence[Check], engine: Engine, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.checks = checks
        self.engine = engine
        self.add_marker("conformance")

    def __repr__(self) -> str:
        return f"<Provider {self.name}>"

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The items of the whole provider and the collectors of its APIs."""
        apis: dict[str, list[Check]] = {}
        for check in self.checks:
            apis.setdefault(check.api, []).append(check)
        yield from _items(self, apis.pop("", []), self.engine)
        for api, checks in apis.items():
            nodeid = f"{self.nodeid}::{api}"
            yield ChecksOfApi.from_parent(self, name=api, nodeid=nodeid, checks=checks, engine=self.engine)


def _items(parent: pytest.Collector, checks: Iterable[Check], engine: Engine) -> list[pytest.Item]:
    # The id is given as text: pytest tells brackets from names only where it reads one.
    return [
        CheckItem.from_parent(parent, name=check.name, nodeid=check.id, check=check, engine=engine)
        for check in checks
    ]


class CheckHooks:
    """The hooks of every process that collects and runs checks."""

    def __init__(self, checks: Sequence[Check], engine: Engine) -> None:
        self._checks = checks
        self._engine = engine

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the providers beside what the session itself collects."""
        report = yield
        if isinstance(collector, pytest.Session):
            report.result = [*(report.result or ()), *self._collectors(collector)]
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Let checks be left to those alone that are run: what others have deselected tells nothing."""
        ours = (item.nodeid for item in session.items if isinstance(item, CheckItem))
        self._engine.collected = frozenset(ours)

    def _collectors(self, session: pytest.Session) -> list[pytest.Collector]:
        providers: dict[str, list[Check]] = {}
        for check in self._checks:
            providers.setdefault(check.provider, []).append(check)
        return [
            ChecksOfProvider.from_parent(session, name=name, nodeid=name, checks=checks, engine=self._engine)
            for name, checks in providers.items()
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Report known, skipped and inconclusive checks as pytest reports what was not run."""
        if call.when != "call" or not isinstance(item, CheckItem) or call.excinfo:
            return None
        result = item.result
        if result is None or result.outcome is Outcome.PASSED:
            return None
        report = pytest.TestReport.from_item_and_call(item, call)
        report.outcome = "skipped"
        if result.outcome is Outcome.KNOWN:
            report.wasxfail = result.reason
        else:
            report.longrepr = _not_run(item.check, result, item.here)
        return report


def _not_run(check: Check, result: Result, here: Path) -> tuple[str, int, str]:
    spec = check.subject.spec
    place = location_from(here, spec.location) if spec and spec.location else None
    label = "" if result.outcome is Outcome.SKIPPED else f"{result.outcome}: "
    path = place.path if place else check.provider
    return path, (place and place.line) or 0, f"Skipped: {label}{result.reason}"
