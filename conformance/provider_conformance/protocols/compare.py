"""Compare what a protocol promises with what an implementation has: one engine for all signature rules."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Literal

from provider_conformance.findings import Finding, Severity
from provider_conformance.protocols import wording
from provider_conformance.protocols.attributes import judge_attribute
from provider_conformance.protocols.calls import Callers, CallShape, Refusal, refusals, shapes
from provider_conformance.protocols.classes import is_special
from provider_conformance.protocols.defaults import same_default, undecided
from provider_conformance.protocols.live import View, located, look_up, set_late
from provider_conformance.protocols.members import read_protocol, why_no_protocol
from provider_conformance.protocols.model import (
    Binding,
    Calls,
    Implemented,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
    State,
)
from provider_conformance.protocols.results import fitting
from provider_conformance.protocols.signature import MISSING, Kind, Parameter, Signature


class Aspect(IntEnum):
    """What can be wrong with a member; the last two digits of the code of a finding."""

    MISSING = 1
    STUB = 2
    BINDING = 3
    ORDER = 4
    DEFAULT = 5
    RESULT = 6
    MISLEADING = 7
    OPTIONAL = 8
    ATTRIBUTE = 9


@dataclass(frozen=True, slots=True)
class Family:
    """Which hundred the codes of a comparison belong to: 2 for public protocols, 3 for private ones."""

    hundreds: int

    def code(self, aspect: Aspect) -> str:
        """The code of a finding about ``aspect``."""
        return f"PC{self.hundreds}{aspect:02d}"


PUBLIC = Family(2)
PRIVATE = Family(3)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing one member gave: findings, or the reason why it could not be seen.

    ``open``: the aspects that the reason is about; without any it is about all of them.
    """

    findings: tuple[Finding, ...] = ()
    unseen: str = ""
    open: frozenset[Aspect] = frozenset()

    def leaves_open(self, aspect: Aspect) -> bool:
        """Whether an aspect could not be judged."""
        return bool(self.unseen) and (not self.open or aspect in self.open)


_CONFORMS = Comparison()


def check_protocol(
    implementation: Any,
    protocol: type,
    *,
    calls: Literal["keyword", "positional", "both"] = "keyword",
) -> list[Finding]:
    """Check that a class, an instance, a module or a function keeps what a protocol promises.

    A method conforms if every call that a caller makes who knows only the protocol binds to the
    signature of what really runs, its defaults keep their values, and the result is of the
    promised kind. Class and static methods must also be callable on the class; what is declared as
    data must not be a method. What cannot be told from a class alone (an attribute set on instances
    by a computed name, say) yields no finding: pass an instance to see more.

    Args:
        implementation: a class, judged by what its instances have; an instance of one; or, for a
            protocol with ``__call__``, a function.
        protocol: a :class:`typing.Protocol`, of a generic one perhaps with its arguments
            (``Store[int]``), or an abstract base class: what is abstract there must be implemented,
            what is concrete there is an implementation.
        calls: how callers pass arguments. Routers and servers call by keyword, routing tables
            call ``register_model(model)`` and its kin by position. Special methods such as
            ``__getitem__`` are called by Python, by position.

    Returns:
        The findings, empty if all is well: about methods, then about attributes, in the protocol's
        order. Codes are PC2xx, or PC3xx for ``calls="positional"``.

    Raises:
        TypeError: ``protocol`` is no class, or neither a protocol nor an abstract base class.
        ValueError: ``calls`` is none of the three.
    """
    if reason := why_no_protocol(protocol):
        raise TypeError(reason)
    callers = Callers(Calls(calls))
    family = PRIVATE if callers.style is Calls.POSITIONAL else PUBLIC
    view = View.of(implementation)
    model = read_protocol(protocol)
    findings: list[Finding] = []
    for method in model.methods.values():
        findings.extend(compare_method(view, method, model, callers, family).findings)
    for attribute in model.attributes.values():
        findings.extend(_attribute(view, attribute.name, model, family).findings)
    return findings


def compare_member(
    view: View, name: str, protocol: ProtocolModel, callers: Callers, family: Family
) -> Comparison:
    """Compare one member, method or attribute, of a protocol with a live implementation."""
    method = protocol.methods.get(name)
    if method is not None:
        return compare_method(view, method, protocol, callers, family)
    return _attribute(view, name, protocol, family)


def compare_method(
    view: View, method: ProtocolMethod, protocol: ProtocolModel, callers: Callers, family: Family
) -> Comparison:
    """Compare one method of a protocol with what a live implementation has under its name."""
    implemented = look_up(view, method, protocol)
    compared = judge(method, implemented, protocol, callers, family)
    if compared.findings and view.instance is None:
        # what the class defines may not be what its instances have
        late = set_late(view, method, protocol)
        if late is not None:
            compared = judge(method, late, protocol, callers, family)
    place = (lambda location: location) if implemented.called else functools.partial(located, view)
    found = tuple(replace(f, method=method.name, location=place(f.location)) for f in compared.findings)
    return replace(compared, findings=found) if found else compared


def _attribute(view: View, name: str, protocol: ProtocolModel, family: Family) -> Comparison:
    verdict = judge_attribute(view, protocol.attributes[name])
    if verdict.unseen or not verdict.wrong:
        return Comparison(unseen=verdict.unseen)
    finding = Finding(
        family.code(Aspect.ATTRIBUTE),
        Severity.ERROR,
        verdict.wrong,
        method=name,
        location=verdict.location or view.location,
        why=verdict.why,
        fix=verdict.fix,
    )
    return Comparison((finding,))


def judge(
    method: ProtocolMethod,
    implemented: Implemented,
    protocol: ProtocolModel,
    callers: Callers,
    family: Family,
) -> Comparison:
    """Judge what an implementation has under a method's name; pure, for live and source views alike."""
    if implemented.called:
        method = replace(method, name=implemented.called, binding=Binding.FUNCTION)
    elif is_special(method.name) and method.name != "__call__":
        callers = replace(callers, style=Calls.POSITIONAL)
    # To register nothing is a provider's choice, as long as nobody reads what comes of it.
    idle = implemented.state is State.STUB and callers.ignored and family is PRIVATE
    if implemented.signature is None or not (implemented.state is State.PRESENT or idle):
        return _judge_state(method, implemented, protocol, family)
    return _Judge(method, implemented, protocol, callers, family).comparison()


def _judge_state(
    method: ProtocolMethod, implemented: Implemented, protocol: ProtocolModel, family: Family
) -> Comparison:
    if implemented.state is State.DEFAULT:
        return _CONFORMS
    if implemented.state is State.UNSEEN:
        return Comparison(unseen=f"`{method.name}` cannot be seen: {implemented.note}")
    aspect = Aspect.MISSING if implemented.state is State.MISSING else Aspect.STUB
    severity = Severity.ERROR
    if method.optional:
        aspect, severity = Aspect.OPTIONAL, Severity.WARNING
    text = wording.absent(method, implemented, protocol)
    return Comparison((_finding(family.code(aspect), severity, method, implemented, text),))


def _finding(
    code: str, severity: Severity, method: ProtocolMethod, implemented: Implemented, text: wording.Text
) -> Finding:
    return Finding(
        code,
        severity,
        text.message,
        method=method.name,
        location=implemented.location,
        why=text.why,
        fix=text.fix,
    )


class _Judge:
    """Judges one method that is there; one call of :meth:`comparison` each."""

    def __init__(
        self,
        method: ProtocolMethod,
        implemented: Implemented,
        protocol: ProtocolModel,
        callers: Callers,
        family: Family,
    ) -> None:
        self._method = method
        self._implemented = implemented
        self._protocol = protocol
        self._callers = callers
        self._family = family
        assert implemented.signature is not None  # noqa: S101 - judge() has seen to it
        self._signature: Signature = implemented.signature

    def comparison(self) -> Comparison:
        findings = list(self._parameters())
        unseen: dict[Aspect, str] = {}
        if not self._kind_fits():
            if ResultKind.ANY in self._implemented.kinds:
                unseen[Aspect.RESULT] = wording.unseen_result(self._method)
            else:
                findings.append(self._found(Aspect.RESULT, Severity.ERROR, self._result_text()))
        elif self._implemented.plain_stream:
            findings.append(self._found(Aspect.RESULT, Severity.ERROR, wording.plain_stream(self._method)))
        if unread := next(_unread_defaults(self._method.signature, self._signature), None):
            unseen[Aspect.DEFAULT] = wording.unseen_default(self._method, unread)
        if not findings and not unseen:
            return _CONFORMS
        return Comparison(tuple(findings), "; ".join(unseen.values()), frozenset(unseen))

    def _parameters(self) -> Iterator[Finding]:
        if refused := refusals(self._signature, self._callers.seen):
            yield self._refused(refused, Severity.ERROR)
            return
        if self._method.overloads or not _same_shape(self._method.signature, self._signature):
            if refused := refusals(self._signature, self._promised()):
                yield self._refused(refused, Severity.WARNING if self._callers.all_seen else Severity.ERROR)
                return
            yield from self._moved_or_renamed()
        on_class = self._implemented.on_class
        if on_class is not None and refusals(on_class, self._promised()):
            text = wording.needs_instance(self._method, self._protocol, on_class)
            yield self._found(Aspect.BINDING, Severity.ERROR, text)
        changed = tuple(_changed_defaults(self._method.signature, self._signature))
        if changed:
            text = wording.defaults(self._method, self._protocol, changed)
            yield self._found(Aspect.DEFAULT, Severity.WARNING, text)

    def _moved_or_renamed(self) -> Iterator[Finding]:
        if mixed_up := _mixed_up(self._method.signature, self._signature, self._callers.by_position):
            text = wording.order(self._method, self._protocol, self._signature, mixed_up, by_keyword=False)
            yield self._found(Aspect.ORDER, Severity.ERROR, text)
        elif moved := _moved(self._method.signature, self._signature):
            text = wording.order(self._method, self._protocol, self._signature, moved, by_keyword=True)
            yield self._found(Aspect.ORDER, Severity.WARNING, text)
        elif renamed := _renamed(self._method.signature, self._signature, self._callers.style):
            text = wording.renamed(self._method, self._protocol, renamed)
            yield self._found(Aspect.ORDER, Severity.WARNING, text)
        elif self._family == PUBLIC and (
            unnamed := _unnamed(self._method.signature, self._signature, self._callers.style)
        ):
            # nobody but a routing table calls what is private
            text = wording.unnamed(self._method, self._protocol, unnamed)
            yield self._found(Aspect.ORDER, Severity.WARNING, text)

    def _promised(self) -> tuple[CallShape, ...]:
        """The calls that whoever knows only the protocol makes."""
        signatures = (self._method.signature, *self._method.overloads)
        return tuple(shape for signature in signatures for shape in shapes(signature, self._callers.style))

    def _refused(self, refused: tuple[Refusal, ...], severity: Severity) -> Finding:
        claimed = self._implemented.claimed
        misleading = claimed is not None and not refusals(claimed, tuple(one.shape for one in refused))
        shown = claimed if misleading else None
        text = wording.refused(self._method, self._protocol, self._signature, refused, shown, self._callers)
        return self._found(Aspect.MISLEADING if misleading else Aspect.BINDING, severity, text)

    def _kind_fits(self) -> bool:
        return self._implemented.kinds <= fitting(self._method)

    def _result_text(self) -> wording.Text:
        wrong = min(self._implemented.kinds - fitting(self._method))
        return wording.result(self._method, self._protocol, wrong)

    def _found(self, aspect: Aspect, severity: Severity, text: wording.Text) -> Finding:
        if self._method.optional and not self._protocol.abstract:
            severity = Severity.WARNING  # the default is a refusal, which callers have to expect
        return _finding(self._family.code(aspect), severity, self._method, self._implemented, text)


def _same_shape(promised: Signature, real: Signature) -> bool:
    """Whether both have the same parameters, defaults apart: the usual case, and every call binds."""
    ours, theirs = real.parameters, promised.parameters
    if len(ours) != len(theirs) or not real.takes_self or real.misfit:
        return False
    for a, b in zip(ours, theirs, strict=True):
        if a.name != b.name or a.kind is not b.kind or (a.default is MISSING) is not (b.default is MISSING):
            return False
    return True


def _by_position(signature: Signature) -> list[str]:
    return [p.name for p in signature.parameters if p.kind <= Kind.POSITIONAL_OR_KEYWORD]


def _mixed_up(promised: Signature, real: Signature, by_position: int | None) -> tuple[str, ...]:
    """Arguments that are passed by position and reach a parameter that is meant for another one."""
    wanted, found = _by_position(promised), _by_position(real)
    passed = wanted[:by_position]
    if any(p.kind is Kind.VAR_POSITIONAL for p in real.parameters):
        # `*args` takes the argument before the parameter of that name gets it
        swallowed = {p.name for p in real.parameters if p.kind is Kind.KEYWORD_ONLY}
        if lost := tuple(name for name in passed if name in swallowed):
            return lost
    # whatever receives an argument by position under a name that belongs to another one
    known = {*found, *(p.name for p in real.parameters if p.kind is Kind.KEYWORD_ONLY)}
    return tuple(a for a, b in zip(passed, found, strict=False) if a != b and (a in known or b in wanted))


def _moved(promised: Signature, real: Signature) -> tuple[str, ...]:
    """Parameters known to both that stand in another order."""
    wanted, found = _by_position(promised), _by_position(real)
    common = [name for name in found if name in wanted]
    expected = [name for name in wanted if name in common]
    return tuple(a for a, b in zip(expected, common, strict=True) if a != b)


def _renamed(promised: Signature, real: Signature, calls: Calls) -> tuple[tuple[str, str], ...]:
    """Parameters that a caller who passes by position reaches, and one who passes by keyword does not."""
    if calls is not Calls.POSITIONAL:
        return ()
    names = {p.name for p in promised.parameters if p.kind is Kind.POSITIONAL_OR_KEYWORD}
    pairs = zip(_by_position(promised), _by_position(real), strict=False)
    return tuple((a, b) for a, b in pairs if a != b and a in names)


def _unnamed(promised: Signature, real: Signature, calls: Calls) -> tuple[str, ...]:
    """Parameters that the protocol names and that an implementation takes by position only."""
    if calls is not Calls.POSITIONAL:
        return ()
    nameless = {p.name for p in real.parameters if p.kind is Kind.POSITIONAL_ONLY}
    named = (p.name for p in promised.parameters if p.kind is Kind.POSITIONAL_OR_KEYWORD)
    return tuple(name for name in named if name in nameless)


def _changed_defaults(promised: Signature, real: Signature) -> Iterable[tuple[Parameter, Parameter]]:
    found = {p.name: p for p in real.parameters if p.default is not MISSING}
    for parameter in promised.parameters:
        other = found.get(parameter.name)
        if other is None or parameter.default is MISSING or parameter.default is other.default:
            continue
        if not same_default(parameter.default, other.default):
            yield parameter, other


def _unread_defaults(promised: Signature, real: Signature) -> Iterator[Parameter]:
    """Defaults of which the source does not tell whether they are the promised ones."""
    found = {p.name: p for p in real.parameters if p.default is not MISSING}
    for parameter in promised.parameters:
        other = found.get(parameter.name)
        if other is None or parameter.default is MISSING or parameter.default is other.default:
            continue
        if undecided(parameter.default, other.default):
            yield other
