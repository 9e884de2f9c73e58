from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support import fake_stack

Run = Callable[..., pytest.RunResult]


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small known providers, and none of the environment that a CI job brings."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "PROVIDER_CONFORMANCE_PROVIDER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    with fake_stack.replaced():
        yield


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest in this process, in a fresh folder."""
    return pytester.runpytest_inprocess
