"""Types that a stack's protocols take from packages of others: of these mypy reads what it needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_conformance import check_typing
from provider_conformance.types.imports import modules_of_types
from provider_conformance.types.mypy_runner import HEAVY
from support.packages import write

OTHERS = "vllm"
PACKAGE = "typing_borrows"
FILES = {
    f"{OTHERS}/__init__.py": "from .engine import Engine",
    f"{OTHERS}/engine.py": "class Engine: ...",
    f"{OTHERS}/types/__init__.py": "from .batch import Batch as Batch",
    f"{OTHERS}/types/base.py": "class Model: ...",
    f"{OTHERS}/types/batch.py": """
        from .base import Model

        class Batch(Model):
            id: str = ""
    """,
    f"{PACKAGE}/__init__.py": "",
    f"{PACKAGE}/models.py": f"from {OTHERS}.types import Batch as BatchObject",
    f"{PACKAGE}/promised.py": """
        from typing import Protocol
        from .models import BatchObject

        class Batches(Protocol):
            async def create(self, name: str) -> BatchObject: ...
            async def several(self, names: list[str]) -> dict[str, BatchObject | None]: ...
    """,
    f"{PACKAGE}/plain.py": """
        from typing import Protocol

        class Greets(Protocol):
            async def greet(self, name: str) -> str: ...
    """,
    f"{PACKAGE}/given.py": f"""
        from {OTHERS}.types import Batch
        from .models import BatchObject

        class Larger(Batch): ...

        class Right:
            async def create(self, name: str) -> Larger:
                return Larger()

            async def several(self, names: list[str]) -> dict[str, BatchObject | None]:
                return {{}}

        class Wrong:
            async def create(self, name: str) -> dict[str, str]:
                return {{}}

            async def several(self, names: list[str]) -> dict[str, BatchObject | None]:
                return {{}}
    """,
}


@pytest.fixture
def promised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module with a protocol whose models come from a package that is not read as a whole."""
    assert OTHERS in HEAVY
    write(tmp_path, FILES)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield f"{PACKAGE}.promised"
    for name in [name for name in sys.modules if name.partition(".")[0] in (OTHERS, PACKAGE)]:
        del sys.modules[name]


def test_the_way_of_a_type_is_read_and_nothing_else(promised: str) -> None:
    protocol = importlib.import_module(promised).Batches
    expected = {OTHERS, f"{OTHERS}.types", f"{OTHERS}.types.batch", f"{OTHERS}.types.base"}
    assert modules_of_types(protocol, frozenset(HEAVY)) == expected


def test_a_protocol_with_types_of_its_own_needs_nothing(promised: str) -> None:
    plain = importlib.import_module(f"{PACKAGE}.plain").Greets
    assert modules_of_types(plain, frozenset(HEAVY)) == frozenset()


def test_a_package_that_is_read_anyhow_is_not_listed(promised: str) -> None:
    protocol = importlib.import_module(promised).Batches
    assert modules_of_types(protocol, frozenset(HEAVY) - {OTHERS}) == frozenset()


def test_a_result_that_is_no_model_of_the_other_package_is_found(promised: str) -> None:
    right, wrong = ((f"{PACKAGE}.given:{name}", f"{promised}:Batches") for name in ("Right", "Wrong"))
    found = check_typing([right, wrong])
    assert found[right] == []
    (finding,) = found[wrong]
    assert (finding.code, finding.method) == ("PC402", "create")
    assert "`Batch`" in finding.message
