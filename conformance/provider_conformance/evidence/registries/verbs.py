"""The registry methods that an API's private protocol names, by what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provider_conformance.contracts.model import ApiContract


@dataclass(frozen=True, slots=True)
class Verbs:
    """The registry methods of an API's providers, by what they do; "" where the contract has none.

    ``stored``: the stack goes on with what ``register`` returns, and not with what it has handed over.
    """

    register: str
    listing: str = ""
    unregister: str = ""
    refresh: str = ""
    stored: bool = False


def verbs_of(api: ApiContract | None) -> Verbs | None:
    """The registry methods that an API's private protocol names, None where it has no `register_*`."""
    methods = api.private.methods if api is not None and api.private is not None else {}
    register = _one(methods, "register_")
    if not register:
        return None
    return Verbs(
        register,
        _one(methods, "list_"),
        _one(methods, "unregister_"),
        _one(methods, "should_refresh_"),
        stored=not methods[register].returns_none,
    )


def lists_again(api: ApiContract | None) -> bool:
    """Whether the stack asks a provider for its listing when something may have been registered with it.

    A table that asks only while it is initialized has it before that, and never again of the same instance.
    """
    verbs = verbs_of(api)
    calls = api.calls.get(verbs.listing, ()) if api is not None and verbs is not None else ()
    return any(call.caller.rpartition(".")[2] != "initialize" for call in calls)


def _one(methods: Mapping[str, Any], prefix: str) -> str:
    return next((name for name in methods if name.startswith(prefix)), "")
