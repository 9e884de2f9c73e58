"""What the rules about calls judge by: all calls are made once on one running stack, and written down."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.contracts import stacks
from provider_conformance.contracts.model import Role
from provider_conformance.evidence.demands import LIFE
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.meaning import understood
from provider_conformance.evidence.start import Served, Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.chains import reason
from provider_conformance.package.model import SpecKind
from provider_conformance.protocols.model import Calls
from provider_conformance.sandbox.leftovers import Left, Leftovers
from provider_conformance.sandbox.limits import limits

if TYPE_CHECKING:
    from provider_conformance.calling.asking import Asked
    from provider_conformance.calling.calling import Seen
    from provider_conformance.calling.notes import Cancelled, Together
    from provider_conformance.calling.stalls import Stall
    from provider_conformance.calling.walking import Values
    from provider_conformance.hosts.running import Running
    from provider_conformance.laws.model import Guide
    from provider_conformance.neighbours.outgoing import Outgoing

BUDGET: Final = 0.5
"""Seconds for which a provider may keep the event loop to itself."""
_LONG: Final = 0.8
"""The part of a trial's time that a call may take which is tried a second time, alone."""

_EXAMPLES: Final = 6
_TRIALS: Final = 3


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of a provider's public methods on a running stack.

    Attributes:
        asked: The methods, by their names.
        seen: The calls.
        together: The calls that were made at once.
        cancelled: The calls that were cancelled.
        stalls: When the event loop did not get its turn.
        unseen: Why a method was not called at all.
        ended: Why not all methods were called, "" where they were.
        hurried: Whether calls were left out, for want of time.
        helped: Whether the provider works with a routing table of the stack, which is empty here.
        outgoing: The calls of the provider's own code on its dependencies.
        standin: Whether its back end is the stand-in.
        left: What was left in the process after the calls and the shutdown.
    """

    asked: Mapping[str, Asked]
    seen: tuple[Seen, ...] = ()
    together: tuple[Together, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()
    stalls: tuple[Stall, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)
    ended: str = ""
    hurried: bool = False
    helped: bool = False
    outgoing: tuple[Outgoing, ...] = ()
    standin: bool = False
    left: tuple[Left, ...] = ()

    @classmethod
    def collect(cls, subject: Subject, served: Served) -> Observed:
        """Make all calls on a provider."""
        return observe(subject, served.first)

    def of(self, method: str, *labels: str) -> list[Seen]:
        """The calls on a method, those with one of ``labels`` where some are given."""
        return [s for s in self.seen if s.method == method and (not labels or s.label in labels)]


def long() -> float:
    """Seconds that a call may take which is tried a second time, alone."""
    return _LONG * limits().seconds


@dataclass(frozen=True, slots=True)
class Again:
    """Calls a provider's methods once more.

    Attributes:
        subject: The provider.
        first: Its first trial.
    """

    subject: Subject
    first: Start

    @classmethod
    def collect(cls, subject: Subject, served: Served) -> Again:
        """Take a provider that can be called."""
        return cls(subject, served.first)

    def of(self, *methods: str, patience: float | None = None) -> Observed:
        """The calls on one method, or on several, on a new stack.

        Args:
            methods: The methods.
            patience: Seconds that a call may take, the usual ones unless told.
        """
        return observe(self.subject, self.first, frozenset(methods), patience)


@dataclass(frozen=True, slots=True)
class Attentive:
    """A provider of which more can be asked: none of its calls hangs, as far as they were made."""

    @classmethod
    def collect(cls, subject: Subject) -> Attentive:
        """Look at all calls.

        Raises:
            NotJudged: One does not come back.
        """
        found = subject.store.find(Observed, subject) if is_called(subject) else None
        if found is not None and any(one.late for one in found.seen):
            raise NotJudged("a call on it does not come back", see=("PC659", "PC654"))
        return cls()


def methods_of(subject: Subject) -> tuple[str, ...]:
    """The public methods that are called: those of the live protocol that are not part of the life cycle."""
    api = subject.api
    if api is None or api.public is None or api.public.live is None:
        return ()
    private = api.private.methods if api.private is not None else ()
    return tuple(name for name in api.public.methods if name not in LIFE and name not in private)


def is_called(subject: Subject) -> bool:
    """Whether there are calls to make on the subject's provider, or on the one method that it is about."""
    if not is_loadable(subject):
        return False
    methods = methods_of(subject)
    return subject.method in methods if subject.method else bool(methods)


def asked_of(subject: Subject, method: str = "") -> Asked | None:
    """A public method as a caller sees it, None where its protocol cannot be read."""
    from provider_conformance.calling.asking import asked  # noqa: PLC0415 - pydantic, late

    name, api = method or subject.method, subject.api
    if api is None or api.public is None or api.public.live is None:
        return None
    passed = api.against(api.public.methods[name])[:1] if name in api.public.methods else ()
    if passed:  # the call that is really made, not the one that the protocol promises
        (shape,) = passed
        names = (*shape.positional, *shape.keywords)
        return asked(api.public.live, name, positional=not shape.keywords, passed=names)
    return asked(api.public.live, name, positional=api.how_called(name) is Calls.POSITIONAL)


def observe(
    subject: Subject, first: Start, only: frozenset[str] | None = None, patience: float | None = None
) -> Observed:
    """Call the provider's methods on a new stack.

    Args:
        subject: The provider.
        first: Its first trial.
        only: The methods to judge, None for all.
        patience: Seconds that a call may take, the usual ones unless told.
    """
    from provider_conformance.calling.notes import Notes  # noqa: PLC0415 - the whole stack
    from provider_conformance.calling.walking import in_order  # noqa: PLC0415

    every = {name: asked for name in methods_of(subject) if (asked := asked_of(subject, name)) is not None}
    generated = {name: _generated(asked) for name, asked in every.items() if only is None}
    found = Observed(every, helped=_is_helped(subject), standin=first.standin)
    guide = guide_of_subject(subject)
    left = in_order(every.values(), guide)
    for _ in range(_TRIALS):
        notes, stalls = Notes(), list[Any]()
        _walk(subject, first, (guide, every), left, only, generated, (notes, stalls, patience))
        stuck = _stuck(notes)
        found = _more(subject, found, notes, stalls, stuck)
        done = {*notes.walked, *([stuck.method] if stuck is not None else ())}
        left = [asked for asked in left if asked.name not in done]
        if stuck is None or not left or only is not None:
            break
    return found


def guide_of_subject(subject: Subject) -> Guide:
    """How the subject's API is called, with what the provider's author says of it."""
    from provider_conformance.calling.sampled import guided  # noqa: PLC0415
    from provider_conformance.laws.guides import guide_of  # noqa: PLC0415

    spec = subject.spec
    return guide_of("") if spec is None else guided(guide_of(spec.api), subject.trying.sampled(spec))


def _walk(
    subject: Subject,
    first: Start,
    api: tuple[Guide, Mapping[str, Asked]],
    methods: Sequence[Asked],
    only: frozenset[str] | None,
    generated: Mapping[str, Sequence[Values]],
    into: tuple[Any, list[Any], float | None],
) -> None:
    """One trial, whose notes are kept whatever becomes of it."""
    from provider_conformance.calling.calling import Caller, usual_patience  # noqa: PLC0415
    from provider_conformance.calling.stalls import LoopWatch  # noqa: PLC0415
    from provider_conformance.calling.walking import Walk  # noqa: PLC0415
    from provider_conformance.evidence.tools import draw  # noqa: PLC0415
    from provider_conformance.hosts.running import FIRST  # noqa: PLC0415
    from provider_conformance.neighbours.outgoing import listening  # noqa: PLC0415

    (notes, stalls, patience), (guide, every) = into, api
    theirs = is_theirs(subject)
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE

    async def work(running: Running) -> None:
        async with LoopWatch(theirs, BUDGET) as watch:
            watch.stalls = stalls
            notes.caller = Caller(
                running.instances[FIRST], theirs, watch, patience or usual_patience(), remote=remote
            )
            notes.caller.listen()
            walk = Walk(running, notes.caller, notes, generated, draw, every, guide)
            await walk.through(methods, only)

    leftovers = Leftovers() if only is None else None
    with listening() as outgoing:
        attempt = first.trial.run(first.trial.surroundings(), work, leftovers=leftovers)
    notes.left.extend(leftovers.found if leftovers is not None else ())
    notes.outgoing.extend(one for one in outgoing if theirs(one.module) and not _is_a_stack_s(one.module))
    if attempt.error is not None and not notes.ended:
        notes.ended = f"the trial ended early: {reason(attempt.error)}"


def is_theirs(subject: Subject) -> Callable[[str], bool]:
    """Whether a module, by its name, is the provider's own."""
    spec = subject.spec
    names = (subject.provider.package, spec.module if spec else "", _class_module(subject))
    own = {name.partition(".")[0] for name in names if name} - {"provider_conformance", "builtins"}
    return lambda module: module.partition(".")[0] in own


def _is_a_stack_s(module: str) -> bool:
    """Whether a module is one of the stack itself: in its package, and not among the providers there."""
    return bool(stacks.family_of_module(module)) and ".providers." not in module


def module_of_method(subject: Subject, method: str) -> str:
    """The module in which the code of a method stands: that of a base, where it is inherited."""
    found = getattr(subject.implementation().cls, method, None)
    function = inspect.unwrap(found) if callable(found) else found
    return str(getattr(function, "__module__", "") or "")


def _class_module(subject: Subject) -> str:
    cls = subject.implementation().cls
    return "" if cls is None else cls.__module__


def _is_helped(subject: Subject) -> bool:
    spec = subject.spec
    apis = subject.contract.apis if subject.contract is not None else {}
    names = (*spec.api_dependencies, *spec.optional_api_dependencies) if spec is not None else ()
    return any(name in apis and apis[name].role is Role.ROUTING_TABLE for name in names)


def _generated(asked: Asked) -> list[Values]:
    """Values for all that a method requires, from the annotations."""
    from hypothesis import strategies as st  # noqa: PLC0415 - half a second

    from provider_conformance.errors import NoValueError  # noqa: PLC0415
    from provider_conformance.strategies.search import drawn  # noqa: PLC0415
    from provider_conformance.strategies.values import values  # noqa: PLC0415

    try:
        required = {slot.path: values(slot.annotation, depth=3) for slot in asked.slots if slot.required}
    except NoValueError:
        return []
    return drawn(st.fixed_dictionaries(required), examples=_EXAMPLES) if required else []


def _stuck(notes: Any) -> Seen | None:
    """The call that never gave the event loop back, None where there is none."""
    from provider_conformance.calling.calling import Seen  # noqa: PLC0415
    from provider_conformance.neighbours.standins import times_called  # noqa: PLC0415

    caller = notes.caller
    if caller is None or not caller.is_stuck:
        return None
    asked, label, text = caller.busy
    helped = times_called() > caller.helped_before
    return Seen(asked.name, label, text, {}, place=caller.watch.where(), late=True, helped=helped)


def _more(
    subject: Subject, found: Observed, notes: Any, stalls: Sequence[Stall], stuck: Seen | None
) -> Observed:
    return Observed(
        found.asked,
        (*found.seen, *understood(subject, notes.seen), *([stuck] if stuck is not None else ())),
        (*found.together, *notes.together),
        (*found.cancelled, *notes.cancelled),
        (*found.stalls, *stalls),
        {**found.unseen, **notes.unseen},
        "" if stuck is not None else notes.ended,
        found.hurried or notes.hurried,
        found.helped,
        (*found.outgoing, *notes.outgoing),
        found.standin,
        (*found.left, *notes.left),
    )
