"""What hypothesis draws for us depends on us alone, and leaves nothing in the author's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

hypothesis_configuration = pytest.importorskip("hypothesis.configuration")

from provider_conformance.strategies.apart import apart  # noqa: E402 - without hypothesis there is nothing to test

DRAWS = """
import sys
sys.path.insert(0, ".")
{also}
from hypothesis import strategies as st
from provider_conformance.strategies.search import drawn
print(drawn(st.lists(st.text() | st.integers()), examples=300))
"""


def drawn_in(folder: Path, also: str = "") -> str:
    """What is drawn by a run in ``folder``."""
    # It asks for no pytest: hypothesis' own plugin for it has a say in what counts as local.
    done = subprocess.run(
        [sys.executable, "-c", DRAWS.format(also=also)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_what_else_is_loaded_makes_no_difference(tmp_path: Path) -> None:
    (tmp_path / "local_module.py").write_text("NAMES = 'peculiar', 'foo-bar', 'zzz', 123456\n")
    assert drawn_in(tmp_path, "import local_module") == drawn_in(tmp_path)


def test_nothing_is_left_in_the_folder_of_the_run(tmp_path: Path) -> None:
    drawn_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_authors_own_folder_comes_back(tmp_path: Path) -> None:
    hypothesis_configuration.set_hypothesis_home_dir(tmp_path)
    try:
        with apart():
            pass
        inside = hypothesis_configuration.storage_directory("x")
        assert getattr(inside, "path", inside) == tmp_path / "x"  # the oldest releases give the path itself
    finally:
        hypothesis_configuration.set_hypothesis_home_dir(None)


def test_the_authors_constants_come_back() -> None:
    providers = pytest.importorskip("hypothesis.internal.conjecture.providers")
    before = vars(providers).get("_get_local_constants")
    with apart():
        pass
    assert vars(providers).get("_get_local_constants") is before
