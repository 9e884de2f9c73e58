"""The provider registry: the specs that a run config can choose from, and where they come from."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from provider_conformance.stack.errors import SpecError, UnknownProviderTypeError
from provider_conformance.stack.naming import describe, did_you_mean
from provider_conformance.stack.run_config import StackRunConfig, validation_place
from provider_conformance.stack.specs import (
    PASSTHROUGH_MODULE,
    AdapterSpec,
    Api,
    InlineProviderSpec,
    ProviderSpec,
    RemoteProviderSpec,
    providable_apis,
    remote_provider_spec,
)

ENTRY_POINT_GROUP: Final = "provider_conformance.providers"
"""Packages that announce their import name in this group are found without being named."""


@dataclass(frozen=True, slots=True)
class ProviderRegistry:
    """Specs by API and provider type. Frozen: more specs make another registry.

    Attributes:
        specs: The specs; one that comes later takes the place of an earlier one of its type.
    """

    specs: Mapping[Api, Mapping[str, ProviderSpec]]

    @classmethod
    def of(cls, specs: Iterable[ProviderSpec] = ()) -> ProviderRegistry:
        """A registry of the passthrough for every API, and of ``specs``."""
        return cls({api: {"remote": _passthrough(api)} for api in providable_apis()}).adding(specs)

    def adding(self, specs: Iterable[ProviderSpec]) -> ProviderRegistry:
        """This registry and ``specs``."""
        merged = {api: dict(of_api) for api, of_api in self.specs.items()}
        for spec in specs:
            merged.setdefault(spec.api, {})[spec.provider_type] = spec
        return ProviderRegistry(merged)

    def find(self, api: Api, provider_type: str) -> ProviderSpec:
        """The spec of a provider type.

        Raises:
            UnknownProviderTypeError: The API has no such type; the error lists near ones.
        """
        of_api = self.specs.get(api, {})
        if provider_type in of_api:
            return of_api[provider_type]
        elsewhere = [other.value for other, specs in self.specs.items() if provider_type in specs]
        raise UnknownProviderTypeError(api.value, provider_type, of_api, elsewhere)


def registry_for(run_config: StackRunConfig, modules: Iterable[str] = ()) -> ProviderRegistry:
    """The specs that a run config can choose from.

    These are, the later ones in place of earlier ones of the same type: the passthrough, the
    installed packages that announce themselves, the folder ``external_providers_dir``, the
    packages named by ``module:`` and those given here.

    Args:
        run_config: Where the external ones are named.
        modules: The import names of further packages.

    Raises:
        SpecError: A package or a file yields no usable spec; the error names it.
    """
    registry = ProviderRegistry.of(announced_specs())
    if run_config.external_providers_dir is not None:
        registry = registry.adding(folder_specs(run_config.external_providers_dir))
    named = [p.module for several in run_config.providers.values() for p in several if p.module]
    for module in dict.fromkeys([*named, *modules]):
        registry = registry.adding(module_specs(module))
    return registry


def announced_specs() -> Iterator[ProviderSpec]:
    """The specs of the installed packages that announce themselves by an entry point."""
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda found: found.name):
        yield from module_specs(entry_point.value)


def module_specs(module: str) -> list[ProviderSpec]:
    """The specs of an external package.

    Args:
        module: Its import name; ``<module>.provider`` has ``get_provider_spec()``, or the module
            itself has ``available_providers()``.

    Raises:
        SpecError: It cannot be imported, has neither, or returns something else than specs.
    """
    function = _spec_function(module)
    try:
        returned = function()
    except Exception as error:
        raise SpecError(module, f"its specs cannot be had: {describe(error)}") from error
    specs = list(returned) if isinstance(returned, (list, tuple)) else [returned]
    for spec in specs:
        if not isinstance(spec, ProviderSpec):
            raise SpecError(module, f"gives {type(spec).__name__} where a ProviderSpec is expected")
    return specs


def folder_specs(folder: Path) -> list[ProviderSpec]:
    """The specs of a folder of YAML files.

    ``inline/<api>/<name>.yaml`` is the provider type ``inline::<name>``, ``remote/<api>/<name>.yaml``
    the type ``remote::<name>``.

    Raises:
        SpecError: The folder is not there, or a file says something wrong; the error names it.
    """
    if not folder.is_dir():
        raise SpecError(str(folder), "there is no such folder of provider specs")
    return [_file_spec(path) for kind in _KINDS for path in sorted(folder.glob(f"{kind}/*/*.yaml"))]


def _spec_function(module: str) -> Any:
    places = ((f"{module}.provider", "get_provider_spec"), (module, "get_provider_spec"))
    for name, attribute in (*places, (module, "available_providers")):
        imported = _imported(name, module)
        if found := getattr(imported, attribute, None):
            return found
    raise SpecError(module, f"neither `{module}.provider` nor `{module}` has `get_provider_spec()`")


def _imported(name: str, package: str) -> Any:
    """The module, None where it is not there; what is missing further down is an error."""
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == name != package:
            return None
        if isinstance(error, ModuleNotFoundError) and name != package and error.name == package:
            raise SpecError(package, "there is no such package; is it installed?") from error
        raise SpecError(package, f"`{name}` cannot be imported: {describe(error)}") from error


def _file_spec(path: Path) -> ProviderSpec:
    kind, folder = path.parent.parent.name, path.parent.name
    if folder not in {api.value for api in providable_apis()}:
        choices = ", ".join(api.value for api in providable_apis())
        raise SpecError(str(path), f"`{folder}` is no API that a provider can serve; there are {choices}")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise SpecError(str(path), "a provider spec is a mapping")
        _check_keys(path, data, InlineProviderSpec if kind == "inline" else RemoteProviderSpec)
        return _KINDS[kind](Api(folder), path.stem, data)
    except ValidationError as error:
        problems = [f"{validation_place(e['loc'])}: {e['msg']}" for e in error.errors(include_url=False)]
        raise SpecError(str(path), "; ".join(problems)) from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SpecError(str(path), describe(error)) from error


def _check_keys(path: Path, data: Mapping[str, Any], spec: type[ProviderSpec]) -> None:
    for key in data:
        if key not in spec.model_fields:
            raise SpecError(str(path), f"there is no key `{key}`.{did_you_mean(key, spec.model_fields)}")


def _inline(api: Api, name: str, data: dict[str, Any]) -> ProviderSpec:
    return InlineProviderSpec.model_validate({**data, "api": api, "provider_type": f"inline::{name}"})


def _remote(api: Api, name: str, data: dict[str, Any]) -> ProviderSpec:
    adapter = {"adapter_type": name, **(data.get("adapter") or {})}
    made = remote_provider_spec(api, AdapterSpec.model_validate(adapter))
    fields = {**made.model_dump(), **{k: v for k, v in data.items() if k != "adapter"}}
    return RemoteProviderSpec.model_validate({**fields, "provider_type": f"remote::{name}"})


_KINDS: Final = {"inline": _inline, "remote": _remote}


def _passthrough(api: Api) -> ProviderSpec:
    config = f"{PASSTHROUGH_MODULE}.PassthroughConfig"
    return remote_provider_spec(api).model_copy(update={"config_class": config})
