"""A pytest plugin that replaces providers, contracts and rules by small known ones.

With it the plugin under test runs without any stack: the name given to ``--provider`` says how the
provider behaves, see ``BEHAVIOUR``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_conformance import rules
from provider_conformance.contracts import load
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.errors import StackNotInstalledError, UsageError
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package.model import Problem, Provider, Spec, SpecKind
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel, ResultKind
from provider_conformance.protocols.signature import Signature
from provider_conformance.providers import locate
from provider_conformance.rules.model import Rule, Scope, rule

METHODS = ("chat", "complete", "embed")
BEHAVIOUR = {
    "good": "every check passes",
    "bad": "chat is missing",
    "worse": "chat and embed are missing",
    "warned": "complete gives a warning",
    "unseen": "nothing can be seen",
    "skipped": "embed is not applicable",
    "crashing": "the check of chat crashes",
    "broken": "cannot be imported",
    "dying": "the check of chat ends its process",
}


def protocol(name: str, methods: tuple[str, ...] = METHODS) -> ProtocolModel:
    return ProtocolModel(
        name,
        "fake",
        {method: ProtocolMethod(method, Signature(), ResultKind.AWAITABLE) for method in methods},
    )


def contract(release: str = "1.0", stack: str = "fake") -> Contract:
    inference = ApiContract("inference", public=protocol("Inference"))
    safety = ApiContract("safety", public=protocol("Safety", ("run_shield",)))
    return Contract(stack, release, {"inference": inference, "safety": safety})


def spec(api: str = "inference", provider_type: str = "remote::foo") -> Spec:
    return Spec(api, provider_type, SpecKind.REMOTE, "foo", None, location=Location("foo/provider.py", 3))


def provider(name: str, *specs: Spec, problem: Problem | None = None) -> Provider:
    if problem:
        return Provider(name, problem=problem)
    return Provider(name, specs or (spec(), spec("safety", "inline::bar")), "fake")


def finding(code: str, method: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        code,
        severity,
        f"{method} is missing",
        method,
        location=Location("foo/adapter.py", 12),
        why=f"the router calls {method}",
        fix=f"add {method}",
    )


@rule("PC101", "importable", scope=Scope.PROVIDER)
def importable(subject: Subject) -> Iterator[Finding]:
    """Check that the provider can be imported.

    What it does:
        Imports it.
    """
    problem = subject.provider.problem
    if problem is not None:
        yield Finding("PC101", Severity.ERROR, problem.message, location=problem.location)


@rule("PC110", "spec-complete", scope=Scope.SPEC)
def spec_complete() -> Iterator[Finding]:
    """Check that a spec is complete."""
    yield from ()


@rule("PC201", "method-missing", scope=Scope.PUBLIC)
def method_missing(subject: Subject) -> Iterator[Finding]:
    """Check that a method is there."""
    name, method = subject.provider.name.rpartition("/")[2], subject.method
    missing = {"bad": {"chat"}, "worse": {"chat", "embed"}}.get(name, set())
    if method in missing:
        yield finding("PC201", method)
    if name == "unseen":
        raise NotJudged("the class could not be found", inconclusive=True)
    if (name, method) == ("skipped", "embed"):
        raise NotJudged("no embedding models")
    if (name, method) == ("crashing", "chat"):
        raise RuntimeError("a fault of the rule")
    if (name, method) == ("dying", "chat"):
        os._exit(3)


@rule("PC207", "order", scope=Scope.PUBLIC, severity=Severity.WARNING, applies=lambda s: s.method != "chat")
def order(subject: Subject) -> Iterator[Finding]:
    """Check the order of the parameters."""
    if (subject.provider.name, subject.method) == ("warned", "complete"):
        yield finding("PC207", subject.method, Severity.WARNING)


RULES = (importable, spec_complete, method_missing, order)


def _rules() -> tuple[Rule, ...]:
    return RULES


def load_provider(argument: str, *, api: str | None = None, root: Path) -> Provider:
    name = argument.rpartition("/")[2]
    if name not in BEHAVIOUR:
        raise UsageError(f"--provider={argument}: there is no module {argument}")
    if name == "broken":
        problem = Problem("import-error", "needs numpy, which is not installed", Location("broken.py", 1))
        return provider(argument, problem=problem)
    return provider(argument, *([spec(api)] if api else []))


def load_contract(stack: str) -> Contract:
    if stack == "ogx":
        raise StackNotInstalledError("ogx is not installed; choose --provider-stack=builtin")
    return contract(stack=stack)


@contextmanager
def replaced() -> Iterator[None]:
    """Put the fakes in place of the real parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "all_rules", _rules)
        patch.setattr(locate, "load_provider", load_provider)
        patch.setattr(load, "load_contract", load_contract)
        yield


def pytest_addoption() -> None:
    """Replace the parts for good: this process is a worker's, or a test's own."""
    if rules.all_rules is not _rules:
        rules.all_rules = _rules
        locate.load_provider = load_provider
        load.load_contract = load_contract
