"""The usual calls on a running provider and no others: what it answers, and what it raises."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.calls import Observed, asked_of, guide_of_subject, is_theirs, methods_of
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.package.model import SpecKind
from provider_conformance.sandbox.limits import limits

if TYPE_CHECKING:
    from provider_conformance.calling.calling import Seen

_USUAL: Final = "usual"
_ITEMS: Final = 3
"""How many items of a list are looked into."""
_A_TIME: Final = 1_000_000_000
"""A number from here on may be the time."""


def answered(subject: Subject) -> frozenset[str]:
    """The methods whose usual call is answered with the configuration as it is; none where one hangs."""
    found = subject.store.find(Observed, subject)
    if found is None or any(one.late for one in found.seen):
        return frozenset()
    return frozenset(one.method for one in found.seen if one.label == _USUAL and one.answered)


async def called_briefly(
    subject: Subject, running: Running, methods: Collection[str], provider_id: str = FIRST
) -> list[Seen]:
    """Make the usual call on each method.

    Args:
        subject: The provider.
        running: A stack with it.
        methods: What to call.
        provider_id: The instance to call.

    Returns:
        The usual calls, as far as there was time for them.
    """
    from provider_conformance.calling.calling import Caller, usual_patience  # noqa: PLC0415 - the whole stack
    from provider_conformance.calling.notes import Notes  # noqa: PLC0415
    from provider_conformance.calling.stalls import LoopWatch  # noqa: PLC0415
    from provider_conformance.calling.walking import Walk, in_order  # noqa: PLC0415

    notes, theirs, guide = Notes(), is_theirs(subject), guide_of_subject(subject)
    every = {name: asked for name in methods_of(subject) if (asked := asked_of(subject, name)) is not None}
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    async with LoopWatch(theirs, limits().seconds) as watch:
        caller = Caller(running.instances[provider_id], theirs, watch, usual_patience(), remote=remote)
        caller.listen()
        walk = Walk(running, caller, notes, {}, every=every, guide=guide)
        await walk.briefly([one for one in in_order(every.values(), guide) if one.name in methods])
    return [one for one in notes.seen if one.label == _USUAL and not one.late]


def traits(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """What can be compared of an answer, each with its place in it: values, and how long lists are.

    Args:
        value: An answer, or a part of one.
        place: What it is called.
    """
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        value = dump(mode="json", warnings=False)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from traits(item, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        yield f"the length of {place}", str(len(value))
        for number, item in enumerate(value[:_ITEMS]):
            yield from traits(item, f"{place}[{number}]")
    elif isinstance(value, str | bool | int | float) and not _may_be_a_time(value):
        yield place, repr(value)


def _may_be_a_time(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) >= _A_TIME
