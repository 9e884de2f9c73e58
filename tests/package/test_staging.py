"""Two packages of one name, from two folders, in one process."""

from __future__ import annotations

import sys
from pathlib import Path

from provider_conformance.package import staging
from provider_conformance.providers.locate import load_provider
from support.packages import implementation_of, package

GUARD = """
from fixture_parts import ConformingSafety

async def get_provider_impl(config, deps):
    from namesake.guard import Guard
    return Guard(config)
"""
CLASS = """
from fixture_parts import ConformingSafety

class Guard(ConformingSafety):
    place = {place!r}
"""


def _write(folder: Path) -> Path:
    return package(folder, "namesake", GUARD, guard=CLASS.format(place=folder.name))


def test_each_provider_keeps_its_own_modules_although_they_import_late(tmp_path: Path) -> None:
    first = load_provider(str(_write(tmp_path / "first")), root=tmp_path)
    second = load_provider(str(_write(tmp_path / "second")), root=tmp_path)
    places = [vars(implementation_of(provider).cls)["place"] for provider in (first, second, first)]
    assert places == ["first", "second", "first"]


def test_staging_again_imports_nothing_anew(tmp_path: Path) -> None:
    provider = load_provider(str(_write(tmp_path / "third")), root=tmp_path)
    module = sys.modules["namesake"]
    assert provider.folder is not None
    staging.stage(provider.folder, "namesake")
    assert sys.modules["namesake"] is module


def test_a_staged_folder_comes_first_and_goes_again(tmp_path: Path) -> None:
    staging.stage(tmp_path, "nothing_there")
    assert sys.path[0] == str(tmp_path)
    staging.unstage()
    assert str(tmp_path) not in sys.path
