"""A small stack whose rules stand for all levels, and say what a test wants them to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from provider_conformance.evidence.demands import PUBLIC, is_demanded
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Level, Row, Severity, Status
from provider_conformance.package.model import Provider, Spec
from provider_conformance.rules.model import Rule, Scope
from provider_conformance.run.engine import Policy
from provider_conformance.run.planning import run
from provider_conformance.run.report import Report
from provider_conformance.run.verdict import OfProvider, of_report
from support import fake_stack
from support.saying import saying

ERROR = Judgement((Finding("PC000", Severity.ERROR, "wrong"),))
WARNING = Judgement((Finding("PC000", Severity.WARNING, "odd"),))
UNSEEN = Judgement(inconclusive="nobody looked")
SKIPPED = Judgement(skipped="not here")
_RULES = (
    ("PC101", Scope.PROVIDER, Level.LOADS),
    ("PC102", Scope.SPEC, Level.LOADS),
    ("PC203", Scope.PUBLIC, Level.FITS),
    ("PC204", Scope.PUBLIC, Level.FITS),
    ("PC501", Scope.SPEC, Level.STARTS),
    ("PC602", Scope.SPEC, Level.SERVES),
    ("PC661", Scope.PUBLIC, Level.SERVES),
    ("PC801", Scope.SPEC, Level.KEEPS),
)
_PROVING = ("PC203", "PC501", "PC801")


def row(method: str, status: Status, reason: str = "") -> Judgement:
    """What the rule about coverage says of a method; without an answer it is open."""
    seen = Row(method, PUBLIC, demanded=True, status=status, calls=1, reason=reason)
    open_ = status in (Status.REFUSED, Status.NOT_CALLED)
    return Judgement(row=seen, inconclusive=reason if open_ else "")


def rules(said: Mapping[str, Judgement]) -> tuple[Rule, ...]:
    """The rules, which say ``said["PC203.chat"]`` or ``said["PC501"]``, and else that all is well."""

    def judging(code: str) -> Callable[[Subject], Judgement]:
        def judge(subject: Subject) -> Judgement:
            method = subject.method
            well = PASS
            if code == "PC661":
                well = Judgement(row=Row(method, PUBLIC, is_demanded(subject), Status.ANSWERED, 1))
            found = said.get(f"{code}.{method}" if method else code, well)
            findings = (Finding(code, f.severity, f.message, method) for f in found.findings)
            return found if not found.findings else Judgement(tuple(findings))

        return judge

    return tuple(
        Rule(
            code,
            code.lower(),
            Severity.ERROR,
            scope,
            saying(judging(code)),
            level=level,
            proves=code in _PROVING,
            covers=PUBLIC if code == "PC661" else "",
        )
        for code, scope, level in _RULES
    )


def report_of(
    said: Mapping[str, Judgement] | None = None,
    policy: Policy | None = None,
    specs: Sequence[Spec] = (),
    names: Sequence[str] = ("p",),
) -> Report:
    """A report of providers with these specs; one spec of inference without any."""
    providers: list[Provider] = [fake_stack.provider(name, *(specs or [fake_stack.spec()])) for name in names]
    contracts = dict.fromkeys(names, fake_stack.contract())
    return run(providers, contracts, rules(said or {}), policy)


def said_of(said: Mapping[str, Judgement] | None = None, policy: Policy | None = None) -> OfProvider:
    """What is said of one provider with one spec."""
    (one,) = of_report(report_of(said, policy))
    return one
