"""PC611: an object that a provider cannot serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.evidence.calls import hanging
from provider_conformance.evidence.candidates import BUGS, candidates, examples, shown, template_of
from provider_conformance.evidence.listings import Call, Fault
from provider_conformance.evidence.registry import Observer, call, handed, observed, observer
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Judgement, Severity, left_to
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.package.chains import reason
from provider_conformance.package.model import SpecKind
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule
from provider_conformance.rules.serves.registry import registers, tell
from provider_conformance.rules.serves.uses import CALLS, error_of
from provider_conformance.strategies.search import smallest

_NAME: Final = "conformance-registered"
_NOBODY_S: Final = "conformance-no-such"
_SIZE: Final = 8
_EMBEDDING: Final = "embedding_model"


@dataclass(frozen=True, slots=True)
class ObservedUse:
    """An object that was registered and then asked for.

    Attributes:
        obj: The object.
        strange: The field whose value nobody knows, "" where the object is of another kind.
        registered: Its registration.
        used: What the request for it raised, None where it was answered or never made.
    """

    obj: Any
    strange: str
    registered: Call
    used: BaseException | None = None


def wrongly_accepted(
    usual: ObservedUse, seen: ObservedUse, *, embeds: bool, crashes: bool, remote: bool = False
) -> Fault | None:
    """PC611: what is wrong with how a provider takes an object that it can hardly support.

    Args:
        usual: How it takes and serves an object that it supports.
        seen: How it takes the strange one.
        embeds: Whether it has another provider embed texts.
        crashes: Whether a crash is to be told here.
        remote: Whether its backend decides what it serves, which need not say so before it is asked.
    """
    fix = "look at what is registered, and raise a ValueError that says what is supported"
    why = "the registration succeeds, the object is listed, and nobody learns that it cannot work"
    error = seen.registered.error
    if error is not None:
        return _refusal(seen, fix) if crashes or not isinstance(error, BUGS) else None
    if not remote and usual.registered.error is None and usual.used is None and seen.used is not None:
        told = reason(seen.used)
        return Fault(f"it accepts {_what(seen)}, and a request for that raises {told}", why, fix)
    if seen.strange == _EMBEDDING and seen.used is None and not embeds:
        message = f"it accepts {_what(seen)}, and answers requests for that as if there were such a model"
        return Fault(message, why, fix, Severity.WARNING)
    return None


def _refusal(seen: ObservedUse, fix: str) -> Fault | None:
    error, why = seen.registered.error, "the client cannot tell what is wrong with its request"
    if isinstance(error, BUGS):
        return Fault(f"registering {_what(seen)} raises {seen.registered.told}", why, fix)
    if seen.registered.refused and not careful.text(error).strip():
        message = f"it refuses {_what(seen)} with a {type(error).__name__} that says nothing"
        return Fault(message, why, fix, Severity.WARNING)
    return None


def _what(seen: ObservedUse) -> str:
    kind = type(seen.obj).__name__
    if seen.strange:
        return f"a {kind} whose `{seen.strange}` is {getattr(seen.obj, seen.strange)!r}"
    return f"a {kind}"


@rule("PC611", "unsupported-accepted", scope=Scope.SPEC, applies=registers)
def unsupported_accepted(subject: Subject) -> Judgement:
    """Check that an object which the provider cannot serve is refused, with a reason.

    What it does:
        Registers objects like the one that the provider is known to serve, but with a core model, a type
        or an embedding model that nobody has ever heard of, and objects of the API's other kinds. A
        provider may serve them all the same: what it accepts is asked for, and an error is a finding
        where the same request for a supported object gets an answer. A `TypeError` or the like instead of
        a `ValueError` is a finding too. A remote provider may leave it to its backend, and to the first
        request, what it serves: many a service lists less than it has. A refusal without a word is a
        warning, and so is a vector bank with an unknown embedding model that is searched all the same.

    Why is this bad:
        The registration succeeds, the object is listed, and every request for it fails, far from
        the one who could have named another model.

    Example:
        ```python
        async def register_memory_bank(self, memory_bank):
            self.banks[memory_bank.identifier] = memory_bank  # graph banks too, which it cannot search
        ```

    How to fix:
        Look at what is registered: raise a `ValueError` that says what is supported.

    Source:
        The private registry protocols: a provider accepts what it supports.
    """
    found = observer(subject)
    if isinstance(found, Judgement):
        return found
    if found.first.trial.sketch.api not in CALLS:
        return Judgement(skipped="it is not known how an object of this API is used")
    if hanging(subject):
        return left_to("PC659", "PC654", why="a call on it does not come back")
    template = template_of(found.first)
    known = template or _accepted(found)
    if known is None:
        return Judgement(skipped="it accepts none of the objects that were generated for it")
    return _judged(subject, found, known, crashes=template is not None)


def _accepted(found: Observer) -> Any:
    """An object that the provider accepts."""

    def accepts(obj: Any) -> bool:
        return _used(found, obj, "").registered.error is None

    return smallest(candidates(found.first), accepts, examples=examples(found.first), shrink=False)


def _judged(subject: Subject, found: Observer, known: Any, *, crashes: bool) -> Judgement:
    embeds = subject.spec is not None and "inference" in subject.spec.api_dependencies
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    usual = _used(found, known.model_copy(update={"identifier": _NAME}, deep=True), "")
    if usual.registered.error is not None:
        return Judgement(skipped=f"it takes no new name for what it knows: {usual.registered.told}")
    for obj, strange in _strange(known, _kinds(found)):
        seen = _used(found, obj, strange)
        fault = wrongly_accepted(usual, seen, embeds=embeds, crashes=crashes, remote=remote)
        if fault is not None:
            steps = f"the steps:\n    await provider.{found.verbs.register}({shown(obj)})"
            return tell(subject, "PC611", fault, found.verbs.register, steps)
    return PASS


def _strange(known: Any, kinds: tuple[type, ...]) -> Iterator[tuple[Any, str]]:
    """Objects that hardly anyone supports, each with the name of its strange field."""
    other = [_of_kind(kind) for kind in kinds if not issubclass(kind, type(known))]
    for obj in (known.model_copy(update={"identifier": _NAME}, deep=True), *other):
        fields = _open_texts(type(obj))
        for name in fields:
            yield obj.model_copy(update={name: f"{_NOBODY_S}-{name.replace('_', '-')}"}), name
        if not fields and obj in other:
            yield obj, ""


def _of_kind(kind: Any) -> Any:
    """A small object of another kind; no size in it is nothing, which a provider may refuse."""
    from provider_conformance.neighbours.smallest import smallest as least  # noqa: PLC0415

    sizes = {name: _SIZE for name, field in kind.model_fields.items() if field.annotation is int}
    return least(kind).model_copy(update={**sizes, "identifier": _NAME})


def _open_texts(kind: Any) -> list[str]:
    """The fields of a class that hold any text, without those that name the object."""
    own = ("identifier", "provider_id")
    return [name for name, field in kind.model_fields.items() if field.annotation is str and name not in own]


def _kinds(found: Observer) -> tuple[type, ...]:
    async def kinds(running: Running) -> tuple[type, ...]:
        return running.kinds

    return observed(found.first, kinds) or ()


def _used(found: Observer, obj: Any, strange: str) -> ObservedUse:
    """Register an object in a stack of its own and ask for it."""

    async def work(running: Running) -> ObservedUse:
        registered = await call(running, found.verbs.register, handed(running, obj))
        if registered.error is not None:
            return ObservedUse(obj, strange, registered)
        request = CALLS[running.api]
        return ObservedUse(
            obj, strange, registered, await error_of(request, running.instances[FIRST], obj.identifier)
        )

    attempt = found.first.trial.run(found.first.trial.surroundings(), work)
    seen: ObservedUse | None = attempt.value
    return seen or ObservedUse(obj, strange, Call(attempt.error))
