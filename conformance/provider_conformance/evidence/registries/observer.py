"""A registry that takes objects, observed object by object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from provider_conformance.evidence.registries.candidates import bare, candidates, examples, template_of
from provider_conformance.evidence.registries.listings import Fault
from provider_conformance.evidence.registries.observing import observed
from provider_conformance.evidence.registries.reaching import Reachable
from provider_conformance.evidence.registries.verbs import Verbs, verbs_of
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.running import Running
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import State
from provider_conformance.strategies.search import smallest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

Observe = Callable[[Running, Verbs, Any], Awaitable[T]]


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """A registry that takes objects, each observed once: several rules look at the same observation.

    Attributes:
        first: The first trial of its provider.
        verbs: Its methods.
    """

    first: Start
    verbs: Verbs
    _seen: dict[tuple[Any, str], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def collect(cls, subject: Subject, reachable: Reachable) -> Observer:
        """Take a provider with which something can be registered.

        Raises:
            NotJudged: The stack registers nothing with it, or it does not implement that.
        """
        verbs = verbs_of(subject.api)
        if verbs is None:
            raise NotJudged("nothing is registered with a provider of this API")
        _require(subject, verbs.register)
        return cls(reachable.first, verbs)

    def of(self, observe: Observe[T], obj: Any) -> T | None:
        """The observation of an object, in a stack of its own; None where that ended before.

        Args:
            observe: :func:`twice` or :func:`leaving`.
            obj: The object.
        """
        key = observe, repr(obj)
        if key not in self._seen:
            self._seen[key] = observed(self.first, lambda running: observe(running, self.verbs, obj))
        found: T | None = self._seen[key]
        return found

    def smallest(
        self,
        observe: Observe[T],
        fault_of: Callable[[T], Fault | None],
        objects: SearchStrategy[Any] | None = None,
    ) -> tuple[Any, Fault] | None:
        """The smallest object in whose observation there is a fault, with that fault.

        Args:
            observe: :func:`twice` or :func:`leaving`.
            fault_of: What is wrong with an observation, None where nothing is.
            objects: The objects; unless told what the provider lists, under other names too, and bare.
        """

        def fault(obj: Any) -> Fault | None:
            seen = self.of(observe, obj)
            return None if seen is None else fault_of(seen)

        found = smallest(
            self._objects() if objects is None else objects,
            lambda obj: fault(obj) is not None,
            examples=examples(self.first),
        )
        told = None if found is None else fault(found)
        return None if told is None else (found, told)

    def _objects(self) -> SearchStrategy[Any]:
        """What is listed itself, the same under other names, and with no more than it must have."""
        from hypothesis import strategies as st  # noqa: PLC0415 - half a second

        from provider_conformance.strategies.objects import renamed  # noqa: PLC0415

        template = template_of(self.first)
        objects = candidates(self.first)
        if template is None:
            return objects
        return st.one_of(st.just(template), objects, renamed(bare(template)))


@dataclass(frozen=True, slots=True)
class _Further:
    """A registry method beside the one that registers; asked for where the contract has such a method.

    Attributes:
        method: Its name.
    """

    method: str

    verb: ClassVar[str]

    @classmethod
    def collect(cls, subject: Subject, observer: Observer) -> Self:
        """Look it up.

        Raises:
            NotJudged: The provider does not implement it.
        """
        method = getattr(observer.verbs, cls.verb)
        _require(subject, method)
        return cls(method)


class Lists(_Further):
    """The method that lists objects, which the provider has."""

    verb = "listing"


class Unregisters(_Further):
    """The method that unregisters an object, which the provider has."""

    verb = "unregister"


class Refreshes(_Further):
    """The `should_refresh_*`, which the provider has."""

    verb = "refresh"


def _require(subject: Subject, name: str) -> None:
    """Pass where the provider's class has a registry method of this name, or cannot be seen.

    Raises:
        NotJudged: It does not have it.
    """
    cls = subject.implementation().cls
    protocol = subject.api.private if subject.api is not None else None
    if cls is None or protocol is None:
        return
    protocol = subject.implementation().seen(protocol)
    if look_up(View.of(cls), protocol.methods[name], protocol).state in (State.MISSING, State.STUB):
        raise NotJudged(f"`{name}` is not implemented", see=("PC301", "PC302"))
