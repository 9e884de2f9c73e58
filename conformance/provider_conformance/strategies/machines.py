"""State machines: registration and routing on a routing table of the built-in stack, against a plain model.

Each machine drives one routing table over several providers and keeps a dict of what must be there. Run
one as a test case::

    class TestMyInference(machine_for("inference", lambda: MyInference(config)).TestCase):
        settings = settings(max_examples=20)

The default providers accept everything; give factories of your own to try a provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from provider_conformance.stack.errors import NotServedError, RegistrationRefusedError, UnknownProviderIdError
from provider_conformance.stack.plan import TABLE_OF
from provider_conformance.stack.routing_tables import ROUTING_TABLES
from provider_conformance.stack.specs import Api
from provider_conformance.stack.store import InMemoryStore, RegistryStore
from provider_conformance.strategies.objects import identifiers, objects

__all__ = ["Keeper", "RegistrationMachine", "machine_for"]

IDS: Final = ("first", "second")
"""The ids of the providers behind the table."""

_LISTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "inference": ("list_models", "register_model"),
    "safety": ("list_shields", "register_shield"),
    "memory": ("list_memory_banks", "register_memory_bank"),
}


class Keeper:
    """A provider that accepts and lists whatever is registered with it."""

    def __init__(self, api: str) -> None:
        self.kept: dict[str, Any] = {}
        listing, registering = _LISTINGS[api]
        setattr(self, listing, self._list)
        setattr(self, registering, self._register)

    async def _list(self) -> list[Any]:
        return list(self.kept.values())

    async def _register(self, obj: Any) -> None:
        self.kept[obj.identifier] = obj


class RegistrationMachine(RuleBasedStateMachine):
    """Registers, looks up, lists and restarts; made by :func:`machine_for`.

    Attributes:
        api: The routed API.
        make: Makes a provider.
        candidates: The objects that are registered.
        served: What must be there: the providers of each identifier.
    """

    api: str = "inference"
    make: Callable[[], Any]
    candidates: st.SearchStrategy[Any]

    def __init__(self) -> None:
        super().__init__()
        self.served: dict[str, set[str]] = {}
        self._runner = asyncio.Runner()
        self._store: RegistryStore = InMemoryStore()
        self._table: Any = None

    @initialize()
    def start(self) -> None:
        """Start with new providers."""
        self.restart()

    @rule()
    def restart(self) -> None:
        """Make new providers and a new table over the same store: what was registered must come back."""
        providers = {provider_id: type(self).make() for provider_id in IDS}
        self._providers = providers
        self._table = ROUTING_TABLES[TABLE_OF[Api(self.api)]](providers, self._store)
        self._runner.run(self._table.initialize())
        for obj in self._table.list_objects():
            self.served.setdefault(obj.identifier, set()).add(obj.provider_id)

    @rule(data=st.data(), provider_id=st.sampled_from(IDS))
    def register(self, data: st.DataObject, provider_id: str) -> None:
        """Register an object with one of the providers."""
        obj = data.draw(self.candidates).model_dump()
        whole = self._table.adapter.validate_python({**obj, "provider_id": provider_id})
        try:
            self._runner.run(self._table.register_object(whole))
        except RegistrationRefusedError:
            return
        self.served.setdefault(whole.identifier, set()).add(provider_id)

    @rule(data=st.data())
    def register_with_nobody(self, data: st.DataObject) -> None:
        """An unknown provider id is refused, and changes nothing."""
        obj = data.draw(self.candidates).model_dump()
        whole = self._table.adapter.validate_python({**obj, "provider_id": "nobody"})
        try:
            self._runner.run(self._table.register_object(whole))
        except UnknownProviderIdError:
            return
        raise AssertionError("an unknown provider_id was accepted")

    @rule(identifier=identifiers())
    def look_up(self, identifier: str) -> None:
        """What is not served has no provider; what is served has one that serves it."""
        try:
            found = self._table.get_provider_impl(identifier)
        except NotServedError:
            assert identifier not in self.served  # noqa: S101 - a property
            return
        assert found in [self._providers[i] for i in self.served.get(identifier, ())]  # noqa: S101

    @invariant()
    def lists_each_once(self) -> None:
        """The table lists each object once for each of its providers, and nothing else."""
        if self._table is None:
            return
        listed = sorted((obj.identifier, obj.provider_id) for obj in self._table.list_objects())
        expected = sorted((name, provider) for name, several in self.served.items() for provider in several)
        assert listed == expected  # noqa: S101 - a property

    @invariant()
    def routes_to_the_one_that_serves(self) -> None:
        """Each object is routed to a provider that serves it."""
        for identifier, several in self.served.items():
            for provider_id in several:
                found = self._table.get_provider_impl(identifier, provider_id)
                assert found is self._providers[provider_id]  # noqa: S101 - a property

    def teardown(self) -> None:
        """Close the event loop."""
        self._runner.close()


def machine_for(
    api: str,
    make: Callable[[], Any] | None = None,
    *,
    candidates: st.SearchStrategy[Any] | None = None,
) -> type[RegistrationMachine]:
    """A state machine for the routing table of an API.

    Args:
        api: "inference", "safety" or "memory".
        make: Makes a new provider; :class:`Keeper` unless told.
        candidates: The objects to register; any of the API's kind unless told.

    Returns:
        A state machine; its ``TestCase`` is a test.
    """
    members: dict[str, Any] = {
        "api": api,
        "make": staticmethod(make or (lambda: Keeper(api))),
        "candidates": objects(api) if candidates is None else candidates,
    }
    return type(f"RegistrationOf_{api}", (RegistrationMachine,), members)
