from __future__ import annotations

import pytest

from provider_conformance.session import start  # noqa: F401 - kept, or each inner run imports all of it anew
from support.running import Run


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest in this process, in a fresh folder and with none of what a CI job brings."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "PROVIDER_CONFORMANCE_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:anyio")
    return pytester.runpytest_inprocess
