"""Every Python block that a document shows runs as it stands there, and prints what the document says."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest

from provider_conformance.testing import run_on_stack
from support.field import ENVIRONMENT
from support.reader import MyClient, write_package

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(
    r"^ *```python\n(?P<code>.*?)^ *```$(?:\n\n```\n(?P<printed>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
NEEDS_OGX = re.compile(r'ogx_api|"installed"')


class Block(NamedTuple):
    """A block of a document, and what it is said to print."""

    place: str
    code: str
    printed: str | None


def blocks() -> Iterator[Block]:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            place = f"{document.relative_to(ROOT)}:{line}"
            yield Block(place, textwrap.dedent(found["code"]), found["printed"])


class Store(Protocol):
    """The protocol of a reader of docs/guide.md."""

    def save(self, name: str) -> None: ...


class MemoryStore:
    """What keeps it."""

    def save(self, name: str) -> None:
        """Save nothing."""


@pytest.fixture
def names(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a document takes for granted: the reader's own names, and ``my_pkg`` in the working folder."""
    write_package(tmp_path, sound=block.place.startswith("docs/testing.md"))
    Path(tmp_path, "my_pkg", "adapter.py").write_text("class MyAdapter: ...\n", encoding="utf-8")
    for module in [name for name in sys.modules if name.split(".")[0] == "my_pkg"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    inference = importlib.import_module("my_pkg.inference")
    known = {
        "MyClient": MyClient,
        "MyInference": inference.ReferenceInference,
        "MemoryStore": MemoryStore,
        "Store": Store,
        "my_pkg": importlib.import_module("my_pkg.adapter") and sys.modules["my_pkg"],
    }
    if ENVIRONMENT.startswith("stack-ogx"):
        known["ogx_api"] = importlib.import_module("ogx_api.files.api") and sys.modules["ogx_api"]
    return known


@pytest.mark.parametrize("block", list(blocks()), ids=lambda block: block.place)
def test_it_runs_and_prints_what_it_says(block: Block, names: dict[str, Any], tmp_path: Path) -> None:
    needs_ogx = NEEDS_OGX.search(block.code) is not None
    if needs_ogx is not ENVIRONMENT.startswith("stack-ogx"):
        pytest.skip("belongs to stack-ogx*" if needs_ogx else "seen where no stack is installed")
    file = tmp_path / "block.py"
    file.write_text(block.code, encoding="utf-8")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.code, str(file), "exec", dont_inherit=True), names)  # noqa: S102 - our own documents
        for test in [value for name, value in names.items() if name.startswith("test_")]:
            for given in _arguments(test):
                with contextlib.suppress(pytest.skip.Exception):
                    test(**given)
    if block.printed is not None:
        assert printed.getvalue() == block.printed


def _arguments(test: Any) -> list[dict[str, Any]]:
    """What pytest would give a test: the parameters of its mark, or the fixture that it asks for."""
    for mark in getattr(test, "pytestmark", ()):
        return [{mark.args[0]: parameter.values[0]} for parameter in mark.args[1]]
    fixtures = {"provider_on_stack": run_on_stack}
    return [{name: fixtures[name] for name in inspect.signature(test).parameters}]
