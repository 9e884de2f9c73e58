"""A finding as a block of lines: place, message, source, why, fix, and the command that repeats it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.run.account import excerpt, repeated
from provider_conformance.run.overview import Line

_UNDER: Final = " " * len("  again  ")
"""What stands before the further lines of a labelled text."""
_NARROW: Final = 40


class Detail(IntEnum):
    """How much is told about each finding."""

    VERDICT = 0
    LINE = 1
    BLOCK = 2


@dataclass(frozen=True, slots=True)
class Telling:
    """How findings are told.

    Attributes:
        detail: How much of each.
        width: How many characters a line may have; a command and a place may be longer.
        source: Gives the lines of the file of a location, none where it cannot be read.
        command: Gives the command that repeats a check, by its id.
        warnings: Whether warnings are told, or only counted.
    """

    detail: Detail = Detail.BLOCK
    width: int = 80
    source: Callable[[Location], Sequence[str]] = field(default=lambda _location: ())
    command: Callable[[str], str] = repeated
    warnings: bool = True


def block(
    finding: Finding, rule: str, check_id: str, telling: Telling, also: Sequence[str] = ()
) -> Iterator[Line]:
    """One finding: its place first, so that an editor can link it.

    Args:
        finding: The finding.
        rule: The name of its rule.
        check_id: The check that found it.
        telling: How it is told.
        also: Where else the same was found.
    """
    place = f"{finding.location}: " if finding.location else ""
    colour = "red" if finding.severity is Severity.ERROR else "yellow"
    head = f"{place}{finding.severity} {finding.code}"
    if telling.detail < Detail.BLOCK:
        yield Line(f"{head} {finding.message}", (colour,))
        return
    yield Line(f"{head} {rule}", (colour, "bold"))
    yield from _text("  ", "  ", finding.message, telling.width)
    yield from _excerpt(finding.location, telling)
    yield from _code(finding.seen, telling.width)
    shown = (("why", finding.why), ("fix", finding.fix), ("also", ", ".join(also)))
    for label, text in shown:
        if text:
            yield from _text(f"  {label:<6} ", _UNDER, text, telling.width)
    yield Line(f"  {'again':<6} {telling.command(check_id)}")


def _text(first: str, further: str, text: str, width: int) -> Iterator[Line]:
    """A text within a width; where it has lines of its own they stay."""
    for number, part in enumerate(text.splitlines()):
        lead = further if number else first
        wrapped = textwrap.wrap(
            part,
            max(width, _NARROW),
            initial_indent=lead,
            subsequent_indent=further,
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from (Line(line) for line in wrapped or [lead.rstrip()])


def _code(lines: Sequence[str], width: int) -> Iterator[Line]:
    """Lines of Python under their label, broken only where Python allows it: they are to be pasted."""
    parts = [part for line in lines for part in folded(line, max(width - len(_UNDER), _NARROW))]
    for number, part in enumerate(parts):
        yield Line(f"{_UNDER if number else '  seen    '}{part}")


def folded(line: str, width: int) -> Iterator[str]:
    """A line of Python within a width, broken after commas in brackets.

    Args:
        line: The line.
        width: How many characters a part may have; one without a comma may be longer.
    """
    begun, last = 0, 0
    for place in _commas(line):
        if place - begun > width and last > begun:
            yield f"{'    ' if begun else ''}{line[begun:last].strip()}"
            begun = last
        last = place
    if len(line) - begun > width and last > begun:
        yield f"{'    ' if begun else ''}{line[begun:last].strip()}"
        begun = last
    yield f"{'    ' if begun else ''}{line[begun:].strip()}"


def _commas(line: str) -> Iterator[int]:
    """The places behind commas that stand in brackets and in no text."""
    depth, quote, place = 0, "", 0
    while place < len(line):
        letter = line[place]
        if quote:
            place += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#":
            return
        else:
            depth += (letter in "([{") - (letter in ")]}")
            if letter == "," and depth:
                yield place + 1
        place += 1


def _excerpt(location: Location | None, telling: Telling) -> Iterator[Line]:
    """The line that is meant, marked, with those around it; nothing where the source cannot be read."""
    for number, line in excerpt(location, telling.source):
        mark = ">" if location is not None and number == location.line else " "
        text = f"  {mark} {number:>5} | {line}".rstrip()
        yield Line(text if len(text) <= telling.width else f"{text[: telling.width - 3]}...")
