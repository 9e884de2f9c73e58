"""``--provider-releases``: checks by releases that are not installed, and the matrix that they make."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.packages import FIXTURES
from support.running import Run, outcomes, read_json

EVALS = f"--provider={FIXTURES / 'releases' / 'evals_since_requests'}"
TOOLS = f"--provider={FIXTURES / 'releases' / 'tools_under_both_names'}"
NAME = "evals_since_requests"


def test_named_releases_that_fit_pass(run: Run) -> None:
    result = run(EVALS, "--provider-releases=llama-stack>=0.5,<0.8")
    result.assert_outcomes(passed=9)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "provider conformance: evals_since_requests, 9 checks: its stack is not installed: *",
            "* llama-stack 0.5.4  ok   ok       ok",
            "evals_since_requests fits llama-stack 0.5.4 to llama-stack 0.7.3 (all 3 releases)",
        ]
    )


def test_a_named_release_that_does_not_fit_fails_the_run(run: Run) -> None:
    result = run(EVALS, "--provider-releases=llama-stack==0.7.3,ogx==1.5.0")
    result.assert_outcomes(passed=3, failed=2, skipped=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*: error PC902 *",
            "  ogx 1.5.0 has no `llama_stack_api`: the import name is `ogx_api` there",
            "*evals_since_requests/provider.py:6: error PC901 *",
            "  ogx 1.5.0 has no `Api.eval`",
            "* llama-stack 0.7.3  ok   ok       ok",
            "* ogx 1.5.0 *NO   NO       -",
            "*ogx 1.5.0 does not fit any more:",
            "*provider.py:6: ogx 1.5.0 has no `Api.eval`",
            "evals_since_requests fits llama-stack 0.7.3 (1 of 2 releases)",
        ]
    )


def test_all_is_a_survey_that_fails_no_run(run: Run) -> None:
    result = run(EVALS, "--provider-releases=all")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=15, skipped=14)
    result.stdout.fnmatch_lines(
        [
            "*llama-stack 0.4.7 does not fit yet:",
            "*ogx 0.8.0 does not fit any more:",
            "evals_since_requests fits llama-stack 0.5.4 to llama-stack 0.7.3 (3 of 17 releases)",
        ]
    )
    result.stdout.no_fnmatch_line("*error PC90*")


@pytest.mark.parametrize("strict", [(), ("--provider-strict",)])
def test_a_survey_fails_no_strict_run_either(run: Run, strict: tuple[str, ...]) -> None:
    assert run(EVALS, "--provider-releases=all", *strict).ret == pytest.ExitCode.OK


def test_workers_judge_and_one_process_tells(run: Run) -> None:
    result = run(EVALS, "--provider-releases=>=0.7", "-n", "2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["evals_since_requests fits llama-stack 0.7.3 (1 of 8 releases)"])


@pytest.mark.parametrize(
    "chosen",
    [
        ("-k", "ogx-1.5.0"),
        (f"{NAME}::releases::PC902[ogx-1.5.0]", f"{NAME}::releases::PC901[ogx-1.5.0]"),
        ("--provider-select=PC901,PC902", "-k", "ogx-1.5.0"),
    ],
)
def test_checks_can_be_chosen(run: Run, chosen: tuple[str, ...]) -> None:
    run(EVALS, "--provider-releases=ogx", *chosen).assert_outcomes(
        failed=2, **({"skipped": 1} if chosen[1] == "ogx-1.5.0" else {})
    )


def test_what_is_left_out_is_a_dash(run: Run) -> None:
    result = run(EVALS, "--provider-releases=llama-stack==0.7.3", "--provider-select=PC902")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["* llama-stack 0.7.3  -    ok       -"])


def test_a_failure_can_be_accepted(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(
        "[pytest]\nprovider_releases = ogx==1.5.0\nprovider_known_failures =\n"
        "    PC9xx[ogx-*]: it has no eval, and nobody asks for it"
    )
    result = run(EVALS)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["* ogx 1.5.0 *NO   NO       -"])


def test_the_environment_asks_as_well(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER_CONFORMANCE_RELEASES", "llama-stack==0.7.3")
    run(EVALS).assert_outcomes(passed=3)


def test_the_json_report_has_the_matrix(run: Run, pytester: pytest.Pytester) -> None:
    run(EVALS, TOOLS, "--provider-releases=>=0.7,<1.1", "--provider-report=json:report.json")
    data = read_json(pytester.path / "report.json")
    evals, tools = data["releases"]
    assert (evals["provider"], tools["provider"]) == (NAME, "tools_under_both_names")
    release = {"name": "llama-stack", "release": "0.7.3"}
    assert evals["fits"] == [{"first": release, "last": release}]
    assert [row["fits"] for row in evals["releases"]] == [True, False, False]
    assert [row["fits"] for row in tools["releases"]] == [True, True, True]
    (edge,) = evals["edges"]
    assert (edge["broken"], edge["fitting"], edge["opens"]) == (
        {"name": "ogx", "release": "0.8.0"},
        release,
        False,
    )
    assert set(edge["findings"]) <= {finding["key"] for finding in data["findings"]}
    assert any("`Api.eval`" in message for message in edge["messages"])
    assert outcomes(data)[f"{NAME}::releases::PC903[ogx-0.8.0]"] == "skipped"


def test_one_cause_over_many_releases_is_one_finding(run: Run, pytester: pytest.Pytester) -> None:
    run(EVALS, "--provider-releases=ogx", "--provider-report=json:report.json")
    findings = read_json(pytester.path / "report.json")["findings"]
    assert [finding["code"] for finding in findings] == ["PC901", "PC902"]


def test_ordinary_checks_run_beside_where_their_stack_is_there(run: Run) -> None:
    built_in = FIXTURES.parent / "reference_providers" / "memory_volatile"
    result = run(
        f"--provider={built_in}", "--provider-releases=llama-stack==0.7.3", "--provider-select=PC1,PC9"
    )
    result.stdout.fnmatch_lines(
        [
            "reference_memory_volatile does not fit llama-stack 0.7.3",
            "reference_memory_volatile on builtin *: partial: 16 of * checks, 0 failed; no verdict",
        ]
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ogx==9", "*no known release fits `ogx==9`; known are llama-stack 0.0.42*"),
        ("newest", "*there is no stack `newest`*write `all`*"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, text: str, message: str) -> None:
    result = run(EVALS, f"--provider-releases={text}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --provider-releases: {message}"])


def test_it_does_nothing_without_a_provider(run: Run) -> None:
    result = run("--provider-releases=all")
    result.stderr.fnmatch_lines(["ERROR: --provider-releases does nothing without --provider"])


def test_a_provider_below_the_current_folder_is_shown_from_there(run: Run, pytester: pytest.Pytester) -> None:
    package = Path(pytester.path, "mine")
    package.mkdir()
    for file in (FIXTURES / "releases" / NAME).glob("*.py"):
        (package / file.name).write_text(file.read_text().replace(NAME, "mine"))
    result = run("--provider=mine", "--provider-releases=ogx==1.5.0")
    result.stdout.fnmatch_lines(["mine/provider.py:6: error PC901 *", "  ogx 1.5.0 has no `Api.eval`"])
