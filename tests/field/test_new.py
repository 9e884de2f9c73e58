"""What ``new`` writes for ogx, tried on ogx."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.__main__ import main
from support.field import only
from support.written import run_own_tests, type_check

pytestmark = only("stack-ogx150")


@pytest.mark.parametrize("kind", ["inline", "remote"])
@pytest.mark.parametrize("api", ["inference", "vector_io", "files", "tool_runtime"])
def test_it_starts_passes_its_tests_and_a_strict_type_checker(api: str, kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    assert main(["new", "my_pkg", "--stack=ogx==1.5.0", f"--api={api}", f"--{kind}", f"--into={folder}"]) == 0
    assert "my_pkg on ogx 1.5.0: incomplete, level 3 of 5 (starts)" in run_own_tests(folder)
    assert type_check(folder) == ""
