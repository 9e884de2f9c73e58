from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.findings import Finding, Severity
from provider_conformance.rules.model import Rule, Scope, rule

TOOL: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "rule_pages.py"))


@rule("PC299", "an-example", scope=Scope.PUBLIC, severity=Severity.WARNING)
def example() -> Iterator[Finding]:
    """Check that a | b holds.

    What it does:
        Looks: closely.

    Example:
        ```python
        Note:
            kept
        ```
    """
    yield from ()


@pytest.fixture
def page() -> str:
    return str(TOOL["page"](example))


def test_a_page_begins_with_code_and_name(page: str) -> None:
    assert page.startswith("# PC299: an-example\n\nCheck that a | b holds.\n\nSeverity: **warning**")


def test_a_heading_of_the_docstring_becomes_one_of_the_page(page: str) -> None:
    assert "\n## What it does\n\nLooks: closely.\n" in page


def test_code_keeps_its_indentation(page: str) -> None:
    assert "```python\nNote:\n    kept\n```" in page


def test_the_index_links_each_page_in_one_row() -> None:
    row = "| [PC299](PC299.md) | an-example | warning | Check that a \\| b holds. |"
    assert row in TOOL["index"]([example]).splitlines()


def test_pages_that_are_current_are_not_stale(tmp_path: Path) -> None:
    wanted = TOOL["pages"]([example])
    TOOL["write"](wanted, tmp_path)
    assert TOOL["stale"](wanted, tmp_path) == []


def test_a_changed_a_missing_and_a_left_over_page_are_stale(tmp_path: Path) -> None:
    wanted = TOOL["pages"]([example, Rule("PC298", "other", Severity.ERROR, Scope.PUBLIC, example.check)])
    TOOL["write"](wanted, tmp_path)
    (tmp_path / "PC298.md").unlink()
    (tmp_path / "PC299.md").write_text("old")
    (tmp_path / "PC297.md").write_text("gone")
    assert TOOL["stale"](wanted, tmp_path) == ["PC297.md", "PC298.md", "PC299.md"]


def test_writing_removes_the_page_of_a_rule_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "PC297.md").write_text("gone")
    TOOL["write"](TOOL["pages"]([example]), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["PC299.md", "README.md"]


def test_the_pages_of_the_repository_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert TOOL["main"](["--check"]) == 0, capsys.readouterr().err
