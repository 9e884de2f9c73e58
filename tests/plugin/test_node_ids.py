"""Node ids of checks as arguments of the command line."""

from __future__ import annotations

import pytest

from support.running import Run


@pytest.fixture(autouse=True)
def _own_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("good::inference::PC201[remote::foo.chat]", 1),
        ("good::inference::PC110[remote::foo]", 1),
        ("good::PC101", 1),
        ("good::inference::PC201", 3),
        ("good::inference", 6),
        ("good::safety", 3),
        ("good", 10),
    ],
)
def test_an_id_or_the_beginning_of_one_runs_those_checks_alone(run: Run, address: str, count: int) -> None:
    result = run("--provider=good", "--provider=bad", address)
    result.assert_outcomes(passed=count)
    assert result.ret == pytest.ExitCode.OK


def test_several_ids_add_up(run: Run) -> None:
    run("--provider=good", "good::PC101", "good::safety").assert_outcomes(passed=4)


def test_an_authors_test_runs_beside_an_id_where_it_is_named_too(run: Run) -> None:
    run("--provider=good", "good::PC101", "test_own.py").assert_outcomes(passed=2)


def test_an_id_as_shown_from_a_subfolder_is_understood(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]")
    monkeypatch.chdir(pytester.mkdir("inner"))
    shown = "../bad::inference::PC201[remote::foo.chat]"
    run("--provider=bad", "-rf").stdout.fnmatch_lines([f"FAILED {shown.replace('[', '[[]')} - *"])
    run("--provider=bad", shown).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("good::inference::PC201[remote::foo.chatt]", "good::inference::PC201[[]remote::foo.chat]"),
        ("good::inferense", "good::inference"),
        ("good::PC102", "good::PC101"),
    ],
)
def test_an_unknown_id_is_a_usage_error_that_offers_near_ones(run: Run, address: str, near: str) -> None:
    result = run("--provider=good", address)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: no check is called *; did you mean {near}*"])


def test_an_id_that_another_option_leaves_out_is_a_usage_error_that_says_so(run: Run) -> None:
    result = run("--provider=good", "--provider-ignore=PC101", "good::PC101")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: good::PC101 is left out by --provider-select or --provider-ignore"])


def test_an_id_of_a_provider_that_cannot_be_loaded_shows_why(run: Run) -> None:
    result = run("--provider=broken", "broken::inference::PC201[remote::foo.chat]")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["broken.py:1: error PC101 *", "  needs numpy, which is not installed"])


def test_a_bare_name_that_is_a_folder_too_stands_for_both(run: Run, pytester: pytest.Pytester) -> None:
    pytester.mkdir("good").joinpath("test_inner.py").write_text("def test_inner(): pass")
    run("--provider=good", "--provider=bad", "good").assert_outcomes(passed=11)


def test_a_path_that_does_not_exist_is_still_pytests_usage_error(run: Run) -> None:
    result = run("--provider=good", "nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: file or directory not found: nowhere"])
