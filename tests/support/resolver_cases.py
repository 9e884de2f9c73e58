"""What resolvers are given by the tests here and by those on real stacks: the same cases for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from provider_conformance.hosts.model import ProviderSketch, StackSketch
from provider_conformance.stack import errors


@dataclass(frozen=True)
class Case:
    """A stack, the error that it deserves (None: it is in order), and what the resolver of 2024 makes of it.

    Attributes:
        sketch: The run config with its specs.
        error: The error of the built-in stack.
        names: What that error names.
        seed: The class of the error of llama-stack 0.0.42, None where it raises none.
        seed_starts: How many providers that one starts.
    """

    sketch: StackSketch
    error: type[Exception] | None
    names: tuple[str, ...] = ()
    seed: type[Exception] | None = None
    seed_starts: int = 0


def one(api: str, provider_id: str, *needs: str, **fields: Any) -> ProviderSketch:
    return ProviderSketch(api, provider_id, f"type-{provider_id}", needs, **fields)


def stack(*providers: ProviderSketch, apis: tuple[str, ...] | None = ("inference",)) -> StackSketch:
    return StackSketch(providers, apis)


MODEL = one("inference", "model")

CASES = {
    "a cycle through routers and routing tables": Case(
        stack(one("inference", "a", "safety"), one("safety", "b", "inference"), apis=("inference", "safety")),
        errors.DependencyCycleError,
        ("`a`", "shields", "`b`", "models"),
        seed_starts=2,  # over a routing table that was built before its provider
    ),
    "a cycle of two plain providers": Case(
        stack(one("agents", "a", "telemetry"), one("telemetry", "b", "agents"), apis=("agents", "telemetry")),
        errors.DependencyCycleError,
        ("`a`", "`b`"),
        seed=KeyError,
    ),
    "a provider that needs its own API": Case(
        stack(one("telemetry", "a", "telemetry"), apis=("telemetry",)),
        errors.DependencyCycleError,
        ("`a`",),
        seed=KeyError,
    ),
    "a dependency without a provider": Case(
        stack(MODEL, one("agents", "a", "telemetry"), apis=("inference", "agents")),
        errors.MissingDependencyError,
        ("`a`", "`telemetry`"),
        seed=KeyError,
    ),
    "a needed API that `apis:` leaves out": Case(
        stack(MODEL, one("agents", "a", "inference"), apis=("agents",)),
        errors.ApiLeftOutError,
        ("`a`", "`inference`"),
        seed=KeyError,
    ),
    "a routed API in `apis:` that nothing provides": Case(
        stack(MODEL, apis=("inference", "safety")),
        errors.NothingProvidesApiError,
        ("`safety`",),
        seed=KeyError,
    ),
    "a plain API in `apis:` that nothing provides": Case(
        stack(MODEL, apis=("inference", "telemetry")),
        errors.NothingProvidesApiError,
        ("`telemetry`",),
        seed_starts=1,
    ),
    "a provider_id twice": Case(
        stack(ProviderSketch("inference", "x", "type-one"), ProviderSketch("inference", "x", "type-two")),
        errors.DuplicateProviderIdError,
        ("`x`", "type-one", "type-two"),
        seed_starts=1,
    ),
    "routed APIs without a provider where `apis:` names none": Case(
        stack(MODEL, apis=None), None, seed=KeyError
    ),
}


async def extra_required(self: Any, event: Any, session: Any) -> None:
    self.last = event, session


async def positional_only(self: Any, event: Any, /) -> None:
    self.last = event


def synchronous(self: Any, event: Any) -> int:
    return 1


async def passed_through(self: Any, *args: Any, **kwargs: Any) -> None:
    self.last = args, kwargs


DEVIATIONS = {
    "an extra required parameter": extra_required,
    "a parameter that is positional-only": positional_only,
    "a plain function for a coroutine": synchronous,
}
"""Implementations of ``Telemetry.log_event(event)`` that the stack's own calls trip over."""
