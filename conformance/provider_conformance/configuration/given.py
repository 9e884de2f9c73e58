"""Configurations that the user gives: read off a file, and matched with specs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.configuration.option_files import loaded, mapping, refuse_misspelt
from provider_conformance.configuration.sampling import NO_SAMPLES, Samples
from provider_conformance.errors import UsageError
from provider_conformance.package.model import Spec, SpecKind
from provider_conformance.package.requirements import names
from provider_conformance.package.specs import pip_packages

if TYPE_CHECKING:
    from provider_conformance.backends import Backend
    from provider_conformance.backends.stores import Settings as StoreSettings
    from provider_conformance.backends.stores import Stores

OPTION: Final = "--provider-config"
_PROVIDERS: Final = "providers"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A configuration that the user gave for one spec.

    Attributes:
        value: Settings, which may hold references to the environment, or a configuration object.
        origin: Where it is from, for messages.
    """

    value: Any = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class Trying:
    """How the user wants providers to be tried.

    Attributes:
        backend: Whether the back ends of remote providers are there.
        given: The configurations, by API and provider type.
        samples: Calls and names, by API and provider type.
        standin: The server that stands for those of remote providers, None without one.
        stores: The stores that installed packages bring, None where none is wanted.
    """

    backend: bool = False
    given: Mapping[Key, Given] = field(default_factory=dict)
    samples: Mapping[Key, Samples] = field(default_factory=dict)
    standin: Backend | None = None
    stores: Stores | None = None

    def configuration(self, spec: Spec) -> Given | None:
        """The configuration that was given for a spec, None without one."""
        return self.given.get((spec.api, spec.provider_type))

    def standin_for(self, spec: Spec) -> Backend | None:
        """The server to try a provider on: none where the user has said which configuration or back end."""
        if self.backend or self.standin is None or self.configuration(spec) is not None:
            return None
        return self.standin if is_stood_in(spec) else None

    def store_for(self, spec: Spec, fields: Collection[str]) -> StoreSettings | None:
        """The settings that lead a provider to a store: none where the user has said what there is.

        Args:
            spec: The provider's spec.
            fields: The fields of its configuration.
        """
        if self.backend or self.stores is None or self.configuration(spec) is not None:
            return None
        if spec.kind is not SpecKind.REMOTE:
            return None
        return self.stores.settings([*names(pip_packages(spec.raw))], fields)

    def sampled(self, spec: Spec) -> Samples:
        """The calls and names that were given for a spec."""
        return self.samples.get((spec.api, spec.provider_type), NO_SAMPLES)


_SPOKEN: Final = ("inference", "files", "file_processors", "tool_runtime")
"""The APIs whose servers the stand-in knows to answer for."""


def is_stood_in(spec: Spec) -> bool:
    """Whether there is a stand-in for the server of a provider."""
    return spec.kind is SpecKind.REMOTE and spec.api in _SPOKEN


AS_IT_IS: Final = Trying()
"""Without anything that the user gives."""


def read_given(path: Path, specs: Iterable[Spec]) -> dict[Key, Given]:
    """Read a file of configurations.

    It holds the settings of the one provider, or settings by provider type, or it is a run config. What it
    has for others is left alone: one file serves several releases, and runs of some of the providers.

    Args:
        path: The file.
        specs: The specs under test.

    Returns:
        The configurations of those specs that the file has one for, by API and provider type.

    Raises:
        UsageError: If it cannot be read or followed; the message names file and key.
    """
    whole, wanted = mapping(_origin(path), loaded(OPTION, path), "the file"), list(specs)
    types = {spec.provider_type for spec in wanted}
    if isinstance(whole.get(_PROVIDERS), Mapping):
        return _of_run_config(path, whole[_PROVIDERS], wanted)
    if any(key in types or "::" in str(key) for key in whole):
        return _by_type(path, whole, wanted)
    if len(wanted) != 1:
        names = ", ".join(sorted(types)) or "none"
        raise UsageError(
            f"{OPTION}: {path} holds the settings of one provider, and there are several: write them under "
            f"their provider types ({names})"
        )
    return {_key(wanted[0]): Given(dict(whole), str(path))}


def _by_type(path: Path, whole: Mapping[Any, Any], specs: list[Spec]) -> dict[Key, Given]:
    refuse_misspelt(_origin(path), whole, specs)
    return {
        _key(spec): Given(
            dict(mapping(_origin(path), whole[spec.provider_type], spec.provider_type)),
            f"{path}, {spec.provider_type}",
        )
        for spec in specs
        if spec.provider_type in whole
    }


def _of_run_config(path: Path, providers: Mapping[Any, Any], specs: list[Spec]) -> dict[Key, Given]:
    return {_key(spec): entry for spec in specs if (entry := _entry(path, providers, spec)) is not None}


def _entry(path: Path, providers: Mapping[Any, Any], spec: Spec) -> Given | None:
    """The first entry of a run config that is of the spec's type."""
    place = f"{_PROVIDERS}.{spec.api}"
    entries = providers.get(spec.api) or []
    if not isinstance(entries, list):
        raise UsageError(f"{OPTION}: {path}: {place} is no list")
    for number, entry in enumerate(entries):
        here = f"{place}[{number}]"
        if mapping(_origin(path), entry, here).get("provider_type") == spec.provider_type:
            config = entry.get("config")
            return Given(
                dict(mapping(_origin(path), {} if config is None else config, f"{here}.config")),
                f"{path}, {here}",
            )
    return None


def _origin(path: Path) -> str:
    return f"{OPTION}: {path}"


def _key(spec: Spec) -> Key:
    return spec.api, spec.provider_type
