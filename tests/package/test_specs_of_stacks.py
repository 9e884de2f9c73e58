"""Spec objects of every shape that a stack's releases have had."""

from __future__ import annotations

import enum
from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.package import specs
from provider_conformance.package.model import SpecKind
from provider_conformance.stack.specs import (
    AdapterSpec,
    Api,
    InlineProviderSpec,
    RoutingTableProviderSpec,
    remote_provider_spec,
)

INLINE = InlineProviderSpec(api=Api.safety, provider_type="mine", module="m", config_class="m.C")
REMOTE = remote_provider_spec(Api.safety, AdapterSpec(adapter_type="mine", module="m"))
PASSTHROUGH = remote_provider_spec(Api.safety)
TABLE = RoutingTableProviderSpec(api=Api.shields, router_api=Api.safety, module="m")


def _of_class(name: str, module: str, **values: Any) -> Any:
    base = type("ProviderSpec", (), {"__module__": module})
    return type(name, (base,), {"__module__": module, **values})()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (INLINE, SpecKind.INLINE),
        (REMOTE, SpecKind.REMOTE),
        (PASSTHROUGH, SpecKind.PASSTHROUGH),
        (TABLE, SpecKind.UNKNOWN),
        (_of_class("RemoteProviderSpec", "ogx_api.datatypes", adapter_type="mine"), SpecKind.REMOTE),
        (_of_class("Specialized", "ogx_api.datatypes"), SpecKind.INLINE),
    ],
)
def test_the_kind_says_which_factory_is_called(raw: Any, kind: SpecKind) -> None:
    assert specs.kind_of(raw) is kind


@pytest.mark.parametrize("raw", [{"api": "safety"}, "inline::mine", None, object(), InlineProviderSpec])
def test_other_objects_are_no_specs(raw: Any) -> None:
    assert not specs.is_spec(raw)


def test_the_adapters_type_is_read_from_both_places() -> None:
    assert specs.adapter_type(REMOTE) == "mine"
    assert specs.adapter_type(SimpleNamespace(adapter_type="flat", adapter=None)) == "flat"
    assert specs.adapter_type(INLINE) == ""


def test_a_remote_specs_module_is_its_adapters() -> None:
    (spec,) = specs.read_specs([REMOTE], None, None)
    assert spec.module == "m"


def test_apis_are_read_as_their_values() -> None:
    raw = INLINE.model_copy(update={"api_dependencies": [Api.inference], "optional_api_dependencies": ["x"]})
    (spec,) = specs.read_specs([raw], None, None)
    assert spec.api == "safety"
    assert (spec.api_dependencies, spec.optional_api_dependencies) == (("inference",), ("x",))


def test_an_api_that_is_a_text_as_well_is_read_as_its_value() -> None:
    class Both(enum.StrEnum):
        evals = "eval"

    (spec,) = specs.read_specs([INLINE.model_copy(update={"api": Both.evals})], None, None)
    assert spec.api == "eval"


@pytest.mark.parametrize(
    ("module", "family"),
    [
        ("provider_conformance.stack.specs", "builtin"),
        ("llama_stack.providers.datatypes", "llama-stack"),
        ("llama_stack_api.datatypes", "llama-stack"),
        ("ogx_api.datatypes", "ogx"),
        ("ogxy.datatypes", ""),
    ],
)
def test_the_family_is_that_of_the_class(module: str, family: str) -> None:
    assert specs.family_of([_of_class("InlineProviderSpec", module)]) == family


def test_the_family_of_a_subclass_is_that_of_its_base() -> None:
    class Own(InlineProviderSpec):
        pass

    assert specs.family_of([Own(**dict(INLINE))]) == "builtin"


def test_fields_that_raise_are_read_as_empty() -> None:
    class Broken(InlineProviderSpec):
        def __getattribute__(self, name: str) -> Any:
            if name in ("provider_type", "module"):
                raise ZeroDivisionError(name)
            return super().__getattribute__(name)

    (spec,) = specs.read_specs([Broken(**dict(INLINE))], None, None)
    assert (spec.provider_type, spec.module) == ("", None)
