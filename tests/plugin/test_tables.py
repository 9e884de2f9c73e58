"""A run whose settings stand in pyproject.toml."""

from __future__ import annotations

import pytest

from support.running import Run

TABLE = "[tool.provider-conformance]\nprovider = ['good']\nselect = ['PC201']\n"


def test_pytest_reads_them(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "pyproject.toml").write_text(TABLE)
    run().assert_outcomes(passed=4)


def test_an_option_wins(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "pyproject.toml").write_text(TABLE)
    run("--provider-select=PC2").assert_outcomes(passed=7)


def test_the_same_key_in_pytests_own_file_is_refused(pytester: pytest.Pytester, run: Run) -> None:
    (pytester.path / "pyproject.toml").write_text(
        TABLE + "[tool.pytest.ini_options]\nprovider_select = ['PC2']\n"
    )
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*`provider_select` in *pyproject.toml and `select` of *are one setting*")
