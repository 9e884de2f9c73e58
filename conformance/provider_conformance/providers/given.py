"""Configurations that the user gives: read off a YAML file, and matched with specs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from provider_conformance.errors import UsageError
from provider_conformance.providers.model import Spec

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
    """

    backend: bool = False
    given: Mapping[Key, Given] = field(default_factory=dict)

    def configuration(self, spec: Spec) -> Given | None:
        """The configuration that was given for a spec, None without one."""
        return self.given.get((spec.api, spec.provider_type))


AS_IT_IS: Final = Trying()
"""Without anything that the user gives."""


def read_given(path: Path, specs: Iterable[Spec], *, all_of_them: bool = True) -> dict[Key, Given]:
    """Read a file of configurations.

    It holds the settings of the one provider, or settings by provider type, or it is a run config.

    Args:
        path: The file.
        specs: The specs under test.
        all_of_them: Whether there are no others that the file may be about.

    Returns:
        The configurations of those specs that the file has one for, by API and provider type.

    Raises:
        UsageError: If it cannot be read, or fits none of the specs; the message names file and key.
    """
    whole, wanted = _mapping(path, _loaded(path), "the file"), list(specs)
    types = {spec.provider_type for spec in wanted}
    if isinstance(whole.get(_PROVIDERS), Mapping):
        return _of_run_config(path, whole[_PROVIDERS], wanted, all_of_them)
    if any(key in types or "::" in str(key) for key in whole):
        return _by_type(path, whole, wanted, all_of_them)
    if len(wanted) != 1:
        names = ", ".join(sorted(types)) or "none"
        raise UsageError(
            f"{OPTION}: {path} holds the settings of one provider, and there are several: write them under "
            f"their provider types ({names})"
        )
    return {_key(wanted[0]): Given(dict(whole), str(path))}


def _loaded(path: Path) -> Any:
    import yaml  # noqa: PLC0415 - needed by few runs

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{OPTION}: {path} cannot be read: {error}") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise UsageError(f"{OPTION}: {place}: {problem}") from None


def _mapping(path: Path, value: Any, what: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        held = "nothing" if value is None else f"a {type(value).__name__}"
        raise UsageError(f"{OPTION}: {path}: {what} holds {held} where a mapping is expected")
    return value


def _by_type(path: Path, whole: Mapping[Any, Any], specs: list[Spec], strict: bool) -> dict[Key, Given]:
    types = {spec.provider_type for spec in specs}
    if strict and (strange := [str(key) for key in whole if key not in types]):
        raise UsageError(
            f"{OPTION}: {path}: no provider under test has the type {strange[0]!r}; there is "
            f"{', '.join(sorted(types)) or 'none'}"
        )
    return {
        _key(spec): Given(
            dict(_mapping(path, whole[spec.provider_type], spec.provider_type)),
            f"{path}, {spec.provider_type}",
        )
        for spec in specs
        if spec.provider_type in whole
    }


def _of_run_config(
    path: Path, providers: Mapping[Any, Any], specs: list[Spec], strict: bool
) -> dict[Key, Given]:
    found = {_key(spec): entry for spec in specs if (entry := _entry(path, providers, spec)) is not None}
    if strict and not found:
        types = ", ".join(sorted({f"{spec.provider_type} (api {spec.api})" for spec in specs})) or "none"
        raise UsageError(
            f"{OPTION}: {path}: `{_PROVIDERS}` has no entry for any provider under test: {types}"
        )
    return found


def _entry(path: Path, providers: Mapping[Any, Any], spec: Spec) -> Given | None:
    """The first entry of a run config that is of the spec's type."""
    place = f"{_PROVIDERS}.{spec.api}"
    entries = providers.get(spec.api) or []
    if not isinstance(entries, list):
        raise UsageError(f"{OPTION}: {path}: {place} is no list")
    for number, entry in enumerate(entries):
        here = f"{place}[{number}]"
        if _mapping(path, entry, here).get("provider_type") == spec.provider_type:
            config = entry.get("config")
            return Given(
                dict(_mapping(path, {} if config is None else config, f"{here}.config")), f"{path}, {here}"
            )
    return None


def _key(spec: Spec) -> Key:
    return spec.api, spec.provider_type
