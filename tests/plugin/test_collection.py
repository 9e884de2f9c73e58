"""Checks beside the author's own tests: collection, selection, and other plugins' options."""

from __future__ import annotations

import pytest

from support.running import Run, outcomes, read_json


@pytest.fixture
def own_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(): pass\ndef test_other(): pass")


@pytest.mark.usefixtures("own_tests")
def test_the_authors_own_tests_still_run(run: Run) -> None:
    run("--provider=good").assert_outcomes(passed=12)


@pytest.mark.usefixtures("own_tests")
def test_the_marker_selects_checks(run: Run) -> None:
    run("--provider=good", "-m", "conformance", "--strict-markers").assert_outcomes(passed=10, deselected=2)


@pytest.mark.usefixtures("own_tests")
def test_the_marker_deselects_checks(run: Run) -> None:
    run("--provider=good", "-m", "not conformance").assert_outcomes(passed=2, deselected=10)


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("PC2", 7),
        ("PC2xx", 7),
        ("PC201", 4),
        ("safety", 3),
        ("inference and complete", 3),
        ("importable", 1),
        ("warning", 3),
        ("good", 10),
    ],
)
def test_keywords_select_checks(run: Run, expression: str, count: int) -> None:
    run("--provider=good", "-k", expression).assert_outcomes(passed=count, deselected=10 - count)


def test_deselect_takes_an_id(run: Run) -> None:
    run("--provider=bad", "--deselect=bad::inference::PC201[remote::foo.chat]").assert_outcomes(
        passed=9, deselected=1
    )


def test_last_failed_runs_the_failing_check_alone(run: Run) -> None:
    run("--provider=bad")
    run("--provider=bad", "--lf").assert_outcomes(failed=1, deselected=9)


def test_failed_first_runs_the_failing_check_first(run: Run) -> None:
    run("--provider=bad")
    output = run("--provider=bad", "--ff", "-v").stdout
    output.fnmatch_lines(["*PC201[[]remote::foo.chat] FAILED*", "*PC101 PASSED*"])


@pytest.mark.usefixtures("own_tests")
def test_collect_only_shows_the_tree(run: Run) -> None:
    result = run("--provider=good", "--collect-only")
    result.stdout.fnmatch_lines(
        [
            "*<Function test_own>",
            "*<Provider good>",
            "*<Check PC101>",
            "*<Api inference>",
            "*<Check PC110[[]remote::foo]>",
            "*<Check PC201[[]remote::foo.chat]>",
            "*<Api safety>",
        ]
    )
    assert result.ret == pytest.ExitCode.OK


def test_collect_only_judges_nothing(run: Run, pytester: pytest.Pytester) -> None:
    output = run("--provider=bad", "--collect-only", "--provider-report=json:report.json").stdout.str()
    assert "conform" not in output.partition("collected")[2].replace("provider conformance", "")
    assert not (pytester.path / "report.json").exists()


def test_a_run_without_the_cache_plugin_works(run: Run) -> None:
    run("--provider=good", "-p", "no:cacheprovider").assert_outcomes(passed=10)


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_what_a_stopped_run_left_out_is_counted_as_not_run(
    run: Run, pytester: pytest.Pytester, option: str
) -> None:
    result = run("--provider=bad", option, "--provider-report=json:report.json")
    result.stdout.fnmatch_lines(
        [
            "bad: 7 checks not judged: not run: stopping after 1 failures",
            "bad on fake 1.0: fails, level 1 of 5 (loads); 0 of 0 methods answered",
        ]
    )
    assert list(outcomes(read_json(pytester.path / "report.json")).values()).count("inconclusive") == 7


def test_checks_are_not_run_after_a_collection_error_of_the_authors_tests(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_own="import no_such_module")
    result = run("--provider=good")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "good: 10 checks not judged: not run: *",
            "good on fake 1.0: broken: 10 checks not judged to the end",
        ]
    )


def test_autouse_fixtures_of_the_author_stay_out(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest
        @pytest.fixture(autouse=True)
        def start_a_server():
            raise RuntimeError("no server here")
        @pytest.fixture(autouse=True, scope="session")
        def start_a_database():
            raise RuntimeError("no database here")
        """
    )
    run("--provider=good").assert_outcomes(passed=10)


def test_warning_filters_of_the_author_do_not_reach_the_checks(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error")
    run("--provider=good").assert_outcomes(passed=10)


@pytest.mark.parametrize(
    "arguments", [["--provider=good", "--provider=bad"], ["--provider", "good", "--provider", "bad"]]
)
def test_two_providers_have_their_own_items_and_verdicts(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    result.assert_outcomes(passed=19, failed=1)
    result.stdout.fnmatch_lines(
        [
            "good on fake 1.0: incomplete, level 2 of 5 (fits); *",
            "bad on fake 1.0: fails, level 1 of 5 (loads); *",
            "2 providers (4 specs) on fake 1.0: fails, level 1 of 5 (loads); 0 of 0 methods answered",
        ]
    )


def test_a_provider_named_twice_is_checked_once(run: Run) -> None:
    run("--provider=good", "--provider=good").assert_outcomes(passed=10)


def test_a_folder_named_like_the_providers_value_is_no_test_path(run: Run, pytester: pytest.Pytester) -> None:
    pytester.mkpydir("good").joinpath("conftest.py").write_text("raise RuntimeError('not a test folder')")
    pytester.mkdir("tests").joinpath("test_own.py").write_text("def test_own(): pass")
    run("--provider", "good", "tests").assert_outcomes(passed=11)


@pytest.mark.usefixtures("own_tests")
def test_a_test_file_as_argument_runs_beside_the_checks(run: Run) -> None:
    run("--provider=good", "test_own.py::test_own").assert_outcomes(passed=11)


def test_setup_only_judges_nothing(run: Run) -> None:
    result = run("--provider=good", "--setup-only")
    assert result.ret == pytest.ExitCode.OK
    assert "not judged" not in result.stdout.str()
