"""From a spec to what can be started: the factory, and the validated configuration."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from provider_conformance.stack.errors import ProviderConfigError, ProviderLoadError
from provider_conformance.stack.naming import describe
from provider_conformance.stack.plan import Configured
from provider_conformance.stack.run_config import validation_place
from provider_conformance.stack.specs import (
    InlineProviderSpec,
    ProviderSpec,
    RemoteProviderSpec,
    is_passthrough,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A provider that can be started.

    Attributes:
        configured: What it is.
        factory: What makes it; called with the configuration and the dependencies.
        config: The configuration, None for a spec without a configuration class.
    """

    configured: Configured
    factory: Callable[..., Any]
    config: Any


def load(configured: Configured) -> Loaded:
    """Import a provider's factory and make its configuration.

    Args:
        configured: The provider.

    Returns:
        What can be started.

    Raises:
        ProviderLoadError: The module, the factory or the configuration class is not there.
        ProviderConfigError: The settings are refused.
    """
    return Loaded(configured, _factory(configured), _config(configured))


def factory_name(spec: ProviderSpec) -> str:
    """The name of the function that makes a provider of this kind of spec."""
    if is_passthrough(spec):
        return "get_client_impl"
    return "get_adapter_impl" if isinstance(spec, RemoteProviderSpec) else "get_provider_impl"


def load_error(configured: Configured, problem: str) -> ProviderLoadError:
    """The error about a provider that cannot be loaded."""
    return ProviderLoadError(*_identity(configured), f"cannot be loaded: {problem}")


def _identity(configured: Configured) -> tuple[str, str, str]:
    node = configured.node
    return node.api.value, node.provider_id, configured.spec.provider_type


def _factory(configured: Configured) -> Callable[..., Any]:
    spec, name = configured.spec, factory_name(configured.spec)
    if not isinstance(spec, (InlineProviderSpec, RemoteProviderSpec)):
        raise load_error(configured, f"its spec is a {type(spec).__name__}, neither inline nor remote")
    factory = getattr(_module(configured, spec.module), name, None)
    if not callable(factory):
        raise load_error(configured, f"`{spec.module}` has no function `{name}`")
    return _with_api(factory, spec) if is_passthrough(spec) else factory


def _with_api(factory: Callable[..., Any], spec: ProviderSpec) -> Callable[..., Any]:
    """The passthrough serves every API with one factory, which has to be told which one is meant."""
    return lambda config, deps: factory(config, deps, api=spec.api)


def _module(configured: Configured, name: str) -> Any:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        hint = " (it needs the extra `server`)" if is_passthrough(configured.spec) else ""
        raise load_error(configured, f"`{name}` cannot be imported: {describe(error)}{hint}") from error


def _config(configured: Configured) -> Any:
    dotted = configured.spec.config_class
    module, _, name = dotted.rpartition(".")
    if not module:
        raise load_error(configured, f"its config_class `{dotted}` is no dotted path of a class")
    config_class = getattr(_module(configured, module), name, None)
    if config_class is None:
        raise load_error(configured, f"`{module}` has no configuration class `{name}`")
    return _validated(configured, config_class, configured.settings)


def _validated(configured: Configured, config_class: Any, settings: Mapping[str, Any]) -> Any:
    try:
        return config_class(**settings)
    except ValidationError as error:
        # Without the input: settings hold secrets.
        errors = error.errors(include_url=False, include_input=False)
        problems = "; ".join(f"{_place(configured, e['loc'])}: {e['msg']}" for e in errors)
    except Exception as error:
        problems = f"{_place(configured, ())}: {describe(error)}"
        raise ProviderConfigError(*_identity(configured), f"refuses its settings: {problems}") from error
    raise ProviderConfigError(*_identity(configured), f"refuses its settings: {problems}")


def _place(configured: Configured, location: tuple[int | str, ...]) -> str:
    node = configured.node
    return validation_place((f"providers.{node.api.value}[{node.provider_id}]", "config", *location))
