"""The page about contracts, whose table is written from the facts."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "contract_facts.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contract_facts", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_releases_is_in_step_with_the_facts(tool: ModuleType) -> None:
    assert tool.main(["--check"]) == 0, "run: python tools/contract_facts.py --page"


def test_a_page_that_says_something_else_is_told(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "contracts.md"
    page.write_text(tool.PAGE.read_text(encoding="utf-8").replace("shutdown", "stop"))
    monkeypatch.setattr(tool, "PAGE", page)
    assert tool.main(["--check"]) == 1
    assert tool.main(["--page"]) == 0
    assert tool.main(["--check"]) == 0
