"""What an installed stack's resolver takes: its protocols, its spec class and its models, by their fields."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import ModuleType, SimpleNamespace
from typing import Any

from provider_conformance.contracts.probe import quietly_import


def protocols_of(resolver: ModuleType) -> dict[Any, tuple[type, ...]]:
    """The protocols that the resolver holds a provider to, by API."""
    probe = getattr(resolver, "api_protocol_map_for_compliance_check", resolver.api_protocol_map)
    needed = [p for p in inspect.signature(probe).parameters.values() if p.default is p.empty]
    public = probe(*([SimpleNamespace(external_apis_dir=None)] * len(needed)))
    found: dict[Any, tuple[type, ...]] = {
        api: (p,) for api, p in public.items() if getattr(p, "_is_protocol", False)
    }
    for api, private in resolver.additional_protocols_map().items():
        one = private[0] if isinstance(private, tuple) else private
        found[api] = (*found.get(api, ()), one)
    return found


def inline_spec_class(resolver: ModuleType) -> Any:
    """The class of the specs of providers that run inside the stack."""
    found = getattr(resolver, "InlineProviderSpec", None)
    if found is not None:
        return found
    # The class is always where its parent comes from, also where the resolver does not import it.
    return quietly_import(resolver.ProviderSpec.__module__).InlineProviderSpec


def built_in_workers(specs: Iterable[Any]) -> frozenset[str]:
    """The APIs of the providers that a worker builds anew: specs that ask for one, and what they need.

    Only newer releases have workers, and a field of the specs that asks for them.
    """
    asking = [spec for spec in specs if getattr(spec, "execution_mode", "") == "worker"]
    needed = [api for spec in asking for api in (*spec.api_dependencies, *spec.optional_api_dependencies)]
    return frozenset(api.value for api in (*(spec.api for spec in asking), *needed))


def made(model: Any, **values: Any) -> Any:
    """An instance of a pydantic model from those of ``values`` that it has a field for."""
    return model(**{name: value for name, value in values.items() if name in model.model_fields})
