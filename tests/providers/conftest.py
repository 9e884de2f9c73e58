from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provider_conformance.providers import staging
from provider_conformance.providers.locate import load_provider
from provider_conformance.providers.model import Provider
from support.packages import FIXTURES, package

Make = Callable[..., Provider]
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
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
