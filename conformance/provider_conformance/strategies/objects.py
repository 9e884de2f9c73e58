"""What a provider registers: models, shields and memory banks, under identifiers of any text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from hypothesis import strategies as st
from pydantic import BaseModel

from provider_conformance.hosts.registrable import named
from provider_conformance.stack.apis.memory_banks import (
    GraphMemoryBankDef,
    KeyValueMemoryBankDef,
    KeywordMemoryBankDef,
    MemoryBankDef,
    VectorMemoryBankDef,
)
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.stack.apis.shields import ShieldDef, ShieldDefWithProvider, ShieldType

__all__ = ["identifiers", "memory_banks", "models", "objects", "of_kinds", "renamed", "shields"]

Object = TypeVar("Object", bound=BaseModel)

_NAMES: Final = ("Llama3.1-8B-Instruct", "meta-llama/Llama-3.1-8B", "a:b", "a b", "ä", "model.v1", "../x")


def identifiers(*, max_size: int = 20) -> st.SearchStrategy[str]:
    """Identifiers: names as people give them, and any other text that is not empty.

    Args:
        max_size: The most characters of one that is not from the list of usual names.
    """
    return st.one_of(st.text(min_size=1, max_size=max_size), st.sampled_from(_NAMES))


def models(
    *,
    names: st.SearchStrategy[str] | None = None,
    llama_model: st.SearchStrategy[str] | None = None,
    provider_id: st.SearchStrategy[str] | None = None,
) -> st.SearchStrategy[ModelDef]:
    """Models.

    Args:
        names: Their identifiers; any unless told.
        llama_model: The core models behind them; any text unless told.
        provider_id: With it the models name the provider that serves them.
    """
    fields = {
        "identifier": identifiers() if names is None else names,
        "llama_model": identifiers() if llama_model is None else llama_model,
        "metadata": _details(),
    }
    if provider_id is None:
        return st.builds(ModelDef, **fields)
    return st.builds(ModelDefWithProvider, provider_id=provider_id, **fields)


def shields(
    *,
    names: st.SearchStrategy[str] | None = None,
    types: st.SearchStrategy[str] | None = None,
    provider_id: st.SearchStrategy[str] | None = None,
) -> st.SearchStrategy[ShieldDef]:
    """Shields.

    Args:
        names: Their identifiers; any unless told.
        types: Their types; the well-known ones unless told.
        provider_id: With it the shields name the provider that runs them.
    """
    fields = {
        "identifier": identifiers() if names is None else names,
        "type": st.sampled_from([kind.value for kind in ShieldType]) if types is None else types,
        "params": _details(),
    }
    if provider_id is None:
        return st.builds(ShieldDef, **fields)
    return st.builds(ShieldDefWithProvider, provider_id=provider_id, **fields)


def memory_banks(
    *, names: st.SearchStrategy[str] | None = None, provider_id: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[MemoryBankDef]:
    """Memory banks of all four types.

    Args:
        names: Their identifiers; any unless told.
        provider_id: The providers that keep them; empty unless told.
    """
    common = {
        "identifier": identifiers() if names is None else names,
        "provider_id": st.just("") if provider_id is None else provider_id,
    }
    vector = st.builds(
        VectorMemoryBankDef,
        embedding_model=identifiers(),
        chunk_size_in_tokens=st.integers(1, 4096),
        overlap_size_in_tokens=st.none() | st.integers(0, 64),
        **common,
    )
    plain = (KeywordMemoryBankDef, KeyValueMemoryBankDef, GraphMemoryBankDef)
    return st.one_of(*(st.builds(kind, **common) for kind in plain), vector)


def objects(api: str, **options: Any) -> st.SearchStrategy[Any]:
    """What providers of a routed API register.

    Args:
        api: "inference", "safety" or "memory".
        **options: Handed on to :func:`models`, :func:`shields` or :func:`memory_banks`.

    Raises:
        KeyError: The API is none of these.
    """
    kinds: dict[str, Callable[..., st.SearchStrategy[Any]]] = {
        "inference": models,
        "safety": shields,
        "memory": memory_banks,
    }
    return kinds[api](**options)


def renamed(template: Object, *, names: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Object]:
    """Copies of an object that a provider is known to accept, under other identifiers."""
    chosen = identifiers() if names is None else names
    return chosen.map(lambda name: template.model_copy(update={"identifier": name}, deep=True))


def of_kinds(
    kinds: Sequence[type[Object]], *, names: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[Object]:
    """Objects of an installed stack's classes, with no more than these require.

    Args:
        kinds: The classes.
        names: Their identifiers; any unless told.
    """
    chosen = identifiers() if names is None else names
    return st.builds(named, st.sampled_from(list(kinds)), chosen)


def _details() -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers(), max_size=2)
