"""Tokenizer tables: from a cache, an installed package or a small stand-in; nothing stays behind."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from provider_conformance.hosts import fetched
from provider_conformance.sandbox.limits import DEFAULT, limited

URL = "https://tables.example/cl100k_base"


class Tables(ModuleType):
    """Stands for tiktoken's module: it says from where it loads."""

    @staticmethod
    def load_tiktoken_bpe(path: str, _expected_hash: str | None = None) -> dict[bytes, int]:
        folder = fetched.os.environ.get("TIKTOKEN_CACHE_DIR")
        raise ConnectionError(f"nobody answers at {path}; the cache is {folder}")


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Tables that only a network gives; two encodings are known before."""
    module, registry = Tables("tiktoken_ext.openai_public"), ModuleType("tiktoken.registry")
    registry.ENCODINGS = {"known": 1}  # type: ignore[attr-defined] - a module of ours
    monkeypatch.setitem(sys.modules, "tiktoken.registry", registry)
    monkeypatch.setattr(fetched, "_tables", lambda: module)
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    return module


def test_where_no_table_is_to_be_had_each_byte_is_a_token(tables: Any) -> None:
    with fetched.stood_in():
        table = tables.load_tiktoken_bpe(URL, "hash")
    assert (len(table), table[b"a"]) == (256, 97)


@pytest.mark.parametrize("variable", ["TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"])
def test_a_table_in_the_cache_is_read_from_there(
    tables: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    (tmp_path / hashlib.sha1(URL.encode(), usedforsecurity=False).hexdigest()).touch()
    with fetched.stood_in(), pytest.raises(ConnectionError, match=f"the cache is {tmp_path}"):
        tables.load_tiktoken_bpe(URL)


def test_the_variable_is_as_before_once_a_table_is_read(
    tables: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched, "_folders", lambda: iter([tmp_path]))
    (tmp_path / hashlib.sha1(URL.encode(), usedforsecurity=False).hexdigest()).touch()
    with fetched.stood_in(), pytest.raises(ConnectionError):
        tables.load_tiktoken_bpe(URL)
    assert "TIKTOKEN_CACHE_DIR" not in fetched.os.environ


def test_afterwards_tables_are_loaded_as_ever_and_no_encoding_is_left(tables: Any) -> None:
    encodings = sys.modules["tiktoken.registry"].ENCODINGS
    with fetched.stood_in():
        encodings["made here"] = 2
    assert encodings == {"known": 1}
    with pytest.raises(ConnectionError):
        tables.load_tiktoken_bpe(URL)


def test_a_run_with_a_network_fetches_the_real_one(tables: Any) -> None:
    with limited(replace(DEFAULT, network=True)), fetched.stood_in(), pytest.raises(ConnectionError):
        tables.load_tiktoken_bpe(URL)
