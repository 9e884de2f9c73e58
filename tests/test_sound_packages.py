"""The packages that one rule must leave alone are left alone by all of them, in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.judging import judged_in_a_process
from support.packages import FIXTURES

pytestmark = pytest.mark.thorough

PACKAGES = FIXTURES / "packages"
SOUND = sorted(path.name for path in PACKAGES.glob("*_ok_*"))
MEANT: set[tuple[str, str]] = {("pc115_ok_once", "PC503")}
"""Sound for the rule that they are for, and not for another: one object for two entries of a run config."""


def test_no_rule_finds_an_error(tmp_path: Path) -> None:
    assert len(SOUND) > 50
    names = [str(PACKAGES / name) for name in SOUND]
    options = ("--provider-stack=builtin", "--provider-ignore=PC4")
    run = judged_in_a_process(tmp_path, *names, options=options, paths=[PACKAGES])
    errors = {(f["provider"], f["code"]) for f in run.report["findings"] if f["severity"] == "error"}
    assert errors == MEANT, run.output
