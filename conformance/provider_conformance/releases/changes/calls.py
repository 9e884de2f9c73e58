"""The calls that a stack makes on its providers, in two releases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from provider_conformance.contracts.model import ApiContract, StackCall
from provider_conformance.protocols.calls import CallShape
from provider_conformance.releases.changes.model import Change, Kind, Side
from provider_conformance.releases.changes.seen import Seen, protocols_of


def call_changes(old: Seen, new: Seen) -> Iterator[Change]:
    """Tell which calls are made in another way, which are new, and which are not made any more.

    An API that only one of the releases has is left out, and so is a method that only one of them declares:
    why its calls have come or gone is told there.
    """
    for name, api in new.contract.apis.items():
        was = old.contract.apis.get(name)
        if was is not None:
            yield from _of_api(was, api)
            yield from _against(was, api)


def _of_api(old: ApiContract, new: ApiContract) -> Iterator[Change]:
    declared = [
        {method: side for side, protocol in protocols_of(api) for method in protocol.methods}
        for api in (old, new)
    ]
    for method in dict.fromkeys((*old.calls, *new.calls)):
        if (method in declared[0]) == (method in declared[1]):
            side = declared[1].get(method, Side.NONE)
            yield from _of_method(
                new.name, side, method, old.calls.get(method, ()), new.calls.get(method, ())
            )


def _against(old: ApiContract, new: ApiContract) -> Iterator[Change]:
    """Tell which calls contradict the protocol that have not done so before."""
    before = {(name, shape.text) for name, shape in _contradicting(old)}
    for side, protocol in protocols_of(new):
        for name, shape in _contradicting(new):
            if name in protocol.methods and (name, shape.text) not in before:
                yield Change(Kind.CALL_AGAINST, new.name, side, name, shape.by, after=shape.text)


def _contradicting(api: ApiContract) -> Iterator[tuple[str, CallShape]]:
    for _, protocol in protocols_of(api):
        for name, method in protocol.methods.items():
            yield from ((name, shape) for shape in api.against(method))


def _of_method(
    api: str, side: Side, method: str, before: Sequence[StackCall], after: Sequence[StackCall]
) -> Iterator[Change]:
    """Tell what of a method's calls a provider notices.

    A call that somebody else makes in the same way is the same to it. Calls of one caller belong together;
    so do the only one that has gone and the only one that has come.
    """
    gone, come = _left(before, after), _left(after, before)
    pairs = [(call, _partner(call, gone, come)) for call in come]
    for call, was in pairs:
        if was is not None and was in gone:
            gone.remove(was)
            said = "" if was.caller == call.caller else f" by {was.caller}"
            yield _change(Kind.CALL_CHANGED, api, side, method, call, manner(was) + said, manner(call))
        else:
            yield _change(Kind.CALL_ADDED, api, side, method, call, "", manner(call))
    for call in gone:
        yield _change(Kind.CALL_REMOVED, api, side, method, call, manner(call), "")


def _left(some: Sequence[StackCall], others: Sequence[StackCall]) -> list[StackCall]:
    """The calls in whose manner nobody calls in the other release, one for each caller and manner."""
    known = {*map(_manner, others)}
    found = {(call.caller, _manner(call)): call for call in some}
    return [call for (_, how), call in found.items() if how not in known]


def _partner(call: StackCall, gone: list[StackCall], come: list[StackCall]) -> StackCall | None:
    same = [one for one in gone if one.caller == call.caller]
    return same[0] if same else gone[0] if len(gone) == len(come) == 1 else None


def _change(
    kind: Kind, api: str, side: Side, method: str, call: StackCall, before: str, after: str
) -> Change:
    place = str(call.location) if call.location else ""
    return Change(kind, api, side, method, call.caller, before, after, note=place)


def _manner(call: StackCall) -> tuple[Any, ...]:
    """All of a call that a provider can tell: what is passed and how, and what is done about the result."""
    asked = (call.guarded, call.caught, call.awaited, call.ignored)
    return call.positional, frozenset(call.keywords), call.spread, *asked


def manner(call: StackCall) -> str:
    """A call as text, with what its caller does about it."""
    words = [
        "not awaited" if not call.awaited else "",
        "result not read" if call.ignored else "",
        "errors are survived" if call.caught else "only where the method is there" if call.guarded else "",
    ]
    said = ", ".join(word for word in words if word)
    return f"{call.text} ({said})" if said else call.text
