"""What the documents and the environments' files say about one another."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from provider_conformance.rules import all_rules

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "benchmarks/*.md",
        "constraints/*.md",
        "reference_providers/*/*.md",
    )
    for path in ROOT.glob(pattern)
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_links_to_is_there(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    assert set(LINK.findall(listed)) == pages


def test_every_page_of_the_documentation_is_reached_from_the_index() -> None:
    index = set(LINK.findall((ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"} <= index


def test_the_readme_explains_every_option(pytestconfig: pytest.Config) -> None:
    (group,) = [g for g in pytestconfig._parser._groups if g.name == "provider-conformance"]
    options = {name for option in group.options for name in option.names()}
    rows = re.findall(r"^\| `(--[\w-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) == options


def test_the_readme_explains_every_family_of_codes() -> None:
    rows = re.findall(r"^\| (PC\d)xx", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == sorted({rule.code[:3] for rule in all_rules()})


def requirements() -> list[tuple[str, str]]:
    tox = ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    found = []
    for section in tox.sections():
        name = section.removeprefix("testenv:").partition("{")[0]
        for line in tox.get(section, "deps", fallback="").split("\n"):
            factor, separator, requirement = line.rpartition(": ")
            if requirement:
                found.append((f"{name}{factor}" if separator else name, requirement))
    return found


@pytest.mark.parametrize(("environment", "requirement"), requirements())
def test_what_an_environment_asks_for_is_what_is_pinned(environment: str, requirement: str) -> None:
    pins = (ROOT / "constraints" / f"{environment}.txt").read_text(encoding="utf-8").splitlines()
    assert requirement in pins
