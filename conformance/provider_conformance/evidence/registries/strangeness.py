"""Objects that a provider may hardly support: how it takes them, and what comes of asking for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.evidence.calls import Attentive
from provider_conformance.evidence.registries.candidates import candidates, examples, template_of
from provider_conformance.evidence.registries.listings import Call
from provider_conformance.evidence.registries.observer import Observer
from provider_conformance.evidence.registries.observing import call, handed, observed
from provider_conformance.evidence.registries.uses import CALLS, error_of
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.strategies.search import smallest

_NAME: Final = "conformance-registered"
_NOBODY_S: Final = "conformance-no-such"
_SIZE: Final = 8


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


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """How a provider takes and serves objects, a known one and strange ones.

    Attributes:
        observer: Its registry.
        known: An object that it accepts.
        listed: Whether it lists that one, and does not only accept it.
        usual: How it takes and serves that one under another name.
    """

    observer: Observer
    known: Any
    listed: bool
    usual: ObservedUse

    @classmethod
    def collect(cls, subject: Subject, observer: Observer) -> Uses:
        """Register a known object and ask for it.

        Raises:
            NotJudged: It is not known how to ask, nothing more can be asked, or the provider takes nothing.
        """
        if observer.first.trial.sketch.api not in CALLS:
            raise NotJudged("it is not known how an object of this API is used")
        subject.store.get(Attentive, subject)
        template = template_of(observer.first)
        known = template or _accepted(observer)
        if known is None:
            raise NotJudged("it accepts none of the objects that were generated for it")
        usual = _used(observer, known.model_copy(update={"identifier": _NAME}, deep=True), "")
        if usual.registered.error is not None:
            raise NotJudged(f"it takes no new name for what it knows: {usual.registered.told}")
        return cls(observer, known, template is not None, usual)

    def strange(self) -> Iterator[ObservedUse]:
        """Register objects that hardly anyone supports, and ask for them, one after the other."""
        for obj, field in _strange(self.known, _kinds(self.observer)):
            yield _used(self.observer, obj, field)


def _accepted(found: Observer) -> Any:
    """An object that the provider accepts."""

    def accepts(obj: Any) -> bool:
        return _used(found, obj, "").registered.error is None

    return smallest(candidates(found.first), accepts, examples=examples(found.first), shrink=False)


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
