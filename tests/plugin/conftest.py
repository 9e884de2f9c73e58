from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import fake_stack
from support.running import Run

_UNWANTED = ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "PYTEST_ADDOPTS", "PROVIDER_CONFORMANCE_PROVIDER")


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small known providers, and none of the environment that a CI job brings."""
    for name in _UNWANTED:
        monkeypatch.delenv(name, raising=False)
    with fake_stack.replaced():
        yield


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest in this process, in a fresh folder."""
    return pytester.runpytest_inprocess
