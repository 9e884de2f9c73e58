"""Changes in words: one line each, without the API and the method that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from provider_conformance.contracts.snapshots import Release
from provider_conformance.releases.changes.model import Change, Kind

_MOST: Final = 6


def told(changes: Sequence[Change]) -> Iterator[str]:
    """The changes of one method, or of none, a line each; folded parameters share one."""
    folded = [change for change in changes if change.kind is Kind.PARAMETER_FOLDED]
    unfolded = [change for change in changes if change.kind is Kind.PARAMETER_UNFOLDED]
    carriers = dict.fromkeys(change.after.partition(".")[0] for change in folded)
    for carrier in carriers:
        yield _folded(carrier, folded, changes)
    for carrier in dict.fromkeys(change.before.partition(".")[0] for change in unfolded):
        names = [change.name for change in unfolded if change.before.startswith(f"{carrier}.")]
        yield f"{listed(names)} {_were(names)} of `{carrier}`"
    for change in changes:
        is_carrier = change.kind is Kind.PARAMETER_ADDED and change.name in carriers
        if change not in folded and change not in unfolded and not is_carrier:
            yield line(change)


def _folded(carrier: str, folded: Sequence[Change], changes: Sequence[Change]) -> str:
    inside = [change for change in folded if change.after.startswith(f"{carrier}.")]
    shown = [
        f"`{change.name}`" + ("" if change.after == f"{carrier}.{change.name}" else f" (as `{change.after}`)")
        for change in inside
    ]
    new = [one for one in changes if one.kind is Kind.PARAMETER_ADDED and one.name == carrier]
    text = f"`{new[0].after}`" if new else f"`{carrier}`"
    note = f"; {new[0].note}" if new and new[0].note else ""
    verb = "is a field" if len(shown) == 1 else "are fields"
    return f"{', '.join(shown)} {verb} of {text} now{note}"


def _were(names: Sequence[str]) -> str:
    return "was a field" if len(names) == 1 else "were fields"


def line(change: Change) -> str:
    """One change in words, with what is known of its return."""
    text = _WORDS[change.kind](change)
    return text + _again(change)


def _again(change: Change) -> str:
    if not change.again:
        return ""
    gone = change.kind.event == "removed"
    return f"; it {'is there again in' if gone else 'was there before, in'} {releases(change.again)}"


def releases(found: Sequence[Release]) -> str:
    """Releases in words: the first few, and how many more there are."""
    shown = [str(release) for release in found]
    return ", ".join(shown) if len(shown) <= 3 else f"{shown[0]} and {len(shown) - 1} more up to {shown[-1]}"


def listed(names: Sequence[str]) -> str:
    """Names in words: the first few, and how many more there are."""
    shown = ", ".join(f"`{name}`" for name in names[:_MOST])
    return shown if len(names) <= _MOST else f"{shown} and {len(names) - _MOST} more"


def _noted(text: str, change: Change) -> str:
    return f"{text}: {change.note}" if change.note else text


def _is(what: str) -> Callable[[Change], str]:
    return lambda change: f"{what} `{change.after}` now (was `{change.before}`)"


def _default(change: Change) -> str:
    if not change.before:
        return f"`{change.name}` may be left out now (`{change.after}`)"
    if not change.after:
        return f"`{change.name}` has to be passed now (was `{change.before}` by default)"
    return f"the default of `{change.name}` is `{change.after}` now (was `{change.before}`)"


def _call(change: Change) -> str:
    place = f" ({change.note})" if change.note else ""
    who = f"{change.name or 'the stack'}{place}"
    if not change.after:
        return f"not called any more by {who}: `{change.before}`"
    if not change.before:
        return f"called by {who}: `{change.after}`"
    return f"called by {who}: `{change.after}`, before: `{change.before}`"


def _moved(change: Change) -> str:
    return f"`{change.before}` is `{change.after}` now"


_KINDS: Final[Mapping[str, str]] = {
    "awaitable": "something to await",
    "async iterator": "an asynchronous iterator",
    "generator": "a generator",
    "plain": "the result itself",
    "any": "anything",
}

_WORDS: Final[Mapping[Kind, Callable[[Change], str]]] = {
    Kind.API_ADDED: lambda c: f"new, {c.after}",
    Kind.API_REMOVED: lambda c: f"gone (was {c.before})",
    Kind.API_CHANGED: lambda c: f"{c.after} now (was {c.before})",
    Kind.PROTOCOL_ADDED: lambda c: f"its {c.side.value} protocol `{c.after}` is new",
    Kind.PROTOCOL_REMOVED: lambda c: f"its {c.side.value} protocol `{c.before}` is gone",
    Kind.PROTOCOL_RENAMED: lambda c: f"its {c.side.value} protocol is `{c.after}` now (was `{c.before}`)",
    Kind.MEMBER_ADDED: lambda c: f"new member `{c.after}`",
    Kind.MEMBER_REMOVED: lambda c: f"member `{c.before}` is gone",
    Kind.MEMBER_CHANGED: lambda c: f"member `{c.after}` (was `{c.before}`)",
    Kind.INJECTED_ADDED: lambda c: f"the stack sets `{c.after}` on a provider",
    Kind.INJECTED_REMOVED: lambda c: f"the stack does not set `{c.before}` on a provider any more",
    Kind.METHOD_ADDED: lambda c: f"new{f', {c.note}' if c.note else ''}: `{c.after}`",
    Kind.METHOD_REMOVED: lambda c: f"gone: `{c.before}`",
    Kind.METHOD_RENAMED: lambda c: f"was called `{c.before}`",
    Kind.METHOD_MOVED: lambda c: f"was in `{c.before}`",
    Kind.METHOD_OPTIONAL: lambda c: f"{c.after} now (was {c.before})",
    Kind.METHOD_BINDING: lambda c: f"a method of the {c.after} now (was of the {c.before})",
    Kind.METHOD_REORDERED: lambda c: f"the order is `{c.after}` now (was `{c.before}`)",
    Kind.PARAMETER_ADDED: lambda c: f"`{c.after}` is new",
    Kind.PARAMETER_REMOVED: lambda c: _noted(f"`{c.name}` is gone", c),
    Kind.PARAMETER_RENAMED: lambda c: f"`{c.before}` is called `{c.after}` now",
    Kind.PARAMETER_FOLDED: _moved,
    Kind.PARAMETER_UNFOLDED: _moved,
    Kind.PARAMETER_DEFAULT: _default,
    Kind.PARAMETER_KIND: lambda c: f"`{c.name}` is {c.after} now (was {c.before})",
    Kind.PARAMETER_TYPE: lambda c: f"`{c.name}` is `{c.after}` now (was `{c.before}`)",
    Kind.RESULT_KIND: lambda c: f"a call gives {_KINDS[c.after]} now (was {_KINDS[c.before]})",
    Kind.RESULT_TYPE: _is("it returns"),
    Kind.CALL_ADDED: _call,
    Kind.CALL_REMOVED: _call,
    Kind.CALL_CHANGED: _call,
    Kind.CALL_AGAINST: lambda c: f"{c.name} calls `{c.after}`, which the protocol does not promise to take",
    Kind.CLASS_ADDED: lambda c: _noted(f"`{c.after}` is new", c),
    Kind.CLASS_REMOVED: lambda c: f"`{c.before}` is gone",
    Kind.FIELD_ADDED: lambda c: f"new field `{c.after}`",
    Kind.FIELD_REMOVED: lambda c: f"field `{c.before}` is gone",
    Kind.FACTORY_ADDED: lambda c: f"{c.name} providers are made by `{c.after}`",
    Kind.FACTORY_REMOVED: lambda c: f"{c.name} providers are not made any more (were by `{c.before}`)",
    Kind.FACTORY_CHANGED: _is("made by"),
    Kind.ARGUMENT_ADDED: lambda c: f"is given `{c.after}` too, where it has such a parameter",
    Kind.ARGUMENT_REMOVED: lambda c: f"is not given `{c.before}` any more",
    Kind.ATTRIBUTE_ADDED: lambda c: f"the loader sets `{c.after}` on every provider",
    Kind.ATTRIBUTE_REMOVED: lambda c: f"the loader does not set `{c.before}` any more",
    Kind.LOADER_CHANGED: lambda c: f"{c.name} are {c.after} now (were {c.before})",
    Kind.NAME_MOVED: _moved,
    Kind.NAME_REMOVED: lambda c: f"`{c.before}` is gone",
}
