"""What the plugin costs per check: 5,000 checks that pass at once, against 5,000 items that do nothing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paired
import pytest

from provider_conformance import rules
from provider_conformance.contracts import load
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement
from provider_conformance.package.model import Provider, Spec, SpecKind
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel, ResultKind
from provider_conformance.protocols.signature import Signature
from provider_conformance.providers import locate
from provider_conformance.rules.model import Rule, Scope, rule

LIMIT = 1.3
PAIRS = 7
ITEMS = 5000
RULES = 10


class Trivial(pytest.Item):
    """An item that does nothing."""

    def runtest(self) -> None:
        """Do nothing."""


class Inject:
    """Injects trivial items as the plugin injects its checks."""

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """Put the items beside what the session collects."""
        report = yield
        if isinstance(collector, pytest.Session):
            items = [
                Trivial.from_parent(collector, name=f"item{i}", nodeid=f"x::item{i}") for i in range(ITEMS)
            ]
            report.result = [*report.result, *items]
        return report


def provider() -> Provider:
    """A provider of one API."""
    return Provider("many", (Spec("inference", "remote::many", SpecKind.REMOTE, None, None),), "builtin")


def contract() -> Contract:
    """A contract with so many methods that the rules make 5,000 checks of them."""
    names = [f"method{number}" for number in range(ITEMS // RULES)]
    methods = {name: ProtocolMethod(name, Signature(), ResultKind.ANY) for name in names}
    api = ApiContract("inference", public=ProtocolModel("Many", "many", methods))
    return Contract("builtin", "0", {"inference": api})


@dataclass(frozen=True)
class Seen:
    """Evidence that is collected at once."""

    @classmethod
    def collect(cls, _subject: Subject) -> Seen:
        """See nothing."""
        return cls()


def over_evidence(_seen: Seen) -> Iterator[Finding]:
    """Find nothing wrong with the evidence."""
    yield from ()


def over_the_subject(_subject: Subject) -> Judgement:
    """Pass at once."""
    return PASS


def passing() -> tuple[Rule, ...]:
    """Rules that pass at once, every other one over evidence."""
    kinds: tuple[Callable[..., Any], ...] = (over_evidence, over_the_subject)
    return tuple(
        rule(f"PC2{n:02}", f"rule-{n}", scope=Scope.PUBLIC)(kinds[n % len(kinds)]) for n in range(RULES)
    )


def run(kind: str) -> int:
    """One run in this process; return the exit code."""
    options = ["-q", "-p", "no:cacheprovider"]
    if kind == "trivial":
        return pytest.main(options, plugins=[Inject()])
    rules.all_rules = passing
    locate.load_provider = lambda *_arguments, **_options: provider()
    load.load_contract = lambda _stack: contract()
    return pytest.main([*options, "-p", "provider_conformance", "--provider=many"])


def command(kind: str) -> paired.Command:
    """The process that runs one kind of items."""
    # Bytecode is written, as it is where pytest is at home; without it each process compiles anew.
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": ""}
    return paired.Command([sys.executable, str(Path(__file__).resolve()), kind], environment)


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        found = paired.compare(command("trivial"), command("checks"), Path(folder), PAIRS)
    return paired.verdict(f"{ITEMS} checks", found, LIMIT)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]) if len(sys.argv) > 1 else main())
