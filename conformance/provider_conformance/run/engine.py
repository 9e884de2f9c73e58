"""Apply rules to their subjects, and settle what one of them leaves to another.

A rule may find that it *could not look* because of something that another rule reports (``see``), or it may
have a finding that another rule *tells better* (``after``). Neither is worth anything unless that other
rule is part of this run and really has something to say: else the first is inconclusive and the second
reports its own finding. So both are settled here, in the process that collects, against what is collected.
"""

from __future__ import annotations

import re
import traceback
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final

from provider_conformance.errors import StackIncompleteError
from provider_conformance.evidence.locating import in_its_own_code
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Level, Outcome, Row, Severity, Status
from provider_conformance.package import loading
from provider_conformance.package.model import Provider
from provider_conformance.rules.model import Rule
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.selection import CodePattern, KnownFailure, Requirement, Unsupported, wanted
from provider_conformance.sandbox import watching
from provider_conformance.sandbox.limits import limited, limits
from provider_conformance.sandbox.progress import TooBusyError

SURVEYED: Final = "only surveyed: name the release in --provider-releases to let it fail"
"""Why what does not fit a release is accepted where all of them were asked for."""
DECLARED: Final = "declared as not supported"
_PASSED: Final = Result(Outcome.PASSED)
_AT_ONCE: Final = 3
"""How many providers' judgements are kept: checks come in any order, and one provider after another."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user wants judged, and how severely."""

    select: tuple[CodePattern, ...] = ()
    ignore: tuple[CodePattern, ...] = ()
    known: tuple[KnownFailure, ...] = ()
    strict: bool = False
    unsupported: tuple[Unsupported, ...] = ()
    require: tuple[Requirement, ...] = ()

    def required(self, provider_type: str) -> Level:
        """The level that a spec of this type has to reach; what is said last counts."""
        found = [r.level for r in self.require if fnmatchcase(provider_type, r.provider_type)]
        return found[-1] if found else Level.NONE

    def wants(self, check: Check) -> bool:
        """Whether a check is selected and not ignored."""
        return wanted(check.code, self.select, self.ignore)


def apply(check: Check) -> Judgement:
    """What a check's rule says of its subject, by itself.

    A rule that crashes is a fault of this tool and never one of the provider: its judgement is
    inconclusive and marked as broken. Where it is the provider's own code that raises when it is only
    looked at (a metaclass, say), the judgement is inconclusive and says where.
    """
    try:
        provider = check.subject.provider
        bounds = replace(limits(), network=limits().network or check.subject.trying.backend)
        watch = watching.watched(watching.Owner(provider.places))
        with loading.reading(provider.reader), limited(bounds), watch:
            judgement = judged(check.rule, check.subject)
        if judgement is PASS or not judgement.findings:
            return judgement
        return replace(judgement, findings=tuple(_attributed(f, check) for f in judgement.findings))
    except (TooBusyError, StackIncompleteError) as error:
        return Judgement(inconclusive=str(error))
    except (Exception, SystemExit) as error:
        if told := _raised_by(check.subject.provider, error):
            return Judgement(inconclusive=told)
        reason = f"internal error in the check, please report:\n{traceback.format_exc()}"
        return Judgement(inconclusive=reason, broken=True)


def judged(rule: Rule, subject: Subject) -> Judgement:
    """What a rule says of a subject: the findings and the row that it yields, or why it could not look."""
    found: list[Finding] = []
    row, absent = None, PASS
    try:
        for told in subject.store.given(rule.check, subject):
            if isinstance(told, Row):
                row = told
            else:
                found.append(told if told.code else replace(told, code=rule.code))
    except NotJudged as reason:
        absent = reason.judgement
    if not found and row is None:
        return absent
    return replace(absent, findings=tuple(found), row=row)


def _raised_by(provider: Provider, error: BaseException) -> str:
    """That the provider's own code raised when it was only looked at, "" where it was not that code."""
    frames = list(traceback.walk_tb(error.__traceback__))
    last, line = frames[-1]
    module = str(last.f_globals.get("__name__", ""))
    if not provider.package or module.partition(".")[0] != provider.package.partition(".")[0]:
        return ""
    name = type(error).__name__
    return f"looking at it runs code of its own that raises {name}: {last.f_code.co_filename}:{line}"


def _attributed(finding: Finding, check: Check) -> Finding:
    spec = check.subject.spec
    attributed = finding.of(
        provider=check.provider, api=spec.api if spec else "", provider_type=check.provider_type
    )
    in_place = in_its_own_code(attributed, check.subject)
    return in_place if finding.method else replace(in_place, method=check.subject.method)


def result_of(judgement: Judgement) -> Result:
    """The outcome of a judgement that leaves nothing to other rules."""
    if judgement is PASS:
        return _PASSED
    found, row = judgement.findings, judgement.row
    if judgement.worst is Severity.ERROR:
        return Result(Outcome.FAILED, found, judgement.inconclusive, row=row)
    if judgement.inconclusive:
        return Result(Outcome.INCONCLUSIVE, found, judgement.inconclusive, judgement.broken, row)
    if judgement.skipped:
        return Result(Outcome.SKIPPED, found, judgement.skipped, row=row)
    return Result(Outcome.PASSED, found, row=row)


def execute(check: Check) -> Result:
    """Apply a check's rule as if it were alone: what it leaves to other rules is taken for told."""
    return result_of(apply(check))


@dataclass(slots=True)
class _Told:
    """The check that reports what another one could not look past; ``reason`` why none does."""

    check: Check | None = None
    reason: str = ""


@dataclass(slots=True)
class Engine:
    """Judges the checks of a run.

    Attributes:
        planned: All checks that there are.
        policy: What the user wants.
        collected: The ids of those that are run; they alone can tell what another one leaves to them.
        applied: Applies a rule; by default in this process.
    """

    planned: Sequence[Check]
    policy: Policy = field(default_factory=Policy)
    collected: Collection[str] = frozenset()
    applied: Callable[[Check], Judgement] = apply
    _index: dict[tuple[str, int, str], list[Check]] = field(default_factory=dict)
    _kept: OrderedDict[str, dict[str, Judgement]] = field(default_factory=OrderedDict)
    _reporters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for check in self.planned:
            for cause in check.rule.reports:
                self._reporters[cause.name] = (check.code,)

    def reporters(self, cause: str) -> tuple[str, ...]:
        """The codes of the rules that report a cause, by its name."""
        return self._reporters.get(cause, ())

    def judge(self, check: Check) -> Result:
        """The outcome of a check under the user's policy: strictness first, then the known failures."""
        result = self.settle(check)
        if result.row is not None or check.rule.covers:
            result = self._declared(check, result)
        if result.outcome is Outcome.PASSED and not result.findings:
            return result
        return _unless_known(check, _strictly(result) if self.policy.strict else result, self.policy.known)

    def _declared(self, check: Check, result: Result) -> Result:
        """The result, where the user has declared that the provider does not support the method."""
        entry = next((entry for entry in self.policy.unsupported if entry.matches(check)), None)
        row = result.row
        if entry is None or row is None or row.status in (Status.ANSWERED, Status.FAILED):
            return result
        reason = f"{DECLARED}: {entry.reason}"
        changed = replace(row, demanded=False, status=Status.UNSUPPORTED, reason=reason)
        return replace(result, outcome=Outcome.SKIPPED, reason=reason, row=changed)

    def raw(self, check: Check) -> Judgement:
        """What a check's rule says by itself; it is applied once."""
        kept = self._kept.get(check.provider)
        if kept is None:
            kept = self._kept[check.provider] = {}
            if len(self._kept) > _AT_ONCE:
                self._kept.popitem(last=False)
        if check.id not in kept:
            kept[check.id] = self.applied(check)
        return kept[check.id]

    def settle(self, check: Check) -> Result:
        """The outcome of a check, with what it leaves to others looked up there."""
        judgement = self.raw(check)
        if judgement is PASS:
            return _PASSED
        if judgement.findings:
            judgement = self._unshadowed(check, judgement)
        elif judgement.see or judgement.cause:
            told = self._told(check, judgement, {check.id})
            if told.check is None:
                return replace(result_of(Judgement(inconclusive=told.reason)), row=judgement.row)
            why, code = judgement.skipped or judgement.inconclusive, self._final(told.check)
            judgement = replace(judgement, skipped=f"{why}, see {code}", inconclusive="")
        return result_of(judgement)

    def _final(self, check: Check) -> str:
        """The code under which a check's findings are shown: its own, or that of what tells them better."""
        judgement = self.raw(check)
        better = self._better(check, judgement)
        return next(iter(better.values())) if len(better) == len(judgement.findings) else check.code

    def _unshadowed(self, check: Check, judgement: Judgement) -> Judgement:
        """The judgement without the findings that a collected check tells better."""
        better = self._better(check, judgement)
        left = tuple(finding for finding in judgement.findings if finding.key not in better)
        if left or not better:
            return replace(judgement, findings=left)
        codes = ", ".join(dict.fromkeys(better.values()))
        return replace(judgement, findings=(), skipped=f"see {codes}", inconclusive="")

    def _better(self, check: Check, judgement: Judgement) -> dict[str, str]:
        """The findings, by their keys, that a collected check tells better, each with that check's code."""
        return {
            finding.key: told
            for finding in judgement.findings
            if (after := (*check.rule.after, *finding.after))
            and (told := self._shadow(check, finding, after))
        }

    def _shadow(self, check: Check, finding: Finding, after: Sequence[str]) -> str:
        """The code of a collected check that tells a finding better, "" where there is none."""
        for about in (finding, *(replace(finding, method=name) for name in finding.through)):
            for other in self._about(check, after, about.method):
                for told in self.raw(other).findings:
                    as_heavy = told.severity is Severity.ERROR or finding.severity is Severity.WARNING
                    if as_heavy and _is_about(told, about):
                        return other.code
        return ""

    def _told(self, check: Check, judgement: Judgement, seen: set[str]) -> _Told:
        """Which collected check reports what keeps this one from looking."""
        why = judgement.skipped or judgement.inconclusive
        reason, there = why, False
        codes = (*judgement.see, *self.reporters(judgement.cause))
        for teller in self._about(check, codes, check.subject.method):
            if teller.id in seen:
                continue
            there = True
            seen.add(teller.id)
            other = self.raw(teller)
            if other.findings:
                return _Told(teller)
            if other.see or other.cause:
                further = self._told(teller, other, seen)
                if further.check is not None:
                    return further
            reason = other.inconclusive or reason
        left_out = f": {', '.join(codes)} would tell more, and is left out" if not there else ""
        return _Told(reason=f"{reason}{left_out}")

    def _about(self, check: Check, codes: Iterable[str], method: str) -> Iterator[Check]:
        """The collected checks of rules by these codes or beginnings of codes, about the same subject."""
        if not self._index:
            self._index = _indexed(self.planned)
        whole, spec = id(None), id(check.subject.spec)
        for code in codes:
            for about in dict.fromkeys((spec, whole)):
                for other in self._index.get((check.provider, about, code[:3]), ()):
                    same = not method or other.subject.method in ("", method)
                    if other.code.startswith(code) and same and other.id in self.collected and other != check:
                        yield other


_LIFE: Final = ("", "initialize", "shutdown")
"""What a finding about a whole spec may be for, beside the methods that it names."""


def _is_about(told: Finding, finding: Finding) -> bool:
    """Whether a finding tells what another one is for: of the same method, or of one that the other names."""
    if told.methods:
        return any(finding.method == name or _names(finding, name) for name in told.methods)
    if finding.method:
        return told.method in ("", finding.method)
    return told.method in _LIFE or _names(finding, told.method)


def _names(finding: Finding, method: str) -> bool:
    """Whether a finding that is about no one method names this one."""
    return not finding.method and re.search(rf"\b{re.escape(method)}\b", finding.message) is not None


def _indexed(planned: Iterable[Check]) -> dict[tuple[str, int, str], list[Check]]:
    """The checks by provider, spec and the hundreds of their code."""
    found: dict[tuple[str, int, str], list[Check]] = defaultdict(list)
    for check in planned:
        found[check.provider, id(check.subject.spec), check.code[:3]].append(check)
    return found


def _strictly(result: Result) -> Result:
    if result.broken:
        return result
    if result.outcome is Outcome.INCONCLUSIVE:
        return replace(result, outcome=Outcome.FAILED, reason=f"inconclusive: {result.reason}")
    return replace(result, outcome=Outcome.FAILED) if result.findings else result


def _unless_known(check: Check, result: Result, known: Sequence[KnownFailure]) -> Result:
    if result.outcome is Outcome.FAILED or (result.outcome is Outcome.PASSED and result.findings):
        for entry in known:
            if not entry.expired and entry.matches(check):
                return replace(result, outcome=Outcome.KNOWN, reason=entry.reason)
    if result.outcome is Outcome.FAILED and check.subject.surveyed:
        return replace(result, outcome=Outcome.KNOWN, reason=SURVEYED)
    return result
