"""References to environment variables in a run config: ``${env.NAME}``, with a default or without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from provider_conformance.findings import Location, Severity
from provider_conformance.package.run_files import Entry, RunFile
from provider_conformance.preflight.model import Fault

_REFERENCE: Final = re.compile(r"\$\{env\.(?P<name>[A-Z0-9_]+)(?::(?P<kind>[=+])(?P<text>[^}]*))?\}")
_DISABLED: Final = "__disabled__"


def resolved(text: str, environment: Mapping[str, str]) -> str:
    """A text with its references replaced; one that cannot be is left as it is."""

    def found(match: re.Match[str]) -> str:
        value = environment.get(match["name"], "")
        if match["kind"] == "+":
            return match["text"] if value else ""
        return value or (match[0] if match["kind"] is None else match["text"])

    return _REFERENCE.sub(found, text)


def is_enabled(entry: Entry, environment: Mapping[str, str]) -> bool:
    """Whether the stack starts a provider: not one whose id comes out empty, or as ``__disabled__``."""
    return resolved(entry.provider_id, environment) not in ("", _DISABLED)


def unset(file: RunFile, environment: Mapping[str, str]) -> Iterator[Fault]:
    """The variables without a value that the run config needs, each once, at the first line that has it.

    What the stacks leave out does not count: a provider that is ``__disabled__``, a resource whose id comes
    out empty, and what stands under a ``provider_config`` whose ``type`` does.
    """
    found: dict[str, list[Location]] = {}
    for name, place in _needed(file, environment):
        found.setdefault(name, []).append(place)
    for name, places in found.items():
        more = f", here and in {len(places) - 1} more places" if len(places) > 1 else ""
        yield Fault(
            Severity.ERROR,
            "unset-variable",
            f"the environment variable {name} has no value{more}",
            places[0],
            "The stack refuses a run config with a reference that leads nowhere.",
            f"set {name}, or write a default: ${{env.{name}:=...}}",
        )


def _needed(file: RunFile, environment: Mapping[str, str]) -> Iterator[tuple[str, Location]]:
    """The variables without a value and a default, each with its place."""
    for entry in file.entries:
        if resolved(entry.provider_id, environment) != _DISABLED:
            for key, text in (("provider_id", entry.provider_id), *texts(entry.config, "config.")):
                yield from ((name, entry.at(key)) for name in _bare(text, environment))
    others = _left(dict(file.data) | {"providers": None}, environment)
    for _key, text in texts(others):
        yield from ((name, file.line_of(f"${{env.{name}}}")) for name in _bare(text, environment))


def _bare(text: str, environment: Mapping[str, str]) -> Iterator[str]:
    for match in _REFERENCE.finditer(text):
        if match["kind"] is None and not environment.get(match["name"]):
            yield match["name"]


def _left(value: Any, environment: Mapping[str, str]) -> Any:
    """A tree without what the stacks leave out before they look for variables in it."""
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if not _is_off(key, item, environment)}
        return {key: _left(item, environment) for key, item in kept.items()}
    if isinstance(value, list):
        return [_left(item, environment) for item in value if not _has_no_id(item, environment)]
    return value


def _is_off(key: Any, value: Any, environment: Mapping[str, str]) -> bool:
    kind = value.get("type") if key == "provider_config" and isinstance(value, Mapping) else None
    return isinstance(kind, str) and not resolved(kind, environment)


def _has_no_id(item: Any, environment: Mapping[str, str]) -> bool:
    ids = (
        [value for key, value in item.items() if str(key).endswith("_id")]
        if isinstance(item, Mapping)
        else []
    )
    return any(isinstance(value, str) and not resolved(value, environment) for value in ids)


def texts(value: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """The texts in a tree, each with its dotted path; those in a list have the list's."""
    if isinstance(value, str):
        yield before.rstrip("."), value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, f"{before}{key}.")
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, before)
