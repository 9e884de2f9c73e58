from __future__ import annotations

from collections.abc import Iterator

import pytest

from provider_conformance.session import start  # noqa: F401 - kept, or each inner run imports all of it anew
from support import fake_stack
from support.running import Run

_UNWANTED = ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "PROVIDER_CONFORMANCE_PROVIDER")
# Plugins that the inner runs have no use for, and that are imported anew in each of them.
_WITHOUT = "-p no:hypothesispytest -p no:anyio"


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small known providers, and none of the environment that a CI job brings."""
    for name in _UNWANTED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", _WITHOUT)
    with fake_stack.replaced():
        yield


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest in this process, in a fresh folder."""
    return pytester.runpytest_inprocess
