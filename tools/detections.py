"""Write ``docs/detections.md``: how many cases each rule is held to, defective and conforming ones.

``python tools/detections.py`` counts them where the tests have them and writes the table; with ``--check``
it writes nothing and exits with 1 where the table is not current. Nothing is judged here: every case that is
counted is a test, which fails where the case is not found, or is found by another rule.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from provider_conformance.rules import all_rules

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "detections.md"
_PACKAGES = ROOT / "fixtures" / "packages"
_TYPING = ("defects_parameters", "defects_results", "defects_attributes", "conforming", "conforming_others")
_PREAMBLE = """\
# What the rules find

Written by `python tools/detections.py`. Every case is a test: it fails where the fault is not found, where
another rule finds something too, or where a conforming case is not left alone. So what is counted here is
what is found, in every green run.

*Defective* are cases that have the fault which the rule is about. *Look-alikes* conform and come near it; a
class of the corpora that conforms is a look-alike for every rule of its family."""
_ELSEWHERE = """\
Not counted: PC551 to PC559 judge whole stacks (`tests/rules/stacks`, and the field tests on real
ones), PC901 to PC903 releases (`tests/releases`); the reference providers and the examples, which all rules
leave alone; the in-tree providers of stacks, whose findings are judged by reading
([field results](field-results.md))."""


class Case(NamedTuple):
    """A case of the tests: where it is from, what is found in it, and whom it might mislead."""

    source: str
    found: tuple[str, ...]
    alike: tuple[str, ...]


def cases() -> Iterator[Case]:
    """All that the tests have."""
    manifest = yaml.safe_load((ROOT / "fixtures" / "manifest.yaml").read_text("utf-8"))["fixtures"]
    for entry in manifest:
        yield _listed("`fixtures`", entry, "errors", "warnings")
    for listing in sorted(_PACKAGES.glob("*/expected.yaml")):
        for entry in yaml.safe_load(listing.read_text("utf-8")).values():
            yield _listed("`fixtures`", entry, "error", "warning")
    yield from _classes()
    yield from _types()
    defects: Any = importlib.import_module("support.defects.all_defects")
    yield from (Case("planted in reference providers", (defect.code,), ()) for defect in defects.DEFECTS)


def _listed(source: str, entry: dict[str, Any], *keys: str) -> Case:
    found = tuple({text.partition("[")[0].split()[0] for key in keys for text in entry.get(key, ())})
    return Case(source, found, () if found else (entry["rule"],))


def _classes() -> Iterator[Case]:
    corpus: Any = importlib.import_module("protocols.corpus.all_cases")
    for case in corpus.CASES:
        found = tuple({expected.code for expected in case.expected})
        yield Case(
            "corpus of classes", found, () if found else ("PC2" if case.calls == "keyword" else "PC3",)
        )


def _types() -> Iterator[Case]:
    for module in _TYPING:
        for case in importlib.import_module(f"typing_corpus.{module}").CASES.values():
            found = () if isinstance(case, str) else tuple({text.split()[0] for text in case[1:]})
            yield Case("corpus of types", found, () if found else ("PC4",))


def table(found: Sequence[Case]) -> str:
    """Render the counts of each rule."""
    defective = Counter(code for case in found for code in case.found)
    alike = Counter(code for case in found for code in case.alike)
    lines = ["| rule | | defective, all found | look-alikes, all left alone |", "|---|---|--:|--:|"]
    for rule in all_rules():
        near = alike[rule.code] + alike[rule.code[:3]]
        if defective[rule.code]:
            page = f"[{rule.code}](rules/{rule.code}.md)"
            lines.append(f"| {page} | {rule.name} | {defective[rule.code]} | {near} |")
    return "\n".join(lines)


def sources(found: Iterable[Case]) -> str:
    """Render how many cases there are of each origin."""
    every = Counter((case.source, bool(case.found)) for case in found)
    lines = ["| cases | defective | conforming |", "|---|--:|--:|"]
    names = dict.fromkeys(source for source, _ in every)
    return "\n".join(
        [*lines, *(f"| {name} | {every[name, True]} | {every[name, False]} |" for name in names)]
    )


def page() -> str:
    """The page as it should be."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "types")]
    found = list(cases())
    return "\n\n".join([_PREAMBLE, table(found), _ELSEWHERE, sources(found)]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where it is not current")
    options = parser.parse_args(arguments)
    text = page()
    if not options.check:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/detections.md is not current: run python tools/detections.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
