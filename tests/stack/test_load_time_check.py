"""What a provider promises is checked when the stack loads it; one that breaks it stops the load."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.stack.errors import (
    NonConformingProviderError,
)
from provider_conformance.stack.specs import Api
from support.workshop import BASES, Workshop, resolved, run_config


def with_method(api: Api, name: str, function: Any) -> Any:
    async def factory(_config: Any, _deps: Any) -> Any:
        return type("Changed", (BASES[api],), {name: function})()

    return factory


async def extra_required(self: Any, event: Any, session: Any) -> None: ...


async def positional_only(self: Any, event: Any, /) -> None:
    return


def synchronous(self: Any, event: Any) -> int:
    return 1


async def renamed(self: Any, evt: Any) -> None:
    return


@pytest.mark.parametrize("function", [extra_required, positional_only, synchronous, renamed, None])
def test_a_public_method_that_cannot_be_called_as_promised_fails_the_load(
    workshop: Workshop, function: Any
) -> None:
    workshop.provider(Api.telemetry, "t", factory=with_method(Api.telemetry, "log_event", function))
    with pytest.raises(NonConformingProviderError, match="log_event") as caught:
        resolved(workshop, run_config({"telemetry": ["t"]}))
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("name", ["list_models", "register_model"])
def test_a_missing_method_of_the_private_protocol_fails_the_load(workshop: Workshop, name: str) -> None:
    workshop.provider(Api.inference, "i", factory=with_method(Api.inference, name, None))
    with pytest.raises(NonConformingProviderError, match=name):
        resolved(workshop, run_config({"inference": ["i"]}))


def test_an_empty_class_fails_the_load_with_everything_that_it_lacks(workshop: Workshop) -> None:
    async def factory(_config: Any, _deps: Any) -> Any:
        return type("Empty", (), {})()

    workshop.provider(Api.inference, "i", factory=factory)
    with pytest.raises(NonConformingProviderError) as caught:
        resolved(workshop, run_config({"inference": ["i"]}))
    told = str(caught.value)
    names = ("completion", "chat_completion", "embeddings", "list_models", "register_model")
    assert all(name in told for name in names)


def test_a_method_that_passes_everything_through_is_accepted(workshop: Workshop) -> None:
    async def log_event(self: Any, *args: Any, **kwargs: Any) -> None:
        return None

    workshop.provider(Api.telemetry, "t", factory=with_method(Api.telemetry, "log_event", log_event))
    resolved(workshop, run_config({"telemetry": ["t"]}))


def test_a_provider_that_does_not_conform_is_shut_down_with_the_others(workshop: Workshop) -> None:
    class Stoppable:
        async def shutdown(self) -> None:
            workshop.events.append("stop itself")

    async def factory(_config: Any, _deps: Any) -> Any:
        return Stoppable()

    workshop.provider(Api.telemetry, "t", factory=factory)
    with pytest.raises(NonConformingProviderError):
        resolved(workshop, run_config({"telemetry": ["t"]}))
    assert workshop.events == ["stop itself"]
