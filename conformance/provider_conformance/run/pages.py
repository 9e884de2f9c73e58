"""The page of a rule, made of the docstring of its function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Final

from provider_conformance import rules
from provider_conformance.errors import UsageError
from provider_conformance.rules.model import Rule
from provider_conformance.run.selection import near

_HEADING: Final = re.compile(r"^(?P<title>[A-Z][^:\n]*):[ ]*\n(?=[ \t]+\S)", re.MULTILINE)


def sections(documentation: str) -> Iterator[tuple[str, str]]:
    """Split a rule's docstring into (heading, text); the summary comes first, under no heading."""
    parts = _HEADING.split(documentation)
    yield "", parts[0].strip()
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        yield title, dedent(body).strip()


def summary(rule: Rule) -> str:
    """The first paragraph of a rule's page, in one line."""
    first = next(sections(rule.documentation))[1]
    return " ".join(first.split("\n\n")[0].split())


def page(rule: Rule) -> str:
    """The page of a rule as Markdown."""
    (_, first), *rest = sections(rule.documentation)
    facts = (
        f"Severity: **{rule.severity.value}** · one check per {rule.scope.value} · "
        f"`--provider-select={rule.code}`, `--provider-ignore={rule.code}`"
    )
    parts = [f"# {rule.code}: {rule.name}", first, facts]
    parts += [f"## {title}\n\n{text}" for title, text in rest]
    return "\n\n".join(parts) + "\n"


def explained(code: str, option: str = "CODE") -> str:
    """The page of the rule with a code, for a terminal.

    Args:
        code: The code, in any case.
        option: Where the user has named it, for messages.

    Raises:
        UsageError: If no rule has the code; the message offers near ones.
    """
    all_rules = {rule.code: rule for rule in rules.all_rules()}
    wanted = code.strip().upper()
    found = all_rules.get(wanted)
    if found is None:
        offers = near(wanted.rstrip("X"), all_rules, most=8) or list(all_rules)
        raise UsageError(f"{option}: no rule has the code {code!r}; near: {', '.join(offers)}")
    title = f"{found.code} {found.name} ({found.severity}, per {found.scope})"
    return f"{title}\n{'=' * len(title)}\n\n{found.documentation}"
