"""Write ``docs/rules/`` from the docstrings of the rules: a page a rule, and an index.

``python tools/rule_pages.py`` writes them; with ``--check`` it writes nothing and exits with 1 where
a page is not current.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from provider_conformance.rules import all_rules
from provider_conformance.rules.model import Rule
from provider_conformance.run.pages import page, summary

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"
_PREAMBLE = """\
Written by `python tools/rule_pages.py` from the docstrings of the rules. A code never changes its meaning;
a rule that goes leaves its code unused. `pytest --provider-explain CODE` prints the same text."""
_FAMILIES = {
    "PC1": "loading and specs",
    "PC2": "the public protocol",
    "PC3": "the private registry protocol",
    "PC4": "types",
    "PC5": "resolution",
    "PC6": "registration and routing",
    "PC7": "life cycle and config",
    "PC8": "laws: what calls of one API have to do with one another",
    "PC9": "releases that need not be installed",
}


def index(rules: Iterable[Rule]) -> str:
    """Render the table of all rules, a table a family."""
    parts = [
        "# Rules",
        _PREAMBLE,
    ]
    for family, members in groupby(rules, key=lambda rule: rule.code[:3]):
        rows = [f"| [{r.code}]({r.code}.md) | {r.name} | {r.severity.value} | {_cell(r)} |" for r in members]
        table = "\n".join(["| code | name | severity | |", "|---|---|---|---|", *rows])
        parts.append(f"## {family}xx: {_FAMILIES[family]}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _cell(rule: Rule) -> str:
    return summary(rule).replace("|", "\\|")


def pages(rules: Sequence[Rule]) -> dict[str, str]:
    """Map each file name below ``docs/rules`` to the text that it should hold."""
    return {"README.md": index(rules)} | {f"{rule.code}.md": page(rule) for rule in rules}


def stale(wanted: Mapping[str, str], folder: Path) -> list[str]:
    """Name the files of ``folder`` that are missing, differ from ``wanted``, or belong to no rule."""
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def write(wanted: Mapping[str, str], folder: Path) -> None:
    """Make ``folder`` hold exactly the ``wanted`` pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale(wanted, folder):
        path = folder / name
        if name in wanted:
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the pages; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing, fail where a page is not current"
    )
    options = parser.parse_args(arguments)
    wanted = pages(all_rules())
    if not options.check:
        write(wanted, FOLDER)
        return 0
    behind = stale(wanted, FOLDER)
    for name in behind:
        print(f"docs/rules/{name} is not what the rules say: run python tools/rule_pages.py", file=sys.stderr)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
