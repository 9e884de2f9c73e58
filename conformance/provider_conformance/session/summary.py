"""The hooks that report a run: header, outcomes, terminal summary, report files, exit status."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from provider_conformance.findings import Outcome
from provider_conformance.reports import terminal
from provider_conformance.run import verdict
from provider_conformance.run.account import Account
from provider_conformance.run.blocks import Detail, Telling
from provider_conformance.run.checks import Check, Result, decode
from provider_conformance.run.engine import Policy
from provider_conformance.run.report import Record, Report, Subjected, left_out, stale
from provider_conformance.session import baselines, files, forges
from provider_conformance.session.items import OUTCOME, RESULT
from provider_conformance.session.rows import Rows, in_rows, without_ours
from provider_conformance.session.settings import again

_PASSED: Final = Result(Outcome.PASSED)
_STATUS: Final[Mapping[str, tuple[str, str, tuple[str, Mapping[str, bool]]]]] = {
    Outcome.INCONCLUSIVE: ("inconclusive", "i", ("INCONCLUSIVE", {"yellow": True})),
    Outcome.KNOWN: ("known", "x", ("KNOWN", {"yellow": True})),
    Outcome.PASSED: ("passed", "w", ("PASSED WITH WARNINGS", {"yellow": True})),
}
_BY_ITSELF: Final = "fE"
"""What pytest sums up unless it is told otherwise."""
_JUDGED: Final = (
    pytest.ExitCode.OK,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


class SummaryHooks:
    """The hooks of the process that reports; under xdist it runs no checks itself."""

    def __init__(
        self,
        subjects: Sequence[Subjected],
        planned: Sequence[Check],
        checks: Sequence[Check],
        policy: Policy,
        targets: Sequence[files.Target],
        *,
        gate: bool = False,
        left_out: Sequence[str] = (),
        baseline: baselines.Baseline | None = None,
    ) -> None:
        self._subjects = tuple(subjects)
        self._planned = planned
        self._checks = {check.id: check for check in checks}
        self._policy = policy
        self._targets = targets
        self._gate = gate
        self._left_out = left_out
        self._baseline = baseline
        self._collected: frozenset[str] | None = None
        self._results: dict[str, tuple[Result, float]] = {}
        self._rows = Rows(self._checks.values())
        self._report: Report | None = None
        self._unwritten: list[str] = []
        self._started = datetime.now(UTC)

    def pytest_report_header(self) -> list[str]:
        """Say what is going to be judged by what, and in how many checks."""
        counts = dict.fromkeys((subject.provider.name for subject in self._subjects), 0)
        for check in self._checks.values():
            counts[check.provider] += 1
        headers = [_header(subject, counts[subject.provider.name]) for subject in self._subjects]
        return [*headers, *(f"provider conformance: {told}" for told in self._left_out)]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what is left after other plugins deselected."""
        self._collected = frozenset(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """Keep what an xdist worker collected; all of them collect the same."""
        self._collected = frozenset(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a result, and keep its findings out of pytest's section of failures: they have their own."""
        if report.when != "call" and report.passed:
            return
        nodeid = report.nodeid
        if nodeid in self._checks:
            self._results[nodeid] = (_result_of(report), report.duration)
            if any(name == RESULT for name, _value in report.user_properties):
                report._pdbshown = True  # type: ignore[attr-defined]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
    ) -> Generator[None, Any, Any]:
        """Give inconclusive and known checks a category of their own; of many specs one letter each."""
        status = yield
        if report.when != "call":
            return status
        if not report.failed:
            own = next((value for name, value in report.user_properties if name == OUTCOME), "")
            status = _STATUS.get(str(own), status)
        check = self._checks.get(report.nodeid)
        if check is None or isinstance(report, pytest.CollectReport) or config.option.verbose > 0:
            return status
        category, usual, word = status
        letter = self._rows.letter(check, _result_of(report), usual)
        return category, letter, word if letter == usual else _marked(letter, word)

    def pytest_collection(self, session: pytest.Session) -> None:
        """Let the progress be told in rows, once the terminal is there."""
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            in_rows(reporter, self._rows)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Make the report, write the files, and let no run pass that should not."""
        option = session.config.option
        only_looking = option.collectonly or option.setuponly or option.setupplan
        if only_looking or exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        self._report = self._made(session)
        if exitstatus in _JUDGED and self._is_failing(self._report):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        account = self._account(session.config)
        written = (files.write(target, self._report, account) for target in self._targets)
        self._unwritten = [problem for problem in written if problem]
        if self._baseline and self._baseline.update and (problem := self._baseline.write(self._report)):
            self._unwritten.append(problem)
        if self._unwritten:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        if problem := forges.summarize(self._report, account):
            self._unwritten.append(problem)  # a summary that is missing lets no run fail

    def _is_failing(self, report: Report) -> bool:
        """Whether a run fails that pytest lets pass; a gate that could not be evaluated lets nothing pass."""
        said = verdict.of_report(report)
        shut = self._gate and bool(verdict.not_evaluated(report, said))
        short = bool(verdict.shortfalls(report, said))
        return bool(report.unmatched or report.counts.broken) or short or shut

    def _made(self, session: pytest.Session) -> Report:
        stopped = session.shouldfail or session.shouldstop or "the run ended before its turn"
        missing = (Result(Outcome.INCONCLUSIVE, reason=f"not run: {stopped}", broken=True), 0.0)
        records = tuple(
            Record(check, *self._results.get(check.id, missing))
            for check in self._checks.values()
            if self._collected is None or check.id in self._collected
        )
        policy, planned = self._policy, self._planned
        entries = stale(policy, records, planned)
        return Report(self._subjects, records, left_out(planned, records), entries, policy)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: Any, config: pytest.Config
    ) -> Generator[None, None, None]:
        """Print findings and verdicts; what is printed here is not summed up by pytest as well."""
        asked = config.option.reportchars
        failed = [] if _wants(asked, "f") else without_ours(terminalreporter, self._checks)
        self._print(terminalreporter, config)
        yield
        if failed:
            terminalreporter.stats["failed"] = failed

    def _print(self, terminalreporter: Any, config: pytest.Config) -> None:
        if self._report is None:
            return
        terminalreporter.write_sep("=", "provider conformance")
        told = terminal.lines(self._report, self._telling(terminalreporter, config))
        for line in [*forges.annotated(self._report, self._account(config)), *told]:
            terminalreporter.write_line(line.text, **dict.fromkeys(line.markup, True))
        for problem in self._unwritten:
            terminalreporter.write_line(f"ERROR: {problem}", red=True)

    def _telling(self, terminalreporter: Any, config: pytest.Config) -> Telling:
        return Telling(
            _detail(config),
            terminalreporter._tw.fullwidth,
            files.source_from(config.invocation_params.dir),
            again(config),
            _wants(config.option.reportchars, "w") or self._policy.strict,
        )

    def _account(self, config: pytest.Config) -> Account:
        here = config.invocation_params.dir
        return Account(
            here,
            forges.top(here),
            shlex.join(["pytest", *map(str, config.invocation_params.args)]),
            again(config),
            files.source_from(here),
            self._started,
            (datetime.now(UTC) - self._started).total_seconds(),
            files.tools(),
            forges.address(),
        )


def _wants(reportchars: str, letter: str) -> bool:
    """Whether the user has asked for a kind of lines, as ``-rw`` does, and not pytest by itself."""
    return reportchars != _BY_ITSELF and any(one in reportchars for one in (letter, "A", "a"))


def _marked(letter: str, word: Any) -> Any:
    """The word of a status in the colour of a spec's letter."""
    colour = {"F": "red", "i": "yellow", ".": "green"}.get(letter)
    return (word, {colour: True}) if colour and isinstance(word, str) else word


def _header(subject: Subjected, count: int) -> str:
    provider = subject.provider
    stack = subject.contract.title if subject.contract else "a stack that is not known"
    if not subject.contract and not provider.specs and provider.not_imported:
        return f"provider conformance: {provider.name}, {_many(count, 'check')}: {provider.not_imported}"
    specs = "could not be loaded" if provider.problem else _many(len(provider.specs), "spec")
    if subject.contract and not provider.specs and provider.name == subject.contract.stack:
        specs = "the stack itself"
    seen = f", {provider.notes[-1]}" if provider.not_imported and provider.notes else ""
    return f"provider conformance: {provider.name} ({specs}) on {stack}, {_many(count, 'check')}{seen}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _detail(config: pytest.Config) -> Detail:
    style = config.option.tbstyle
    if config.option.no_summary or style == "no" or config.option.verbose < -1:
        return Detail.VERDICT
    return Detail.LINE if style == "line" else Detail.BLOCK


def _result_of(report: pytest.TestReport) -> Result:
    """Read a check's result off pytest's report of it."""
    for name, value in report.user_properties:
        if name == RESULT:
            return _as_marked(decode(str(value)), report)
    if report.passed:
        return _PASSED
    if report.skipped:
        return Result(Outcome.SKIPPED, reason=_skip_reason(report))
    return Result(Outcome.INCONCLUSIVE, reason=f"stopped from outside: {report.longreprtext}", broken=True)


def _as_marked(result: Result, report: pytest.TestReport) -> Result:
    """A failure that the author's own conftest has marked as expected is a known one."""
    marked = result.outcome is Outcome.FAILED and report.skipped and hasattr(report, "wasxfail")
    return replace(result, outcome=Outcome.KNOWN, reason=str(report.wasxfail)) if marked else result


def _skip_reason(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else report.longreprtext
