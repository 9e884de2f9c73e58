"""What the tests of the built-in stack share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.workshop import Workshop


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    """Provider types that live as long as the test."""
    made = Workshop()
    yield made
    made.close()
