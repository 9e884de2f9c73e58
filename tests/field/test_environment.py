"""An environment brings what its name promises: a field test on another release would prove nothing."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import distribution, distributions, version
from importlib.util import find_spec

import provider_conformance
from support.field import ENVIRONMENT, only

RESOLVERS = ("llama_stack.distribution.resolver", "llama_stack.core.resolver", "ogx.core.resolver")
COMPANIONS = ("llama-models", "llama-stack-api", "ogx-api")
FAMILIES = {"ls": "llama-stack", "ogx": "ogx"}
PROVIDERS = {
    "provider-csoai": ("llama-stack-provider-csoai", "llama-stack", "0.7.3"),
    "provider-lmeval": ("llama-stack-provider-lmeval", "llama-stack", "0.7.3"),
    "provider-ramalama": ("ramalama-stack", "llama-stack", "0.2.14"),
}


def installed(name: str) -> str | None:
    found = next(distributions(name=name), None)
    return found.version if found else None


def exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@only("stack-*")
def test_the_stack_is_the_one_that_the_environment_is_named_after() -> None:
    name = ENVIRONMENT.removeprefix("stack-")
    family = name.rstrip("0123456789")
    assert version(FAMILIES[family]).replace(".", "") == name.removeprefix(family)


@only("stack-*")
def test_the_companions_of_the_stack_are_of_its_own_release() -> None:
    family = FAMILIES[ENVIRONMENT.removeprefix("stack-").rstrip("0123456789")]
    others = {name: release for name in COMPANIONS if (release := installed(name))}
    assert others == dict.fromkeys(others, version(family))


@only("stack-*", "provider-*")
def test_the_stack_can_be_imported() -> None:
    (resolver,) = [name for name in RESOLVERS if exists(name)]
    assert import_module(resolver).Api


@only("provider-*")
def test_the_provider_meets_the_stack_that_it_is_made_for() -> None:
    provider, stack, release = PROVIDERS[ENVIRONMENT]
    assert distribution(provider).read_text("RECORD"), f"{provider} is not installed from a wheel"
    assert version(stack) == release


def test_the_package_under_test_is_the_wheel() -> None:
    assert "site-packages" in provider_conformance.__file__
