"""The sentences of signature findings: what is wrong, who trips over it, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provider_conformance.protocols.calls import EXTRA, Callers, CallShape, Refusal, contradicts
from provider_conformance.protocols.classes import by_name, class_name
from provider_conformance.protocols.declaring import declaration, result_text
from provider_conformance.protocols.model import (
    Binding,
    Implemented,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
    State,
)
from provider_conformance.protocols.signature import Parameter, Signature, SourceDefault


@dataclass(frozen=True, slots=True)
class Text:
    """A finding in words."""

    message: str
    why: str = ""
    fix: str = ""


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def absent(method: ProtocolMethod, implemented: Implemented, protocol: ProtocolModel) -> Text:
    """A method that is missing, only a stub, or hidden."""
    because = f": {implemented.note}" if implemented.note else ""
    if implemented.state is State.SHADOWED:
        return Text(
            f"`{method.name}` runs the default of `{protocol.name}`{because}",
            "the implementation further along the bases is never reached",
            "put the class with the implementation before the protocol among the bases",
        )
    if implemented.state is State.STUB:
        promised = result_text(method, protocol)
        effect = "" if method.returns_none else f" and returns None where `{promised}` is expected"
        return Text(
            f"`{method.name}` is not implemented{because}",
            f"a call finds the method and runs nothing{effect}",
            f"implement `{declaration(method, protocol)}`"
            + ("" if implemented.hidden is None else ", or put the protocol last among the bases"),
        )
    if method.optional:
        return Text(
            f"`{method.name}`, which `{protocol.name}` gives a default, is not there{because}",
            "only classes that inherit the protocol have the default; a call raises AttributeError here",
            f"inherit `{protocol.name}`, or implement `{declaration(method, protocol)}`",
        )
    return Text(
        f"`{method.name}`, which `{protocol.name}` demands, is not there{because}",
        "a call raises AttributeError" if not implemented.note else "a call fails",
        implemented.remedy or f"implement `{declaration(method, protocol)}`",
    )


def refused(
    method: ProtocolMethod,
    protocol: ProtocolModel,
    signature: Signature,
    refused_calls: Sequence[Refusal],
    claimed: Signature | None,
    callers: Callers,
) -> Text:
    """Calls that do not bind."""
    if misfit := refused_calls[0].misfit:
        return Text(
            f"`{method.name}{claimed or signature}` {misfit}",
            "every call raises TypeError",
            "let the wrapper pass on what it gets and nothing else, or let the method take it",
        )
    reasons = list(
        dict.fromkeys(r for refusal in refused_calls for r in _reasons(refusal, method, signature, callers))
    )
    message = f"`{method.name}{signature}` {'; '.join(reasons)}"
    if claimed is not None:
        message = (
            f"`{method.name}` shows the signature `{claimed}` to whoever inspects it,"
            f" but what runs is `{method.name}{signature}`, which {'; '.join(reasons)}"
        )
    wrapper = " in the wrapper too, or pass `*args, **kwargs` on" if claimed is not None else ""
    shape = refused_calls[0].shape
    return Text(
        message, _refusing(method, shape, callers), f"{_accepting(method, protocol, shape, callers)}{wrapper}"
    )


def _refusing(method: ProtocolMethod, shape: CallShape, callers: Callers) -> str:
    """Who trips over a signature that does not take a call."""
    if shape.by:
        return f"called by {shape.by}: the call `{_quoted(method, shape)}` raises TypeError"
    if not callers.all_seen:
        return f"the call `{method.name}{shape}` raises TypeError"
    known = callers.seen[0]
    return (
        f"the stack's own call is taken today (`{_quoted(method, known)}`, {known.by}); a caller that goes by"
        f" the protocol, `{method.name}{shape}`, gets a TypeError"
    )


def _accepting(method: ProtocolMethod, protocol: ProtocolModel, shape: CallShape, callers: Callers) -> str:
    """What to declare, so that a call is taken: what the protocol says, unless it is not what is called."""
    against = [seen for seen in callers.seen if contradicts(method, seen)]
    if shape in against:
        return (
            f"declare it as `{_taking(method, shape)}`: the stack contradicts its own protocol here"
            f" (`{declaration(method, protocol)}`), and its call is what counts"
        )
    if against:
        return (
            f"the stack contradicts its own protocol here (`{declaration(method, protocol)}`): keep what its"
            " call needs, and take the protocol's arguments too where you can"
        )
    return f"declare it as `{declaration(method, protocol)}`"


def _taking(method: ProtocolMethod, shape: CallShape) -> str:
    keyword = "async def" if method.result is ResultKind.AWAITABLE else "def"
    return f"{keyword} {method.name}({', '.join(('self', *shape.positional, *shape.keywords))})"


def _quoted(method: ProtocolMethod, shape: CallShape) -> str:
    """A call as it stands in its file, as far as that is known."""
    return shape.text or f"{method.name}{shape}"


def needs_instance(method: ProtocolMethod, protocol: ProtocolModel, signature: Signature) -> Text:
    """A method of instances in the place of one of the class."""
    kind = "class" if method.binding is Binding.CLASS else "static"
    first = next((parameter.name for parameter in signature.parameters), "self")
    return Text(
        f"`{method.name}` needs an instance where the protocol has a {kind} method",
        f"a call of `{method.name}` on the class raises TypeError: nothing is passed for `{first}`",
        f"declare it as `{declaration(method, protocol)}`",
    )


def _reasons(
    refusal: Refusal, method: ProtocolMethod, signature: Signature, callers: Callers
) -> Iterable[str]:
    own = {p.name: p for p in signature.named()}
    promised = {p.name for p in method.signature.named()}
    by_keyword_only_for = [n for n in refusal.too_many if n in own]
    lost = [n for n in refusal.too_many if n not in own]
    positional_only = [n for n in refusal.unexpected if n in own]
    unknown = [n for n in refusal.unexpected if n not in own]
    missing = [n for n in refusal.missing if n not in promised]
    dropped = [n for n in refusal.missing if n in promised and n not in refusal.unexpected + refusal.too_many]
    if refusal.no_self:
        yield "has no parameter for the instance (`self`)"
    if EXTRA in unknown:
        unknown.remove(EXTRA)
        yield "does not take the further keyword arguments (`**kwargs`) that the protocol promises"
    if "*" in lost:
        lost.remove("*")
        yield "does not take the further positional arguments (`*args`) that the protocol promises"
    if len(unknown) == len(missing) == 1 and unknown[0] in promised:
        yield f"has `{missing.pop()}` where the protocol has `{unknown.pop()}`"
    lost_by, left_out = "demands {}, which no caller passes", "demands {}, which callers may leave out"
    if refusal.shape.by:
        lost_by = left_out = "demands {}, which the call does not pass"
    elif callers.all_seen:
        lost_by = "demands {}, which the protocol does not have"
    for names, text in (
        (unknown + lost, "does not take {}"),
        (positional_only, "takes {} by position only"),
        (by_keyword_only_for, "takes {} by keyword only"),
        (refusal.twice, "gets {} twice"),
        (missing, lost_by),
        (dropped, left_out),
    ):
        if names:
            yield text.format(_listed(names))


def order(
    method: ProtocolMethod,
    protocol: ProtocolModel,
    signature: Signature,
    moved: Sequence[str],
    *,
    by_keyword: bool,
) -> Text:
    """Parameters in another order."""
    message = f"`{method.name}{signature}` has {_listed(moved)} in another place than `{method.signature}`"
    why = (
        "today's stack passes arguments by keyword and does not notice; a caller that passes them by position"
        " mixes them up without an error"
        if by_keyword
        else "arguments passed by position reach the wrong parameters without an error"
    )
    return Text(message, why, f"keep the protocol's order: `{declaration(method, protocol)}`")


def renamed(method: ProtocolMethod, protocol: ProtocolModel, pairs: Sequence[tuple[str, str]]) -> Text:
    """Parameters under another name where the stack passes them by position."""
    names = ", ".join(f"`{a}` is called `{b}`" for a, b in pairs)
    return Text(
        f"in `{method.name}` {names}",
        _UNNOTICED,
        f"use the protocol's names: `{declaration(method, protocol)}`",
    )


def unnamed(method: ProtocolMethod, protocol: ProtocolModel, names: Sequence[str]) -> Text:
    """Parameters without a name for callers where the stack passes them by position."""
    return Text(
        f"`{method.name}` takes {_listed(names)} by position only",
        _UNNOTICED,
        f"leave the `/` out: `{declaration(method, protocol)}`",
    )


_UNNOTICED = (
    "today's stack passes the argument by position and does not notice; a caller that uses the protocol's"
    " name gets a TypeError"
)


def defaults(
    method: ProtocolMethod, protocol: ProtocolModel, changed: Sequence[tuple[Parameter, Parameter]]
) -> Text:
    """Optional parameters with another default."""
    details = ", ".join(f"`{p.name}` defaults to {_value(r)} instead of {_value(p)}" for p, r in changed)
    return Text(
        f"in `{method.name}` {details}",
        "a caller that leaves the argument out gets another behaviour than the protocol promises",
        f"use the protocol's defaults: `{declaration(method, protocol)}`",
    )


def _value(parameter: Parameter) -> str:
    if issubclass(type(parameter.default), SourceDefault):  # its `__class__` may raise
        return str(parameter.default.text)
    if named := by_name(parameter.default):
        return named
    try:
        text = repr(parameter.default)
    except Exception:  # somebody's __repr__ may raise anything
        text = f"<{class_name(type(parameter.default))}>"
    return text if len(text) <= 80 else f"{text[:77]}..."


HOW = {
    ResultKind.AWAITABLE: "awaits the result",
    ResultKind.ASYNC_ITERATOR: "iterates over the result with `async for`",
    ResultKind.PLAIN: "uses the result as it is",
}
WHAT = {
    ResultKind.AWAITABLE: "an awaitable",
    ResultKind.ASYNC_ITERATOR: "an async iterator",
    ResultKind.GENERATOR: "a plain generator",
    ResultKind.PLAIN: "a plain value",
}


def _expected(method: ProtocolMethod, words: Mapping[ResultKind, str]) -> str:
    """What a protocol promises, in words; a plain ``def`` that may be either promises one of the two."""
    promised: tuple[ResultKind, ...] = (method.result,)
    if method.result is ResultKind.ANY:
        promised = (ResultKind.AWAITABLE, ResultKind.ASYNC_ITERATOR)
    return " or ".join(words[kind] for kind in promised)


def result(method: ProtocolMethod, protocol: ProtocolModel, real: ResultKind) -> Text:
    """A result of another kind."""
    fix = f"declare it as `{declaration(method, protocol)}`"
    if real is ResultKind.GENERATOR and method.result is not ResultKind.AWAITABLE:
        fix = "write `async def`: what yields gives an async iterator then"
    return Text(
        f"calling `{method.name}` gives {WHAT[real]} where the protocol promises {_expected(method, WHAT)}",
        f"the caller {_expected(method, HOW)}, which fails on {WHAT[real]}",
        fix,
    )


def plain_stream(method: ProtocolMethod) -> Text:
    """A stream that only a plain loop can read."""
    return Text(
        f"awaiting `{method.name}` gives a plain generator where the protocol promises an async iterator",
        "the caller iterates over it with `async for`, which fails on a plain generator",
        "yield in an `async def`, and return what calling it gives",
    )


def unseen_result(method: ProtocolMethod) -> str:
    """Why the kind of a result is open."""
    return (
        f"`{method.name}` is a plain `def` whose result cannot be told from its source;"
        f" annotate what it returns ({_expected(method, WHAT)} is promised)"
    )


def unseen_default(method: ProtocolMethod, parameter: Parameter) -> str:
    """Why a default could not be compared."""
    shown = parameter.default.text if isinstance(parameter.default, SourceDefault) else "a value"
    return f"`{method.name}` gives `{parameter.name}` the default `{shown}`, whose value source does not tell"
