"""A comparison as sections that any format can show, and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from provider_conformance.contracts.snapshots import Release
from provider_conformance.releases.changes.model import Change, Comparison, Fact, Gap, Kind
from provider_conformance.releases.changes.wording import line, listed, releases, told

ORDER: Final = (
    "Releases are in the order of their numbers, which is not the order in which they were made: what seems"
    " to come back may never have been away from the newest code."
)
"""Why a thing may vanish and return."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that has changed, and what is said of it; ``name`` is "" for the section's own subject."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a comparison under its title."""

    title: str
    entries: tuple[Entry, ...]


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """The parts of a comparison: APIs that providers serve, specs, names, and the stack's own APIs."""
    common = _common(comparison.changes)
    changes = [change for change in comparison.changes if _call(change) not in common]
    apis = [*dict.fromkeys(change.api for change in changes if change.api)]
    served = [api for api in apis if api in comparison.served]
    own = [api for api in apis if api not in comparison.served]
    found = [
        *(Section(api, tuple(_api(api, changes))) for api in served),
        Section("all providers", tuple(_everywhere(common))),
        Section("specs, factories and the loader", tuple(_specs(changes))),
        Section("away in between", tuple(_gaps(comparison.gaps))),
        Section("imported names", tuple(_names(changes))),
        *(Section(f"{api} (served by the stack itself)", tuple(_api(api, changes))) for api in own),
    ]
    return tuple(section for section in found if section.entries)


def headline(comparison: Comparison) -> str:
    """What a comparison comes to, in a line."""
    served = [change for change in comparison.changes if change.api in comparison.served]
    if not comparison.changes:
        return "nothing that concerns providers has changed"
    counts = {
        "new": _methods(served, Kind.METHOD_ADDED),
        "gone": _methods(served, Kind.METHOD_REMOVED),
        "under a new name": _methods(served, Kind.METHOD_RENAMED, Kind.METHOD_MOVED),
        "with other parameters or results": _changed(served),
    }
    folded = _methods(served, Kind.PARAMETER_FOLDED)
    if folded:
        counts["of these folded into a request object"] = folded
    shown = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"methods of providers: {shown or 'none changed'}"


def _methods(changes: Iterable[Change], *kinds: Kind) -> int:
    return len({(one.api, one.side, one.method) for one in changes if one.kind in kinds})


def _changed(changes: Sequence[Change]) -> int:
    nouns = ("parameter", "result")
    kinds = [kind for kind in Kind if kind.noun in nouns]
    return _methods(changes, *kinds, Kind.METHOD_REORDERED, Kind.METHOD_OPTIONAL, Kind.METHOD_BINDING)


def _has_returns(comparison: Comparison) -> bool:
    return bool(comparison.gaps) or any(change.again for change in comparison.changes)


def footnote(comparison: Comparison) -> str:
    """What is to be known of things that come back, "" where nothing does."""
    return ORDER if _has_returns(comparison) else ""


# -- entries -----------------------------------------------------------------------------------


def _api(api: str, changes: Iterable[Change]) -> Iterator[Entry]:
    about = [change for change in changes if change.api == api]
    whole = [change for change in about if change.kind in (Kind.API_ADDED, Kind.API_REMOVED)]
    own = [line(change) for change in about if not change.method]
    if whole:
        yield Entry("", (*own, *_together(about)))
        about = [change for change in about if change.kind not in (Kind.METHOD_ADDED, Kind.METHOD_REMOVED)]
    elif own:
        yield Entry("", tuple(own))
    methods = dict.fromkeys((change.method, change.side) for change in about if change.method)
    for method, side in methods:
        mine = [change for change in about if (change.method, change.side) == (method, side)]
        yield Entry(method, tuple(told(mine)))


def _together(changes: Iterable[Change]) -> Iterator[str]:
    """The methods of an API that has come or gone as a whole."""
    for kind, text in ((Kind.METHOD_ADDED, "methods"), (Kind.METHOD_REMOVED, "methods that went with it")):
        names = [change.method for change in changes if change.kind is kind]
        if names:
            yield f"{text}: {', '.join(f'`{name}`' for name in names)}"


_MANY: Final = 3
"""In so many APIs a call is made on any provider."""


def _call(change: Change) -> Change | None:
    """A call of a method that no protocol declares, without its API; None for any other change."""
    return replace(change, api="") if change.kind.noun == "call" and not change.side else None


def _common(changes: Iterable[Change]) -> Mapping[Change | None, tuple[str, ...]]:
    """The calls that have changed for many APIs alike, with these."""
    found: dict[Change, list[str]] = {}
    for change in changes:
        if call := _call(change):
            found.setdefault(call, []).append(change.api)
    return {call: tuple(apis) for call, apis in found.items() if len(apis) >= _MANY}


def _everywhere(common: Mapping[Change | None, tuple[str, ...]]) -> Iterator[Entry]:
    for call, apis in common.items():
        if call is not None:
            yield Entry(call.method, (line(call), f"those of {', '.join(apis)}"))


_STACKWIDE: Final = frozenset({"class", "field", "factory", "argument", "attribute", "loader"})


def _specs(changes: Iterable[Change]) -> Iterator[Entry]:
    about = [change for change in changes if change.kind.noun in _STACKWIDE]
    own = [line(change) for change in about if not change.method]
    if own:
        yield Entry("", tuple(own))
    found: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(change.method for change in about if change.method):
        lines = tuple(line(change) for change in about if change.method == name)
        found.setdefault(lines, []).append(name)
    for lines, names in found.items():
        yield Entry(", ".join(names), lines)


def _names(changes: Iterable[Change]) -> Iterator[Entry]:
    about = [change for change in changes if change.kind.noun == "name"]
    for module, found in groupby(about, key=lambda change: change.method):
        places: dict[tuple[str, tuple[Release, ...]], list[str]] = {}
        for change in found:
            places.setdefault((change.after.rpartition(".")[0], change.again), []).append(change.name)
        yield Entry(module, tuple(_place(*place, names) for place, names in places.items()))


def _place(place: str, again: Sequence[Release], names: Sequence[str]) -> str:
    verb = "is" if len(names) == 1 else "are"
    back = f"; there again in {releases(again)}" if again else ""
    return f"{listed(names)} {verb} {f'in `{place}` now' if place else 'gone'}{back}"


def _gaps(found: Iterable[Gap]) -> Iterator[Entry]:
    for gap in found:
        yield Entry(_thing(gap.fact), (f"is in both releases, but not in {releases(gap.without)}",))


def _thing(fact: Fact) -> str:
    where = ".".join(filter(None, (fact.api, fact.method)))
    return f"{fact.noun} {'.'.join(filter(None, (where, fact.name)))}"


# -- data --------------------------------------------------------------------------------------


def as_data(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data; texts that are empty are left out."""
    return {
        "old": str(comparison.old),
        "new": str(comparison.new),
        "served": [*comparison.served],
        "changes": [_data(change) for change in comparison.changes],
        "away_in_between": [
            {**_filled(gap.fact._asdict()), "without": [*map(str, gap.without)]} for gap in comparison.gaps
        ],
    }


def _data(change: Change) -> dict[str, Any]:
    keys = ("api", "side", "method", "name", "before", "after", "note")
    found = _filled({key: getattr(change, key) for key in keys})
    again = {"again": [*map(str, change.again)]} if change.again else {}
    return {"kind": change.kind.value, **found, "text": line(change), **again}


def _filled(texts: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) for key, value in texts.items() if value}
