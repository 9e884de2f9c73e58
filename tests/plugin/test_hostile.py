"""Hostile packages: each ends in findings for itself alone, the run goes on, and its report is complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from support.packages import FIXTURES
from support.running import read_json

pytestmark = pytest.mark.thorough

IN_PROCESS: Final[Mapping[str, str]] = {
    "raises": "PC101",
    "exits": "PC101",
    "exits_hard": "PC101",
    "kills_itself": "PC101",
    "hangs": "PC101",
    "recurses": "PC101",
    "prints": "",
    "changes_process": "",
    "hangs_in_factory": "PC724",
    "hangs_in_call": "PC724",
    "closes_output": "PC727",
    "leaves_threads": "PC726",
    "answers_all": "PC601",
    "lies": "",
}
"""What is survived without a process of its own, and the one rule that tells it, if it is any fault."""
ISOLATED: Final[Mapping[str, str]] = {
    **IN_PROCESS,
    "crashes": "PC101",
    "spins": "PC101",
    "crashes_in_factory": "PC723",
    "closes_all": "PC723",
    "spins_in_factory": "PC724",
    "takes_memory": "PC725",
}
GOOD: Final = "hostile_good"
_OPTIONS: Final = (
    "--provider-select=PC101,PC110,PC501,PC601,PC72",
    "--provider-timeout=6",
    "--provider-memory=700",
    "--provider-report=json:report.json",
    "-p",
    "no:hypothesispytest",
)
_SECONDS: Final = 400


def _run(pytester: pytest.Pytester, names: Mapping[str, str], *options: str) -> dict[str, Any]:
    given = [f"--provider={FIXTURES}/packages/hostile_{name}" for name in names]
    good = f"--provider={FIXTURES}/packages/{GOOD}"
    result = pytester.runpytest_subprocess(*given, good, *_OPTIONS, *options, timeout=_SECONDS)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    return read_json(pytester.path / "report.json")


def _found(report: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for check in report["checks"]:
        found.setdefault(check["id"].split("::")[0].rpartition("hostile_")[2], set())
    for finding in report["findings"]:
        found[finding["provider"].rpartition("hostile_")[2]].add(finding["code"])
    return found


def _assert_each_for_itself(report: dict[str, Any], names: Mapping[str, str]) -> None:
    expected = {name: {code} if code else set() for name, code in names.items()}
    assert _found(report) == {**expected, "good": set()}
    assert {check["outcome"] for check in report["checks"]} <= {"passed", "failed", "skipped"}
    good = [check for check in report["checks"] if check["id"].startswith(GOOD)]
    assert [check for check in good if check["outcome"] == "failed"] == []
    assert sum(check["outcome"] == "passed" for check in good) >= len(good) - 1


def test_what_is_survived_in_one_process(pytester: pytest.Pytester) -> None:
    _assert_each_for_itself(_run(pytester, IN_PROCESS), IN_PROCESS)


def test_everything_is_survived_in_processes_of_their_own(pytester: pytest.Pytester) -> None:
    report = _run(pytester, ISOLATED, "--provider-isolate")
    _assert_each_for_itself(report, ISOLATED)
    unplaced = [f["provider"] for f in report["findings"] if f["location"] is None]
    assert unplaced == []


def test_workers_change_nothing(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    few = ("hangs", "crashes", "crashes_in_factory", "takes_memory", "closes_output", "answers_all")
    names = {name: ISOLATED[name] for name in few}
    _assert_each_for_itself(_run(pytester, names, "--provider-isolate", "-n2"), names)


def test_the_same_verdicts_as_without_a_process_of_its_own(pytester: pytest.Pytester) -> None:
    names = {name: code for name, code in IN_PROCESS.items() if name in ("raises", "answers_all", "lies")}
    reports = [_run(pytester, names), _run(pytester, names, "--provider-isolate")]
    for check in (check for report in reports for check in report["checks"]):
        del check["duration"]
    assert reports[0]["checks"] == reports[1]["checks"]
    assert reports[0]["findings"] == reports[1]["findings"]


@pytest.mark.parametrize("options", [(), ("-n2",)], ids=["alone", "workers"])
def test_a_call_that_ends_the_process_is_told_once(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    provider = f"--provider={FIXTURES}/packages/hostile_crashes_when_called"
    calling = "--provider-select=PC6"
    result = pytester.runpytest_subprocess(
        provider, "--provider-isolate", *options, *_OPTIONS[1:], calling, timeout=_SECONDS
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    report = read_json(pytester.path / "report.json")
    (finding,) = report["findings"]
    assert finding["code"] == "PC723"
    failed = [
        check["id"].partition("::safety::")[2] for check in report["checks"] if check["outcome"] == "failed"
    ]
    assert failed == ["PC660[inline::hostile_crashes_when_called]"]


@pytest.mark.parametrize("options", [(), ("--provider-isolate",)], ids=["here", "isolated"])
def test_what_an_import_does_is_seen_wherever_it_is_imported(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    provider = f"--provider={FIXTURES}/packages/hostile"
    node = "hostile::safety::PC721[talks_at_import]"
    result = pytester.runpytest_subprocess(provider, *options, *_OPTIONS[-3:], node, timeout=_SECONDS)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (finding,) = read_json(pytester.path / "report.json")["findings"]
    assert finding["message"] == "importing it looks up version.example.com:443"
