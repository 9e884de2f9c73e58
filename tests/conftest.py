"""What all tests share."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

import pytest

# Kept: an inner run in this process would import it anew, and cryptography's core, which stays, takes no
# second one. Without the extra there is no proxy to make it for.
with suppress(ImportError):
    import trustme  # noqa: F401

pytest_plugins = "pytester"


def pytest_configure(config: pytest.Config) -> None:
    """Give each process that runs tests a cache of mypy's of its own: they make modules of the same names."""
    if "PROVIDER_CONFORMANCE_CACHE" not in os.environ or hasattr(config, "workerinput"):
        os.environ["PROVIDER_CONFORMANCE_CACHE"] = tempfile.mkdtemp(prefix="provider-conformance-")
