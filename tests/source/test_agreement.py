"""The source view and the live view agree, or one of them says that it cannot tell."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from protocols.corpus.all_cases import CASES
from protocols.corpus.case import Case, Expected
from provider_conformance.findings import Outcome
from provider_conformance.package import staging
from provider_conformance.protocols.calls import Callers
from provider_conformance.protocols.compare import PRIVATE, PUBLIC, Comparison, compare_member
from provider_conformance.protocols.live import View
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import Calls, ProtocolModel
from provider_conformance.source.reading import SourceReader, environment
from support import references
from support.views import differences, results

TOP = Path(__file__).parents[2]
FIXTURES = TOP / "fixtures"
LISTED = yaml.safe_load((FIXTURES / "manifest.yaml").read_text())["fixtures"]
PACKAGES = [entry for entry in LISTED if entry["path"].startswith("packages/")]

ENOUGH = 0.9
"""The share of the corpus that source must decide."""


@pytest.fixture(autouse=True)
def _nothing_left_on_the_path() -> Iterator[None]:
    yield
    staging.unstage()


# -- whole providers ----------------------------------------------------------------------------


@pytest.mark.parametrize("project", references.BUILT_IN, ids=lambda path: path.name)
def test_the_views_agree_on_a_reference_provider(project: Path) -> None:
    source = results(str(project), "source", root=TOP)
    live = results(str(project), "live", root=TOP)
    assert not [str(one) for one in differences(source, live) if not one.explained]
    judged = Counter(result.outcome for result in source.values())
    assert judged[Outcome.PASSED] > 20
    assert judged[Outcome.FAILED] == 0


@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: Path(entry["path"]).name)
def test_the_views_agree_on_a_fixture(entry: dict[str, Any]) -> None:
    argument = entry.get("provider") or str(FIXTURES / entry["path"])
    source = results(argument, "source", api=entry.get("api"), root=FIXTURES)
    staging.unstage()
    live = results(argument, "live", api=entry.get("api"), root=FIXTURES)
    assert not [str(one) for one in differences(source, live) if not one.explained]
    assert not [result.reason for result in source.values() if result.broken]


# -- the corpus of implementations ----------------------------------------------------------------


@pytest.fixture(scope="module")
def reader() -> SourceReader:
    """Reads the corpus; nothing of it is imported by this."""
    return SourceReader(environment([str(TOP / "tests")]))


CLASS_VIEWS = [case for case in CASES if case.view == "class"]


def _module_of(case: Case) -> str:
    return f"protocols.corpus.{Path(case.file).stem}"


def _name_of(case: Case) -> str:
    """The module-level name of a case's class, "" for one that only running a function makes."""
    names = vars(sys.modules[_module_of(case)]).items()
    return next((name for name, value in names if value is case.cls), "")


def _compared(view: View, protocol: ProtocolModel, calls: Calls) -> dict[str, Comparison]:
    family = PRIVATE if calls is Calls.POSITIONAL else PUBLIC
    names = (*protocol.methods, *protocol.attributes)
    return {name: compare_member(view, name, protocol, Callers(calls), family) for name in names}


def _of_source(case: Case, reader: SourceReader) -> dict[str, Comparison] | None:
    module = reader.library.module(_module_of(case))
    found = module.namespace.get(_name_of(case)) if module is not None else None
    if not isinstance(found, type):
        return None
    protocol = read_protocol(case.protocol)
    counterpart = reader.counterpart(protocol) or protocol.live
    return _compared(View(found), replace(protocol, live=counterpart), Calls(case.calls))


def _told(compared: dict[str, Comparison]) -> set[Expected]:
    return {
        Expected(found.code, str(found.severity), found.method)
        for comparison in compared.values()
        for found in comparison.findings
    }


NAMED = [case for case in CLASS_VIEWS if _name_of(case)]


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case.name)
def test_source_says_of_a_class_what_is_true_or_that_it_cannot_tell(case: Case, reader: SourceReader) -> None:
    compared = _of_source(case, reader)
    assert compared is not None
    found = _told(compared)
    open_members = {name for name, comparison in compared.items() if comparison.unseen}
    assert found <= case.expected
    assert {missed.member for missed in case.expected - found} <= open_members


def test_source_decides_most_of_what_the_live_view_decides(reader: SourceReader) -> None:
    decided = Counter[str]()
    for case in NAMED:
        source = _of_source(case, reader) or {}
        live = _compared(View(case.cls), read_protocol(case.protocol), Calls(case.calls))
        only_live = [name for name in live if not live[name].unseen and source[name].unseen]
        decided["open" if only_live else "decided"] += 1
    assert decided["decided"] / decided.total() > ENOUGH, decided


def test_nearly_every_class_of_the_corpus_is_found_by_name() -> None:
    assert len(NAMED) / len(CLASS_VIEWS) > ENOUGH
