"""No release of a stack ships `py.typed`: here mypy is shown to look at its protocols all the same."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from provider_conformance import check_typing, load_contract
from provider_conformance.types.checking import judge
from provider_conformance.types.model import Pair, path_of
from provider_conformance.types.mypy_runner import Setup

WRONG = """
class Wrong:
    async def register_model(self, model: int): ...
"""


def _inference(which: str) -> type:
    protocol = getattr(load_contract("installed").apis["inference"], which)
    assert protocol.live is not None
    found: type = protocol.live
    return found


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """A class whose one method does not take what the stack registers, and the protocol."""
    (tmp_path / "mistaken_provider.py").write_text(WRONG)
    monkeypatch.syspath_prepend(tmp_path)
    return "mistaken_provider:Wrong", path_of(_inference("private"))


def test_the_stack_says_nothing_of_its_types() -> None:
    package: Any = importlib.import_module(_inference("public").__module__.partition(".")[0])
    assert not any((Path(folder) / "py.typed").exists() for folder in package.__path__)


def test_the_canary_of_a_protocol_is_rejected() -> None:
    public = path_of(_inference("public"))
    assert judge([(public, public)])[public, public].verdict.reason == ""


def test_a_wrong_type_is_found(wrong: Pair) -> None:
    assert [finding.code for finding in check_typing([wrong])[wrong]] == ["PC401"]


def test_a_mypy_that_sees_no_types_judges_nothing(wrong: Pair) -> None:
    judged = judge([wrong], setup=Setup("blind", follow_untyped=False))[wrong]
    assert judged.verdict.reason
    assert judged.findings() == []
