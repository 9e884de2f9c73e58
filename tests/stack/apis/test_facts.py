"""The vocabulary is that of October 2024: every method, route, field, default and enum member."""

import importlib
import inspect
import pkgutil
import tomllib
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from provider_conformance.stack import apis, private, specs
from provider_conformance.stack.apis.webmethod import route_of

FACTS = tomllib.loads((Path(__file__).parents[1] / "seed_facts.toml").read_text(encoding="utf-8"))

ADDED_FIELDS = {"optional_api_dependencies"}
"""What specs have beyond the facts."""


@cache
def vocabulary() -> dict[str, type]:
    names = [module.name for module in pkgutil.iter_modules(apis.__path__, f"{apis.__name__}.")]
    modules = [specs, private, *map(importlib.import_module, names)]
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {cls.__name__: cls for cls in classes if cls.__module__.startswith("provider_conformance.stack")}


def shown(default: Any) -> str:
    if isinstance(default, BaseModel):
        assert default == type(default)(), f"{default!r} is not the default {type(default).__name__}"
        return f"{type(default).__name__}()"
    return str(default.value) if isinstance(default, Enum) else repr(default)


def parameter(parameter: inspect.Parameter) -> str:
    assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    if parameter.default is inspect.Parameter.empty:
        return parameter.name
    return f"{parameter.name}={shown(parameter.default)}"


def declaration(name: str, function: Any) -> str:
    _self, *parameters = inspect.signature(function).parameters.values()
    prefix = "async " if inspect.iscoroutinefunction(function) else ""
    return f"{prefix}{name}({', '.join(map(parameter, parameters))})"


def methods(protocol: type) -> dict[str, str]:
    found = {}
    for name, function in vars(protocol).items():
        if inspect.isfunction(function) and not name.startswith("_"):
            route = route_of(function)
            found[declaration(name, function)] = f"{route.method} {route.route}" if route else ""
    return found


def fields(cls: type[BaseModel]) -> set[str]:
    return {
        name if field.is_required() else f"{name}={shown(field.get_default(call_default_factory=True))}"
        for name, field in cls.model_fields.items()
        if name not in ADDED_FIELDS
    }


@pytest.mark.parametrize("name", FACTS["protocols"])
def test_protocol_has_exactly_the_methods_and_routes_of_the_facts(name: str) -> None:
    assert methods(vocabulary()[name]) == FACTS["protocols"][name]


@pytest.mark.parametrize("name", FACTS["attributes"])
def test_protocol_declares_the_store_that_the_routing_table_injects(name: str) -> None:
    assert list(inspect.get_annotations(vocabulary()[name])) == FACTS["attributes"][name]


@pytest.mark.parametrize("name", FACTS["data_types"])
def test_data_type_has_exactly_the_fields_and_defaults_of_the_facts(name: str) -> None:
    assert fields(vocabulary()[name]) == set(FACTS["data_types"][name].split(", "))


@pytest.mark.parametrize("name", FACTS["enums"])
def test_enum_has_exactly_the_members_of_the_facts(name: str) -> None:
    assert [f"{m.name}={m.value}" for m in vocabulary()[name]] == FACTS["enums"][name].split()  # type: ignore[attr-defined]


def test_every_data_type_of_the_vocabulary_stands_in_the_facts() -> None:
    public = {name for name, cls in vocabulary().items() if issubclass(cls, BaseModel) and name[0] != "_"}
    assert public - set(FACTS["data_types"]) == set()
