"""What is asked of a registry that a stack stores: whether to list again, and to forget what it never had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.registries.candidates import candidates, template_of
from provider_conformance.evidence.registries.listings import Call
from provider_conformance.evidence.registries.observer import Observer, Refreshes, Unregisters
from provider_conformance.evidence.registries.observing import call, observed
from provider_conformance.evidence.store import NotJudged
from provider_conformance.hosts.running import FIRST, Running

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_STRANGER: Final = "conformance-not-registered"


@dataclass(frozen=True, slots=True)
class Stranger:
    """What comes of unregistering an identifier of which an instance has never heard.

    Attributes:
        name: The identifier.
        left: The call, None where there was none.
    """

    name: str
    left: Call | None

    @classmethod
    def collect(cls, observer: Observer, unregisters: Unregisters) -> Stranger:
        """Ask an instance that was made a moment ago."""
        name = _unheard_of(observer)

        async def work(running: Running) -> Call:
            return await call(running, unregisters.method, name)

        return cls(name, observed(observer.first, work))


def _unheard_of(found: Observer) -> str:
    """The identifier under which a stack has kept what the provider lists, of another instance."""
    template = template_of(found.first)
    if template is None:
        return _STRANGER
    resource = getattr(template, "provider_resource_id", None) or template.identifier
    return f"another-{FIRST}/{resource}"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a provider answers when it is asked whether to list again.

    Attributes:
        answers: The answers, to the same question each time.
    """

    answers: tuple[Call, ...]

    @classmethod
    def collect(cls, observer: Observer, refreshes: Refreshes) -> Refreshed:
        """Ask twice.

        Raises:
            NotJudged: It cannot be asked.
        """

        async def work(running: Running) -> tuple[Call, ...]:
            return tuple([await call(running, refreshes.method) for _ in range(2)])

        answers = observed(observer.first, work)
        if answers is None:
            raise NotJudged("it did not start again", see=("PC505",))
        if any(answer.offline for answer in answers):
            raise NotJudged(f"it cannot be asked here: {answers[0].told}", inconclusive=True)
        return cls(answers)


def same_names(found: Observer) -> SearchStrategy[Any]:
    """Objects with one name for both the stack and the provider."""
    return candidates(found.first).map(lambda obj: _named_at_provider(obj, obj.identifier))


def two_names(found: Observer) -> SearchStrategy[Any]:
    """Objects whose name at the provider is another one: one that it lists, where it lists any."""
    template = template_of(found.first)
    known = getattr(template, "provider_resource_id", None)
    return candidates(found.first).map(
        lambda obj: _named_at_provider(obj, known or f"{obj.identifier}-at-provider")
    )


def _named_at_provider(obj: Any, resource: str) -> Any:
    if "provider_resource_id" not in type(obj).model_fields:
        return obj
    return obj.model_copy(update={"provider_resource_id": resource})
