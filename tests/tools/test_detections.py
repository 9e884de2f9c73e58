from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

TOOL: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "detections.py"))
CASES = [
    TOOL["Case"]("here", ("PC201", "PC203"), ()),
    TOOL["Case"]("here", ("PC201",), ()),
    TOOL["Case"]("there", (), ("PC201",)),
    TOOL["Case"]("there", (), ("PC2",)),
]


def test_a_case_counts_for_all_that_is_found_in_it() -> None:
    rows = TOOL["table"](CASES).splitlines()
    assert "| [PC201](rules/PC201.md) | method-missing | 2 | 2 |" in rows
    assert "| [PC203](rules/PC203.md) | call-does-not-bind | 1 | 1 |" in rows


def test_a_rule_without_a_case_has_no_row() -> None:
    assert "PC202" not in TOOL["table"](CASES)


def test_origins_are_told_apart() -> None:
    assert TOOL["sources"](CASES).splitlines()[2:] == ["| here | 2 | 0 |", "| there | 0 | 2 |"]
