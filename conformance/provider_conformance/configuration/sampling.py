"""Calls and names that the user gives as samples, for providers that nobody else knows how to call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from provider_conformance.configuration.option_files import loaded, mapping, refuse_misspelt
from provider_conformance.errors import UsageError
from provider_conformance.laws.model import Upload
from provider_conformance.package.model import Spec

OPTION: Final = "--provider-samples"
_KEYS: Final = ("names", "calls")
_FILE: Final = "path"
_REFUSED: Final = "refused"
Key = tuple[str, str]
MethodsOf = Callable[[Spec], Collection[str]]
"""The public methods of a spec's API; empty where they are not known."""


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A call that the user gives.

    Attributes:
        values: What it is made with, by the names of its places; files as uploads.
        refused: Whether the provider is expected to refuse it.
    """

    values: Mapping[str, Any]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Samples:
    """What the user gives for one spec.

    Attributes:
        names: What stands in a place of that name whenever a call has one: the name of a model, say.
        calls: Calls by method; the first that is not expected to be refused is the usual one.
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    calls: Mapping[str, tuple[SampleCall, ...]] = field(default_factory=dict)


NO_SAMPLES: Final = Samples()


def read_samples(path: Path, specs: Iterable[Spec], methods_of: MethodsOf) -> dict[Key, Samples]:
    """Read a file of samples: ``names`` and ``calls`` by provider type.

    Args:
        path: The file; paths of files in it are relative to its folder.
        specs: The specs under test. Entries for others are left alone.
        methods_of: Tells a spec's methods.

    Raises:
        UsageError: If it cannot be read, or an entry cannot be followed; the message names file and key.
    """
    origin, wanted = f"{OPTION}: {path}", list(specs)
    whole = mapping(origin, loaded(OPTION, path), "the file")
    refuse_misspelt(origin, whole, wanted)
    return {
        (spec.api, spec.provider_type): samples_of(
            whole[spec.provider_type], f"{origin}: {spec.provider_type}", path.parent, methods_of(spec)
        )
        for spec in wanted
        if spec.provider_type in whole
    }


def samples_of(value: Any, origin: str, folder: Path, methods: Collection[str]) -> Samples:
    """One entry of samples.

    Args:
        value: Plain data: a mapping with ``names`` and ``calls``.
        origin: Where it is from, for messages.
        folder: What paths of files are relative to.
        methods: The methods that there are; whatever they are where it is empty.

    Raises:
        UsageError: If it cannot be followed.
    """
    entry = mapping(origin, value, "the entry")
    _refuse_unknown(origin, entry, _KEYS, "key")
    names = mapping(origin, entry.get("names") or {}, "`names`")
    calls = mapping(origin, entry.get("calls") or {}, "`calls`")
    if methods:
        _refuse_unknown(origin, calls, methods, "method")
    return Samples(
        {str(name): _plain(one, f"{origin}.names.{name}", folder) for name, one in names.items()},
        {
            str(method): _calls(several, f"{origin}.calls.{method}", folder)
            for method, several in calls.items()
        },
    )


def _refuse_unknown(origin: str, keys: Iterable[Any], known: Collection[str], what: str) -> None:
    for key in keys:
        if key not in known:
            near = get_close_matches(str(key), list(known), n=1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(sorted(known))}"
            raise UsageError(f"{origin}: there is no {what} {str(key)!r}; {hint}")


def _calls(several: Any, origin: str, folder: Path) -> tuple[SampleCall, ...]:
    listed = [several] if isinstance(several, Mapping) else several
    if not isinstance(listed, list):
        raise UsageError(f"{origin} holds a {type(several).__name__} where a list of calls is expected")
    return tuple(_call(one, f"{origin}[{number}]", folder) for number, one in enumerate(listed))


def _call(one: Any, origin: str, folder: Path) -> SampleCall:
    values = dict(mapping(origin, one, "the call"))
    refused = values.pop(_REFUSED, False)
    if not isinstance(refused, bool):
        raise UsageError(f"{origin}.{_REFUSED}: {refused!r} is neither true nor false")
    made = {str(name): _plain(value, f"{origin}.{name}", folder) for name, value in values.items()}
    return SampleCall(made, refused)


def _plain(value: Any, origin: str, folder: Path) -> Any:
    """A value, with the bytes of a file in the place of ``{path: ...}``."""
    if isinstance(value, Mapping) and set(value) == {_FILE}:
        path = folder / Path(str(value[_FILE])).expanduser()
        try:
            return Upload(path.read_bytes(), path.name)
        except OSError as error:
            raise UsageError(f"{origin}: {path} cannot be read: {error.strerror}") from None
    return value
