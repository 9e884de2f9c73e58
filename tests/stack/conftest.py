"""What the tests of the built-in stack share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.workshop import Workshop

REFERENCE_PROVIDERS = Path(__file__).parents[2] / "reference_providers"
FOLDERS = [str(found.parent) for found in sorted(REFERENCE_PROVIDERS.glob("*/pyproject.toml"))]
sys.path[:0] = [folder for folder in FOLDERS if folder not in sys.path]


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    """Provider types that live as long as the test."""
    made = Workshop()
    yield made
    made.close()
