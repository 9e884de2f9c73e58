"""Packages that a test writes and loads, and the parts of the fixture packages that can be imported."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provider_conformance.package import staging
from provider_conformance.package.model import Provider
from provider_conformance.providers.locate import load_provider
from support.packages import FIXTURES, package

Make = Callable[..., Provider]
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def fixture_paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The parts of the fixture packages are importable, and what a test stages is gone after it."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(FIXTURES / "packages")])
    yield
    staging.unstage()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a package of a fresh name from the source of its modules, and load it."""

    def make(init: str = "", **modules: str) -> Provider:
        name = f"made_{next(_numbers)}"
        texts = {module: text.replace("NAME", name) for module, text in modules.items()}
        folder = package(tmp_path, name, init.replace("NAME", name), **texts)
        return load_provider(str(folder), root=tmp_path)

    return make
