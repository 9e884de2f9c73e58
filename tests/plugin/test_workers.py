"""Checks spread over xdist workers: the same verdict, and nothing lost with a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import fake_stack
from support.running import Run, outcomes, read_json

pytest.importorskip("xdist")


@pytest.fixture
def spread(pytester: pytest.Pytester) -> Run:
    """Run with two workers, which replace the real parts by the fakes themselves."""
    tests = Path(fake_stack.__file__).parents[1]
    pytester.makeconftest(
        f"""
        import sys
        sys.path.insert(0, {str(tests)!r})
        from support.fake_stack import pytest_addoption
        """
    )

    def _run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess("-n2", *arguments)

    return _run


def test_workers_change_no_verdict(spread: Run, run: Run, pytester: pytest.Pytester) -> None:
    options = ("--provider=worse", "--provider=unseen", "--provider=warned", "--provider=broken")
    run(*options, "--provider-report=json:one.json")
    result = spread(*options, "--provider-report=json:two.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    one, two = (read_json(pytester.path / name) for name in ("one.json", "two.json"))
    for check in one["checks"] + two["checks"]:
        del check["duration"]
    assert one == two


def test_findings_come_back_from_workers(spread: Run) -> None:
    result = spread("--provider=bad")
    result.assert_outcomes(passed=9, failed=1)
    result.stdout.fnmatch_lines(
        [
            "foo/adapter.py:12: error PC201 *",
            "  chat is missing",
            "*fix *add chat",
        ]
    )


def test_the_header_counts_without_a_worker(spread: Run) -> None:
    spread("--provider=good").stdout.fnmatch_lines(
        ["provider conformance: good (2 specs) on fake 1.0, 10 checks"]
    )


def test_what_workers_deselect_is_not_missed(spread: Run) -> None:
    result = spread("--provider=good", "-k", "safety")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["good on fake 1.0: partial: 3 of 10 checks, 0 failed; no verdict"])


def test_a_required_level_is_a_gate_with_workers(spread: Run) -> None:
    result = spread("--provider=good", "--provider-require=serves")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["good on fake 1.0: incomplete, *, below the required level 4 (serves)"])


def test_node_ids_work_with_workers(spread: Run) -> None:
    result = spread("--provider=good", "good::inference::PC201")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=3)


def test_a_usage_error_starts_no_worker(spread: Run) -> None:
    result = spread("--provider=good", "good::PC999")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: no check is called good::PC999*"])


def test_a_check_that_ends_its_worker_is_told_and_the_others_go_on(
    spread: Run, pytester: pytest.Pytester
) -> None:
    result = spread("--provider=dying", "--provider=good", "--provider-report=json:report.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    found = outcomes(read_json(pytester.path / "report.json"))
    assert [check for check, outcome in found.items() if outcome != "passed"] == [
        "dying::inference::PC201[remote::foo.chat]"
    ]
    assert len(found) == 20


def test_checks_without_a_result_are_told(spread: Run, pytester: pytest.Pytester) -> None:
    result = spread("--provider=dying", "--max-worker-restart=0", "--provider-report=json:report.json")
    assert result.ret != pytest.ExitCode.OK
    data = read_json(pytester.path / "report.json")
    assert data["summary"]["total"] == 10
    assert data["summary"]["failed"] == 0
    assert data["summary"]["inconclusive"] >= 1


def test_an_unmatched_known_failure_fails_a_run_with_workers(spread: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nprovider_known_failures = PC201[*]: nothing fails")
    assert spread("--provider=good").ret == pytest.ExitCode.TESTS_FAILED
