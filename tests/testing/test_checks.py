"""The checks of a provider as a parametrized test of an author's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.testing import ConformanceCheck, provider_checks

REFERENCES = Path(__file__).resolve().parents[2] / "reference_providers"
MEMORY = str(REFERENCES / "memory")
TESTS = """
from provider_conformance.testing import provider_checks

@provider_checks({package!r}, select=["PC2"])
def test_it_conforms(check):
    check()
"""


@provider_checks(MEMORY, select=["PC2"])
def test_a_sound_provider_passes_or_is_skipped(check: ConformanceCheck) -> None:
    check()


def test_each_check_is_a_parameter_with_its_id() -> None:
    (mark,) = [provider_checks(MEMORY, select=["PC501"]).mark]
    ((parameter,),) = [mark.args[1]]
    assert parameter.id == "memory::PC501[reference]"
    assert parameter.values[0].id == f"{parameter.values[0].id.partition('::')[0]}::{parameter.id}"


def test_a_finding_fails_with_its_place_and_not_with_our_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine=TESTS.format(package=_broken(pytester.path)))
    outcome = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    text = outcome.stdout.str()
    assert "PC202" in text
    assert "query_documents" in text
    assert "in __call__" not in text
    assert outcome.parseoutcomes()["failed"] == 1


def test_what_was_not_seen_is_skipped_and_says_so(pytester: pytest.Pytester) -> None:
    package = Path(_broken(pytester.path))
    (package / "memory.py").write_text("import no_such_module_anywhere\n", encoding="utf-8")
    pytester.makepyfile(test_mine=TESTS.format(package=str(package)))
    outcome = pytester.runpytest_subprocess("-q", "-rs", "-p", "no:cacheprovider")
    assert set(outcome.parseoutcomes()) == {"skipped"}
    outcome.stdout.fnmatch_lines(["*no implementation to judge*no_such_module_anywhere*"])


def test_a_code_that_no_rule_has_is_refused() -> None:
    with pytest.raises(UsageError, match="PC29"):
        provider_checks(MEMORY, select=["PC299"])


def _broken(folder: Path) -> str:
    """The reference provider with one method under another name."""
    source = REFERENCES / "memory" / "reference_memory"
    target = folder / "broken_memory"
    target.mkdir()
    for file in source.glob("*.py"):
        text = file.read_text(encoding="utf-8").replace("reference_memory", "broken_memory")
        changed = text.replace("query_documents", "find_documents")
        (target / file.name).write_text(changed, encoding="utf-8")
    return str(target)
