"""Types and small helpers of the tests that run pytest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]


def read_json(path: Path) -> dict[str, Any]:
    """The report that a run has written."""
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return data


def outcomes(data: dict[str, Any]) -> dict[str, str]:
    """Maps each check's id to its outcome."""
    return {check["id"]: check["outcome"] for check in data["checks"]}
