"""``provider-conformance check``: exit codes, and what goes to pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.__main__ import main
from support.packages import FIXTURES

GOOD, BAD = (
    str(FIXTURES / "packages" / "pc103_ok_subclass"),
    str(FIXTURES / "packages" / "pc101_missing_name"),
)


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a failing test of the user's."""
    for name in ("PROVIDER_CONFORMANCE_PROVIDER", "PYTEST_ADDOPTS", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "test_theirs.py").write_text("raise SystemExit('collected')")
    monkeypatch.chdir(tmp_path)


def test_a_sound_provider_is_0_and_no_test_of_the_users_is_run(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", GOOD, "--select=PC1"]) == 0
    out = capfd.readouterr().out
    assert "passed" in out
    assert "collected'" not in out


def test_a_defective_provider_is_1(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", BAD, "--provider-select=PC1"]) == 1
    assert "PC101" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing_of_this_name"], "names nothing that can be imported"),
        ([], "there is nothing to check: name a provider"),
        ([GOOD, "--select=PC1", "--", "-k", "nothing_of_this_name"], "deselected"),
    ],
)
def test_what_cannot_be_found_out_is_2(
    arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *arguments]) == 2
    both = capfd.readouterr()
    assert told in both.out + both.err
