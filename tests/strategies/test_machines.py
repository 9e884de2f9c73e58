"""The state machines hold on our routing tables, and find what is planted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from provider_conformance.stack.routing_tables import CommonRoutingTable
from provider_conformance.strategies.machines import Keeper, machine_for

SHORT = settings(max_examples=15, stateful_step_count=12, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize("api", ["inference", "safety", "memory"])
def test_registration_and_routing_hold(api: str) -> None:
    run_state_machine_as_test(machine_for(api), settings=SHORT)


def test_a_provider_that_refuses_everything_is_nobodys_fault() -> None:
    class Refusing(Keeper):
        async def _register(self, obj: Any) -> None:
            raise ValueError("no")

    run_state_machine_as_test(machine_for("safety", lambda: Refusing("safety")), settings=SHORT)


def test_a_table_that_forgets_registrations_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forget(self: Any, stored: Any) -> None:
        """Restore nothing after a restart."""

    class Forgetful(Keeper):
        pass

    monkeypatch.setattr(CommonRoutingTable, "_restore", forget)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine_for("inference", lambda: Forgetful("inference")), settings=SHORT)


def test_a_table_that_routes_to_another_provider_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = CommonRoutingTable.get_provider_impl

    def always_first(self: Any, routing_key: str, provider_id: str | None = None) -> Any:
        real(self, routing_key, provider_id)
        return self._providers["first"]

    monkeypatch.setattr(CommonRoutingTable, "get_provider_impl", always_first)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine_for("memory"), settings=SHORT)
