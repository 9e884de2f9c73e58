"""A comparison as text for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Final

from provider_conformance.releases.changes.model import Comparison
from provider_conformance.releases.changes.telling import Entry, as_data, footnote, headline, sections

_WIDTH: Final = 110


def text(comparison: Comparison) -> str:
    """A comparison for a terminal."""
    return "\n".join(_text(comparison))


def _text(comparison: Comparison) -> Iterator[str]:
    yield f"{comparison.old} -> {comparison.new}"
    yield headline(comparison)
    for section in sections(comparison):
        yield ""
        yield section.title
        for entry in section.entries:
            yield from _entry(entry)
    if footnote(comparison):
        yield ""
        yield from textwrap.wrap(footnote(comparison), _WIDTH)


def _entry(entry: Entry) -> Iterator[str]:
    depth = "    " if entry.name else "  "
    yield from [f"  {entry.name}"] if entry.name else []
    for line in entry.lines:
        yield from textwrap.wrap(
            line.replace("`", ""),
            _WIDTH,
            initial_indent=depth,
            subsequent_indent=f"{depth}    ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def markdown(comparison: Comparison) -> str:
    """A comparison as Markdown, as a change log or a pull request shows it."""
    return "\n".join(_markdown(comparison)) + "\n"


def _markdown(comparison: Comparison) -> Iterator[str]:
    yield f"# {comparison.old} → {comparison.new}"
    yield ""
    yield f"{headline(comparison)}.".capitalize()
    for section in sections(comparison):
        yield ""
        yield f"## {section.title}"
        yield ""
        for entry in section.entries:
            lines = entry.lines
            if entry.name:
                yield f"- `{entry.name}`"
            yield from (f"{'  ' if entry.name else ''}- {line}" for line in lines)
    if footnote(comparison):
        yield ""
        yield footnote(comparison)


def as_json(comparison: Comparison) -> str:
    """A comparison as JSON, every change by itself."""
    return json.dumps(as_data(comparison), indent=2, ensure_ascii=False)
