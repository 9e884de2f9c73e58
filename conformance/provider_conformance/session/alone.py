"""A plugin of pytest for a run that judges providers and nothing else: tests of the user's stay out.

``provider-conformance check`` loads it by name, for pytest-xdist's workers load such a plugin, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave every file out."""
    return True


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse a run in which there is nothing to judge: the suite's own plugin has started by now, or not."""
    if not session.config.pluginmanager.has_plugin("provider_conformance_checks"):
        raise pytest.UsageError(
            "there is nothing to check: name a provider, or write `provider` in [tool.provider-conformance] "
            "of pyproject.toml"
        )
