"""Which of the tox environments with a real stack a field test belongs to."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase

import pytest

ENVIRONMENT = os.environ.get("FIELD_ENVIRONMENT", "")
"""The name of the tox environment that this run is in; empty where it brings no real stack."""


def only(*patterns: str) -> pytest.MarkDecorator:
    """Run a test in the environments whose name fits one of ``patterns``, skip it in the others."""
    fits = any(fnmatchcase(ENVIRONMENT, pattern) for pattern in patterns)
    return pytest.mark.skipif(not fits, reason=f"belongs to {' or '.join(patterns)}")
