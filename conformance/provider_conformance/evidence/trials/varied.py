"""How a provider behaves with two configurations, alone and in one stack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import wraps
from inspect import isawaitable
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.calls import Attentive, guide_of_subject
from provider_conformance.evidence.registries.listings import Fault
from provider_conformance.evidence.registries.reaching import Reachable
from provider_conformance.evidence.registries.uses import CALLS
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.briefly import answered, called_briefly, traits
from provider_conformance.hosts.running import FIRST, SECOND, Running

if TYPE_CHECKING:
    from provider_conformance.calling.varied import Variation
    from provider_conformance.hosts.trial import Trial

_MOST: Final = 8
"""How many fields of a configuration are varied."""
_STACKS: Final = ("ogx", "ogx_api", "llama_stack", "llama_stack_api", "provider_conformance")

Behaviour = Mapping[str, str]
"""What a provider answers, by what it was asked."""


@dataclass(frozen=True, slots=True)
class ObservedPair:
    """How a provider behaves with two configurations, alone and in one process.

    Attributes:
        alone: The behaviour with each configuration where it is the only one.
        together: The behaviour of the two instances that have them in one stack.
    """

    alone: tuple[Behaviour, Behaviour]
    together: tuple[Behaviour, Behaviour]

    def telling(self) -> list[str]:
        """The questions that the two configurations answer differently."""
        one, other = self.alone
        return [question for question in one if question in other and one[question] != other[question]]


def mixed_up(seen: ObservedPair) -> str:
    """PC614: in which answer one instance goes by the configuration of the other; "" in none."""
    for question in seen.telling():
        for number, place in enumerate(("first", "second")):
            own, other = seen.alone[number][question], seen.alone[1 - number][question]
            answer = seen.together[number].get(question)
            if answer == other != own:
                return (
                    f"the {place} of two instances answers {question} as if it had the configuration of the "
                    f"other: {answer}, and {own} where it is alone"
                )
    return ""


def is_ignored(variation: Variation, before: Behaviour, after: Behaviour) -> str:
    """PC614: whether the objects that a configuration lists make no difference to what the provider lists.

    Only where it lists just those, and goes on under the names that they had before.
    """
    listed = before.get(_LISTING, "")
    same = isinstance(variation.value, list) and listed == repr(sorted(variation.before))
    if not same or not variation.before or listed != after.get(_LISTING):
        return ""
    return f"its configuration names {variation.names[0]!r} in `{variation.field}`, and it lists {listed}"


_LISTING: Final = "its listing"


@dataclass(frozen=True, slots=True)
class Varied:
    """A provider that was tried with other configurations than its sample.

    Attributes:
        fault: What is wrong with how it takes them, None where nothing is.
    """

    fault: Fault | None

    @classmethod
    def collect(cls, subject: Subject, reachable: Reachable, _attentive: Attentive) -> Varied:
        """Vary the configuration, one field at a time.

        Raises:
            NotJudged: No variation is known to be valid, or none makes a difference that can be seen.
        """
        trial = reachable.first.trial
        config = _configuration(trial)
        from provider_conformance.calling.varied import variations  # noqa: PLC0415 - pydantic

        found = [variation for variation, _ in zip(variations(config), range(_MOST), strict=False)]
        if not found:
            raise NotJudged("its configuration has no field of which another value is known to be valid")
        return cls(_fault(subject, _Asking(subject, trial, _repeatable(subject)), found))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Whom is asked what.

    Attributes:
        subject: The provider.
        trial: How it is tried.
        methods: The methods that are called, beside its listing and a small request.
    """

    subject: Subject
    trial: Trial
    methods: Collection[str]


def _repeatable(subject: Subject) -> frozenset[str]:
    """The methods that answer as they are, and leave nothing behind that a later call would see."""
    guide = guide_of_subject(subject)
    return frozenset(name for name in answered(subject) if guide.way(name).repeats)


def _fault(subject: Subject, asking: _Asking, found: Sequence[Variation]) -> Fault | None:
    """What is wrong, in modules as they are and then in new ones.

    Raises:
        NotJudged: Nothing can be told.
    """
    differing = False
    own = subject.spec.module if subject.spec and subject.spec.module else ""
    # A stack's own modules are not imported anew, so a second round would be the first once more.
    for module in ("", own) if own and own.partition(".")[0] not in _STACKS else ("",):
        usual = _behaviour(asking, None, module)
        for variation in found:
            other = _behaviour(asking, variation, module, usual)
            if not usual or not other:
                continue
            if not module and (ignored := is_ignored(variation, usual, other)):
                return _told(ignored, variation)
            for order in ((None, variation), (variation, None)):
                alone = (usual, other) if order[0] is None else (other, usual)
                if not ObservedPair(alone, ({}, {})).telling():
                    break
                differing = True
                message = mixed_up(ObservedPair(alone, _together(asking, order, module)))
                if message:
                    return _told(message, variation)
        if differing:
            return None
    names = ", ".join(f"`{variation.field}`" for variation in found)
    raise NotJudged(f"no other value of {names} makes a difference that can be seen here")


def _told(message: str, variation: Variation) -> Fault:
    why = (
        "a run config may have the provider twice, and each entry has a configuration of its own; the "
        f"two differ in\n    {variation.field} = {variation.value!r}"
    )
    return Fault(message, why, "give the configuration to the object, and read it from there")


def _configuration(trial: Trial) -> Any:
    """A copy of the configuration that the provider is started with, None where it never was."""
    seen: list[Any] = []

    def keep(config: Any) -> Any:
        seen.append(deepcopy(config))
        return config

    _run(trial, [keep], "", _nothing)
    return seen[0] if seen else None


async def _nothing(_running: Running) -> None:
    return None


def _behaviour(
    asking: _Asking, variation: Variation | None, module: str, usual: Behaviour | None = None
) -> Behaviour:
    """How the provider behaves alone; answers that are not the same twice say nothing and are left out.

    Args:
        asking: What is asked.
        variation: The change of its configuration, None for none.
        module: What is imported anew before.
        usual: Answers that are known to come twice: where these come again, nothing is asked a second time.
    """
    one: Behaviour = _run(asking.trial, [_change(variation)], module, _asked(asking, FIRST)) or {}
    if usual and all(one.get(question) == answer for question, answer in usual.items()):
        return dict(usual)
    other: Behaviour = _run(asking.trial, [_change(variation)], module, _asked(asking, FIRST)) or {}
    return {question: answer for question, answer in one.items() if other.get(question) == answer}


def _together(asking: _Asking, order: Sequence[Variation | None], module: str) -> tuple[Behaviour, Behaviour]:
    async def ask(running: Running) -> tuple[Behaviour, Behaviour]:
        return await _asked(asking, FIRST)(running), await _asked(asking, SECOND)(running)

    found: tuple[Behaviour, Behaviour] | None
    found = _run(asking.trial, [_change(one) for one in order], module, ask, several=True)
    return found or ({}, {})


def _change(variation: Variation | None) -> Callable[[Any], Any]:
    return variation.of if variation is not None else lambda config: config


def _run(
    trial: Trial, changes: Sequence[Callable[[Any], Any]], module: str, work: Any, *, several: bool = False
) -> Any:
    """Do some work on a stack; its n-th instance of the provider gets the n-th change."""
    with _renewed(trial, module) as own:
        changed = replace(own, factory=changing(own.factory, changes))
        return changed.run(own.twice() if several else own.surroundings(), work).value


@contextmanager
def _renewed(trial: Trial, module: str) -> Iterator[Trial]:
    """The trial with the provider's modules imported anew; as it is without a module, or where that fails."""
    from provider_conformance.package.anew import imported_anew  # noqa: PLC0415

    if not module:
        yield trial
        return
    with imported_anew(module) as renewed:
        factory = getattr(renewed, getattr(trial.factory, "__name__", ""), None)
        yield trial if factory is None else replace(trial, factory=factory)


def changing(factory: Callable[..., Any], changes: Sequence[Callable[[Any], Any]]) -> Callable[..., Any]:
    """The factory, whose n-th call gets a configuration with the n-th change."""
    calls = count()

    @wraps(factory)
    async def changed(config: Any, *rest: Any) -> Any:
        made = factory(changes[next(calls) % len(changes)](config), *rest)
        return await made if isawaitable(made) else made

    return changed


def _asked(asking: _Asking, provider_id: str) -> Callable[[Running], Any]:
    async def ask(running: Running) -> Behaviour:
        answers: dict[str, str] = {}
        names: list[str] = []
        if running.listing:
            names = sorted(str(obj.identifier) for obj in await running.listed(provider_id))
            answers[_LISTING] = repr(names)
        if running.api in CALLS and names:
            answers["a small request"] = await _answer(running, provider_id, names[0])
        if asking.methods:
            for one in await called_briefly(asking.subject, running, asking.methods, provider_id):
                if one.answered and one.chunks is None:
                    answers.update(traits(one.answer, f"`{one.method}`"))
        return answers

    return ask


async def _answer(running: Running, provider_id: str, name: str) -> str:
    try:
        return repr(await CALLS[running.api](running.instances[provider_id], name))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
