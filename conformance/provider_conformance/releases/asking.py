"""Which releases ``--provider-releases`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from provider_conformance.contracts.snapshots import Release
from provider_conformance.errors import UsageError

ALL: Final = "all"
"""Asks for every release: a survey, which fails no run."""
FORMS: Final = "`all`, `llama-stack`, `ogx==1.5.0`, `>=0.6`, `ogx>=1.0,<1.4`, or several of them with commas"
_PART: Final = re.compile(r"(?P<name>[A-Za-z][\w.-]*?)?\s*(?P<specifier>[<>=!~].*)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """The releases that are asked for, oldest first; ``survey``: nobody demands that they fit."""

    releases: tuple[Release, ...] = ()
    survey: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One stack, or any where ``stack`` is "", and the versions of it."""

    text: str
    stack: str
    versions: SpecifierSet

    def has(self, release: Release) -> bool:
        return self.stack in ("", release.stack) and self.versions.contains(release.release, prereleases=True)


def parse_releases(text: str, known: Sequence[Release], option: str = "--provider-releases") -> Asked:
    """Read what the user wants.

    A comma before an operator narrows what stands before it (``ogx>=1.0,<1.4``); before a name it
    begins something new. llama-stack was renamed to ogx with 0.8.0, and their versions go on: a
    specifier without a name (``>=0.6``) is about both.

    Args:
        text: What the user wrote.
        known: The releases that there are, oldest first.
        option: The option's name, for messages.

    Raises:
        UsageError: If the text has another form, or a part of it fits no known release.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if words == [ALL]:
        return Asked(tuple(known), survey=True)
    if not words:
        raise UsageError(f"{option} is empty; write {FORMS}")
    wanted = [_wanted(part, known, option) for part in _joined(words)]
    for part in wanted:
        if not any(map(part.has, known)):
            raise UsageError(f"{option}: no known release fits `{part.text}`; known are {_listed(known)}")
    return Asked(tuple(release for release in known if any(part.has(release) for part in wanted)))


def _joined(words: Iterable[str]) -> Iterable[str]:
    """The parts of a list: an operator goes on with what stands before it."""
    parts: list[str] = []
    for word in words:
        if parts and word[0] in "<>=!~":
            parts[-1] += f",{word}"
        else:
            parts.append(word)
    return parts


def _wanted(part: str, known: Iterable[Release], option: str) -> _Wanted:
    match = _PART.fullmatch(part)
    name = re.sub(r"[-_.]+", "-", match["name"] or "").lower() if match else ""
    stacks = dict.fromkeys(release.stack for release in known)
    if match is None or name == ALL:
        raise UsageError(f"{option}: `{part}` is not understood; write {FORMS}")
    if name and name not in stacks:
        raise UsageError(f"{option}: there is no stack `{name}`, only {' and '.join(stacks)}; write {FORMS}")
    try:
        return _Wanted(part, name, SpecifierSet(match["specifier"] or ""))
    except InvalidSpecifier:
        raise UsageError(f"{option}: `{part}` names no versions; write {FORMS}") from None


def _listed(releases: Iterable[Release]) -> str:
    versions: dict[str, list[str]] = {}
    for release in releases:
        versions.setdefault(release.stack, []).append(release.release)
    return " and ".join(f"{stack} {', '.join(found)}" for stack, found in versions.items())
