"""Provider packages for tests: those under ``fixtures/``, and small ones written on the spot."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Finding
from provider_conformance.package.model import Implementation, Provider
from provider_conformance.providers.implementation import find_implementation
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.planning import run
from provider_conformance.run.report import Record

FIXTURES = Path(__file__).parents[2] / "fixtures"
MANIFEST: list[dict[str, Any]] = yaml.safe_load((FIXTURES / "manifest.yaml").read_text("utf-8"))["fixtures"]

SPECS = """
from fixture_parts import inline_spec

def get_provider_spec():
    return inline_spec({name!r})
"""


def fixture(name: str) -> Provider:
    """The fixture package of that name, loaded."""
    return load_provider(str(FIXTURES / "packages" / name), root=FIXTURES)


def records_of(provider: Provider) -> tuple[Record, ...]:
    """The checks of loading and of the protocols on the built-in stack; typing takes a tool of its own."""
    rules = [rule for rule in all_rules() if rule.code.startswith(("PC1", "PC2", "PC3"))]
    return run([provider], {provider.name: builtin_contract()}, rules).records


def findings_of(provider: Provider, code: str) -> list[Finding]:
    """What one rule says of ``provider``."""
    rules = [rule for rule in all_rules() if rule.code == code]
    report = run([provider], {provider.name: builtin_contract()}, rules)
    return [finding for record in report.records for finding in record.result.findings]


def implementation_of(provider: Provider, number: int = 0) -> Implementation:
    """The implementation behind one of the specs."""
    assert provider.problem is None, provider.problem
    return find_implementation(provider.specs[number], provider, None)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write source files, dedented, and return ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def package(folder: Path, name: str, init: str = "", **modules: str) -> Path:
    """Write a package with an inline spec, unless ``modules`` has a ``provider`` of its own."""
    files = {"__init__": init, "provider": SPECS.format(name=name), **modules}
    return write(folder / name, {f"{module}.py": text for module, text in files.items()})
