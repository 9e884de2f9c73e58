"""What becomes of a check in pytest's eyes: outcome, words, exit status."""

from __future__ import annotations

import pytest

from support.running import Run

CHAT = "bad::inference::PC201[[]remote::foo.chat]"
AS_FAR_AS_HERE = "level 2 of 5 (fits); 0 of 0 methods answered"
"""The fake rules prove no start and call nothing."""


def test_an_empty_folder_passes_with_a_conforming_provider(run: Run) -> None:
    result = run("--provider=good")
    result.assert_outcomes(passed=10)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines([f"good on fake 1.0: incomplete, {AS_FAR_AS_HERE}"])


def test_a_finding_fails_its_item_alone(run: Run) -> None:
    result = run("--provider=bad")
    result.assert_outcomes(passed=9, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.no_fnmatch_line("FAILED *")


def test_a_finding_is_in_pytests_own_summary_where_that_is_asked_for(run: Run) -> None:
    run("--provider=bad", "-rf").stdout.fnmatch_lines([f"FAILED {CHAT} - chat is missing"])


def test_an_authors_own_failure_stays_in_pytests_summary(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(): assert False")
    result = run("--provider=bad", "test_own.py")
    result.assert_outcomes(failed=2, passed=9)
    result.stdout.fnmatch_lines(["FAILED test_own.py::test_own - *"])
    assert "FAILED bad::" not in result.stdout.str()


def test_a_finding_is_told_with_place_reason_and_remedy(run: Run) -> None:
    run("--provider=bad").stdout.fnmatch_lines(
        [
            "foo/adapter.py:12: error PC201 method-missing",
            "  chat is missing",
            "  why    the router calls chat",
            "  fix    add chat",
            f'  again  pytest --provider=bad "{CHAT}"',
            "",
            "spec                   level    answered  passed  failed  warn  not seen",
            "inference remote::foo  1 loads    0 of 0       5       1     -         -",
            "safety inline::bar     2 fits     0 of 0       3       -     -         -",
            "",
            "pages: pytest --provider-explain PC201",
            "bad on fake 1.0: fails, level 1 of 5 (loads); 0 of 0 methods answered",
        ],
        consecutive=True,
    )


def test_no_traceback_of_the_tool_is_shown_for_a_finding(run: Run) -> None:
    output = run("--provider=bad").stdout.str()
    assert "Traceback" not in output
    assert "items.py" not in output


def test_a_finding_is_told_once(run: Run) -> None:
    output = run("--provider=bad").stdout.str()
    assert output.count("the router calls chat") == 1


def test_a_warning_alone_passes(run: Run) -> None:
    result = run("--provider=warned", "-v")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "*PC207[[]remote::foo.complete] PASSED WITH WARNINGS*",
            "spec                   level   answered  passed  failed  warn  not seen",
            "inference remote::foo  2 fits    0 of 0       6       -     1         -",
            f"warned on fake 1.0: incomplete, {AS_FAR_AS_HERE}",
        ]
    )


def test_a_warning_fails_in_a_strict_run(run: Run) -> None:
    result = run("--provider=warned", "--provider-strict")
    result.assert_outcomes(passed=9, failed=1)
    result.stdout.fnmatch_lines(["warned on fake 1.0: fails, level 1 of 5 (loads); *"])


def test_what_could_not_be_seen_has_a_category_of_its_own(run: Run) -> None:
    result = run("--provider=unseen", "-vv")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes() == {"passed": 6, "inconclusive": 4}
    result.stdout.fnmatch_lines(["*::PC201[[]remote::foo.chat] INCONCLUSIVE (inconclusive:*"])


def test_one_reason_for_many_inconclusive_checks_is_told_once(run: Run) -> None:
    output = run("--provider=unseen").stdout
    output.fnmatch_lines(
        [
            "inference remote::foo  2 fits    0 of 0       3       -     -         3",
            "safety inline::bar     2 fits    0 of 0       2       -     -         1",
            "",
            "not seen: the class could not be found",
            "    4 checks",
            "",
            f"unseen on fake 1.0: incomplete, {AS_FAR_AS_HERE}",
        ],
        consecutive=True,
    )
    assert output.str().count("the class could not be found") == 1


def test_what_could_not_be_seen_fails_in_a_strict_run(run: Run) -> None:
    result = run("--provider=unseen", "--provider-strict")
    result.assert_outcomes(passed=6, failed=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "not seen: the class could not be found",
            "    4 checks",
            f"unseen on fake 1.0: incomplete, {AS_FAR_AS_HERE} (strict)",
        ]
    )


def test_nothing_seen_at_all_is_not_called_conforming(run: Run) -> None:
    result = run("--provider=unseen", "--provider-select=PC201")
    result.stdout.fnmatch_lines(
        [
            "inference remote::foo  2 fits    0 of 0       -       -     -         3",
            "unseen on fake 1.0: partial: 4 of 10 checks, 0 failed; no verdict",
        ]
    )
    result.stdout.no_fnmatch_line("*conforms*")


def test_a_rule_that_does_not_apply_is_skipped_with_its_reason(run: Run) -> None:
    result = run("--provider=skipped", "-rs")
    result.assert_outcomes(passed=9, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1] foo/provider.py:3: no embedding models"])


def test_a_crash_of_a_rule_is_no_finding_and_no_pass(run: Run) -> None:
    result = run("--provider=crashing")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "crashing: 1 check not judged: internal error in the check, please report:",
            "*RuntimeError: a fault of the rule",
            "crashing on fake 1.0: broken: 1 check not judged to the end",
        ]
    )


def test_a_provider_that_cannot_be_loaded_is_one_failing_item_beside_the_others(run: Run) -> None:
    result = run("--provider=broken", "--provider=good")
    result.assert_outcomes(passed=10, failed=1)
    result.stdout.fnmatch_lines(
        [
            "provider conformance: broken (could not be loaded) on a stack that is not known, 1 check",
            "broken.py:1: error PC101 *",
            "  needs numpy, which is not installed",
            "broken: fails, level 0 of 5 (not loaded)",
            f"good on fake 1.0: incomplete, {AS_FAR_AS_HERE}",
            "2 providers (2 specs) on fake 1.0: fails, level 0 of 5 (not loaded)",
        ]
    )


def test_the_header_says_what_is_judged_by_what(run: Run) -> None:
    run("--provider=good").stdout.fnmatch_lines(
        ["provider conformance: good (2 specs) on fake 1.0, 10 checks"]
    )


@pytest.mark.parametrize(
    ("options", "shown", "hidden"),
    [
        (["-q"], "why    the router calls chat", "good ("),
        (["--tb=line"], "foo/adapter.py:12: error PC201 chat is missing", "the router"),
        (["--tb=no"], "bad on fake 1.0: fails, level 1 of 5 (loads)", "adapter.py:12"),
        (["-qq"], "bad on fake 1.0: fails, level 1 of 5 (loads)", "adapter.py:12"),
        (["-qq"], "bad on fake 1.0: fails", "not seen"),
    ],
)
def test_quieter_runs_tell_less(run: Run, options: list[str], shown: str, hidden: str) -> None:
    output = run("--provider=bad", *options).stdout.str()
    assert shown in output
    assert hidden not in output


def test_no_findings_are_told_where_no_summary_is_wanted(run: Run) -> None:
    result = run("--provider=bad", "--no-summary")
    result.assert_outcomes(passed=9, failed=1)
    assert "adapter.py:12" not in result.stdout.str()


def test_a_run_without_a_provider_says_nothing(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_own(): pass")
    output = run().stdout.str()
    assert "conformance:" not in output


def test_an_authors_expected_failure_is_a_known_one(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest
        def pytest_collection_modifyitems(items):
            for item in items:
                if "foo.chat" in item.nodeid:
                    item.add_marker(pytest.mark.xfail(reason="being built"))
        """
    )
    result = run("--provider=bad")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["bad: 1 check known: being built"])


def test_an_authors_skip_is_a_skip(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest
        def pytest_collection_modifyitems(items):
            for item in items:
                if "foo.chat" in item.nodeid:
                    item.add_marker(pytest.mark.skip(reason="being built"))
        """
    )
    result = run("--provider=bad")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=9, skipped=1)
    result.stdout.fnmatch_lines([f"bad on fake 1.0: incomplete, {AS_FAR_AS_HERE}"])
