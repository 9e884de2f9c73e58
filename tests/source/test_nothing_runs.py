"""Reading a provider runs nothing of it: not its imports, not its decorators, not its hooks."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_conformance.package import staging
from provider_conformance.package.model import Implementation, Provider
from provider_conformance.protocols.classes import opacity
from provider_conformance.providers.source_view import source_implementation, source_provider
from support.views import results

HOSTILE = """
import builtins
import functools


def ran(*args, **kwargs):
    builtins.conformance_ran = True
    raise RuntimeError("something of the provider was run")


def decorate(function):
    ran()
    return function


def wrapped(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        ran()
        return await function(*args, **kwargs)

    return wrapper


class Meta(type):
    __new__ = __init__ = __call__ = __prepare__ = __getattribute__ = ran


class Descriptor:
    def __set_name__(self, owner, name):
        ran()

    def __get__(self, instance, owner):
        ran()

    def __getattr__(self, name):
        ran()

    def __eq__(self, other):
        ran()

    def __hash__(self):
        ran()

    def __bool__(self):
        ran()

    def __init__(self):
        self.value = ran()


class Base:
    def __init_subclass__(cls, **kwargs):
        ran()

    def __class_getitem__(cls, item):
        ran()


class Guard(Base[int]):
    attribute = Descriptor()

    def __init__(self, config, answer=ran()):
        ran()

    @decorate
    async def run_shield(self, shield_type, messages, params=None):
        ran()

    @wrapped
    async def list_shields(self):
        ran()

    @property
    def register_shield(self):
        ran()

    ran()


class Other(Guard, metaclass=Meta):
    pass


async def get_provider_impl(config, deps):
    ran()
    return Guard(config)


def get_provider_spec():
    ran()
    from provider_conformance.stack.specs import Api, InlineProviderSpec

    return InlineProviderSpec(
        api=Api.safety,
        provider_type="inline::hostile",
        module="hostile_provider.provider",
        config_class="hostile_provider.provider.Guard",
    )


ran()
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Path]:
    package = tmp_path / "hostile_provider"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')\n")
    (package / "provider.py").write_text(HOSTILE)
    yield package
    staging.unstage()


def everything(package: Path) -> tuple[Provider, Implementation]:
    provider = source_provider(str(package), root=package.parent)
    return provider, source_implementation(provider.specs[0], provider)


def test_specs_and_implementation_are_found_with_nothing_run(hostile: Path) -> None:
    _, implementation = everything(hostile)
    assert implementation.cls is not None
    assert implementation.cls.__name__ == "Guard"
    assert not hasattr(builtins, "conformance_ran")


def test_judging_runs_nothing_either(hostile: Path) -> None:
    judged = results(str(hostile), "source", root=hostile.parent)
    assert len(judged) > 30
    assert not [result.reason for result in judged.values() if result.broken]
    assert not hasattr(builtins, "conformance_ran")


def test_the_provider_is_not_imported(hostile: Path) -> None:
    everything(hostile)
    assert not [name for name in sys.modules if name.startswith("hostile_provider")]


def test_what_a_metaclass_makes_stays_open(hostile: Path) -> None:
    provider, _ = everything(hostile)
    module = provider.reader.library.module("hostile_provider.provider")
    assert "Meta" in opacity(module.namespace["Other"])
