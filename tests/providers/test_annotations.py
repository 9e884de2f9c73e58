"""What a factory's return annotation is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.providers.annotations import promised_class
from provider_conformance.stack.apis.safety import Safety


class Shields:
    """A concrete class of a provider."""


def annotated(returns: object) -> Any:
    async def factory(config: Any, deps: Any) -> Any: ...

    factory.__annotations__["return"] = returns
    return factory


def plain_class_of(module: str) -> type:
    """A class that only extends a protocol, as ``Inference`` is in some releases."""
    return type("Inference", (Safety,), {"__module__": module})


def test_a_concrete_class_is_the_implementation() -> None:
    assert promised_class(annotated(Shields)) is Shields


@pytest.mark.parametrize("nothing", [Any, object, None, Safety])
def test_what_names_no_class_of_a_provider_says_nothing(nothing: object) -> None:
    assert promised_class(annotated(nothing)) is None


@pytest.mark.parametrize("module", ["llama_stack.apis.inference.inference", "ogx_api.inference.api"])
def test_a_plain_class_of_a_stacks_api_says_nothing(module: str) -> None:
    assert promised_class(annotated(plain_class_of(module))) is None


def test_a_class_of_a_stacks_own_provider_is_an_implementation() -> None:
    cls = plain_class_of("llama_stack.providers.remote.inference.tgi.tgi")
    assert promised_class(annotated(cls)) is cls
