"""What a report can tell of a run beside what it came to: when, with what, and how to repeat it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from provider_conformance.findings import Finding, Location, Outcome, Severity
from provider_conformance.paths import location_from
from provider_conformance.run.report import Record, Report

_CONTROL: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_DIRECTION: Final = r"\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_CHARACTER: Final = r"\ud800-\udfff\ufffe\uffff"
_UNPRINTABLE: Final = re.compile(f"[{_CONTROL}{_DIRECTION}{_NO_CHARACTER}]")


def repeated(check_id: str) -> str:
    """The command that repeats a check where the provider is named in the configuration."""
    return f'pytest "{check_id}"'


@dataclass(frozen=True, slots=True)
class Account:
    """How a run was made.

    Attributes:
        here: The folder in which it began; the paths of findings are relative to it.
        top: The top folder of the repository, from which forges take paths.
        command: The command line.
        again: Gives the command that repeats a check, by its id.
        source: Gives the lines of the file of a location, none where it cannot be read.
        started: When it began, None where nobody knows.
        seconds: How long it took.
        tools: What it was made with, by name and version.
        files: The address under which a forge shows the repository's files at this commit, "" for none.
    """

    here: Path = field(default_factory=Path)
    top: Path = field(default_factory=Path)
    command: str = "pytest"
    again: Callable[[str], str] = repeated
    source: Callable[[Location], Sequence[str]] = field(default=lambda _location: ())
    started: datetime | None = None
    seconds: float = 0.0
    tools: tuple[tuple[str, str], ...] = ()
    files: str = ""

    def in_repository(self, location: Location) -> Location:
        """A place with its path from the top of the repository on, absolute where it is not below."""
        return location_from(self.top, Location(str(self.here / location.path), location.line))

    def link(self, location: Location | None) -> str:
        """The address of a place on the forge, "" where it shows none."""
        if location is None or not self.files:
            return ""
        inside = self.in_repository(location)
        line = f"#L{inside.line}" if inside.line else ""
        return "" if Path(inside.path).is_absolute() else f"{self.files}/{quote(inside.path)}{line}"


def excerpt(
    location: Location | None, source: Callable[[Location], Sequence[str]], before: int = 2, after: int = 1
) -> tuple[tuple[int, str], ...]:
    """The line that is meant with some around it, each with its number; nothing where none can be read."""
    if location is None or location.line is None:
        return ()
    lines = source(location)
    if not 0 < location.line <= len(lines):
        return ()
    numbers = range(max(location.line - before, 1), min(location.line + after, len(lines)) + 1)
    return tuple((number, lines[number - 1].rstrip()) for number in numbers)


def printable(text: str) -> str:
    """A text of a provider's with what cannot be shown written as an escape; line ends and tabs stay."""
    text = text.replace("\r\n", "\n") if "\r" in text else text
    return _UNPRINTABLE.sub(lambda found: ascii(found.group())[1:-1], text)


def is_accepted(record: Record) -> bool:
    """Whether somebody has accepted what a check found."""
    return record.result.outcome is Outcome.KNOWN


def worst_first(report: Report) -> tuple[tuple[Finding, Record], ...]:
    """All findings, each with the first record that has it: errors before warnings, accepted ones last."""
    return tuple(
        sorted(
            report.findings,
            key=lambda pair: (is_accepted(pair[1]), pair[0].severity is not Severity.ERROR, _place(pair[0])),
        )
    )


def _place(finding: Finding) -> tuple[str, str, int, str, str]:
    location = finding.location
    path, line = (location.path, location.line or 0) if location else ("", 0)
    return finding.provider, path, line, finding.code, finding.method


def nearest(finding: Finding, record: Record) -> Location:
    """The place of a finding, or the one that comes nearest to it where it has none.

    Forges show a finding beside a line, and drop one without a file.
    """
    subject = record.check.subject
    spec = subject.spec.location if subject.spec else None
    problem = subject.provider.problem
    found = finding.location or spec or (problem.location if problem else None)
    return found or Location("pyproject.toml", 1)
