"""An environment brings what its name promises: a field test on another release would prove nothing."""

from __future__ import annotations

from importlib.metadata import distribution, version

import provider_conformance
from support.field import ENVIRONMENT, only

FAMILIES = {"ls": "llama-stack", "ogx": "ogx"}
PROVIDERS = {
    "provider-csoai": ("llama-stack-provider-csoai", "llama-stack", "0.7.3"),
    "provider-ramalama": ("ramalama-stack", "llama-stack", "0.2.14"),
}


@only("stack-*")
def test_the_stack_is_the_one_that_the_environment_is_named_after() -> None:
    name = ENVIRONMENT.removeprefix("stack-")
    family = name.rstrip("0123456789")
    assert version(FAMILIES[family]).replace(".", "") == name.removeprefix(family)


@only("stack-ls047", "stack-ls05*", "stack-ls06*", "stack-ls07*", "stack-ogx*")
def test_a_stack_has_the_api_package_of_its_own_release() -> None:
    family = FAMILIES[ENVIRONMENT.removeprefix("stack-").rstrip("0123456789")]
    assert version(f"{family}-api") == version(family)


@only("provider-*")
def test_the_provider_meets_the_stack_that_it_is_made_for() -> None:
    provider, stack, release = PROVIDERS[ENVIRONMENT]
    assert distribution(provider).read_text("RECORD"), f"{provider} is not installed from a wheel"
    assert version(stack) == release


def test_the_package_under_test_is_the_wheel() -> None:
    assert "site-packages" in provider_conformance.__file__
