"""``--provider-stack-rules`` judges the stack itself, with or without a provider."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

BUILTIN = ("--provider-stack=builtin", "--provider-stack-rules", "-p", "no:cacheprovider")


def test_a_check_per_rule_under_the_name_of_the_stack(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(*BUILTIN, "--collect-only", "-q")
    ids = [line for line in result.outlines if line.startswith("builtin::")]
    assert ids == [f"builtin::PC55{number}" for number in range(1, 10)]


def test_the_builtin_stack_passes(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(*BUILTIN, "--provider-select=PC553,PC555")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["*builtin (the stack itself) on builtin*2 checks", "builtin * itself: partial; 2 of 9 checks"]
    )


def test_an_id_works_as_an_argument(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(*BUILTIN, "builtin::PC552")
    result.assert_outcomes(passed=1)


def test_a_stack_that_is_not_installed_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--provider-stack=ogx", "--provider-stack-rules")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
