"""Write the module that mypy is run on: one small function a member, in which a call must type-check.

A method fits when the arguments that callers of the protocol pass are accepted, and when what comes
back is what they were promised. So a probe calls the implementation with arguments of exactly the
types that the protocol declares, and hands the result to somebody who wants the protocol's::

    def probe(i: Impl, p: Proto) -> None:
        f = p.method
        f = lambda model: held(i.method(model=model)).fits(wanted(p.method(model)).it)

The lambda takes the types of its parameters from the declaration, whatever they are called in the
protocol's module. Nothing here depends on who inherits whom, and an objection to one parameter says
nothing about the next. The canary, a class whose every type is wrong, goes through the same probes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Final

from provider_conformance.protocols import classes
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import ProtocolAttribute, ProtocolMethod, ProtocolModel, ResultKind
from provider_conformance.protocols.signature import Kind, Parameter
from provider_conformance.types.annotations import (
    Written,
    declarations,
    overloads_of,
    written,
)
from provider_conformance.types.model import Pair, Probe, Style, Target

PREAMBLE: Final = """\
from collections.abc import AsyncIterable, Awaitable
from typing import Any, Generic, TypeVar

T__ = TypeVar("T__")
W__ = TypeVar("W__", contravariant=True)
a__: Any = None

class Wrong__: ...

class Wanted__(Generic[W__]):
    @property
    def it__(self) -> "Wanted__[W__]": ...

class Held__(Generic[T__]):
    def fits__(self, wanted: Wanted__[T__]) -> Any: ...

def held__(x: T__) -> Held__[T__]: ...
def held_awaited__(x: Awaitable[T__]) -> Held__[T__]: ...
def held_iterated__(x: AsyncIterable[T__]) -> Held__[T__]: ...
def wanted__(x: T__) -> Wanted__[T__]: ...
def wanted_awaited__(x: Awaitable[T__]) -> Wanted__[T__]: ...
def wanted_iterated__(x: AsyncIterable[T__]) -> Wanted__[T__]: ...
"""

_UNPACKED: Final = {ResultKind.AWAITABLE: "_awaited__", ResultKind.ASYNC_ITERATOR: "_iterated__"}
"""What is compared of a result: what comes out of it, so that async against sync stays a matter of shape."""


def data_members(protocol: ProtocolModel) -> list[ProtocolAttribute]:
    """The attributes that a protocol declares, without what Python puts into every class."""
    return [
        a for a in protocol.attributes.values() if not (a.name.startswith("__") and a.name.endswith("__"))
    ]


class Module:
    """The generated module while it is written: its text, and the probes by the lines that they fill."""

    def __init__(self) -> None:
        self.lines: list[str] = PREAMBLE.splitlines()
        self.probes: list[Probe] = []
        self._aliases: dict[str, str] = {}

    @property
    def text(self) -> str:
        """The module's source."""
        return "\n".join([*self.lines, ""])

    def alias(self, module: str) -> str:
        """The name under which ``module`` is imported."""
        if module not in self._aliases:
            self._aliases[module] = name = f"m{len(self._aliases)}__"
            self.lines.append(f"import {module} as {name}")
        return self._aliases[module]

    def target(
        self, pair: Pair, protocol: ProtocolModel, live: type | None, by_position: frozenset[str]
    ) -> Target:
        """The target that a pair stands for."""
        return Target(
            pair, protocol, self.name(pair[0]), self.name(pair[1]), live=live, by_position=by_position
        )

    def name(self, path: str) -> str:
        """How ``"package.module:Class"`` is called in the module."""
        module, _, qualname = path.partition(":")
        return f"{self.alias(module)}.{qualname}"

    def canary(self, target: Target) -> Target:
        """Write the known-bad class for a target's protocol."""
        name = f"Canary{len(self.lines)}__"
        self.lines.append(f"class {name}:")
        for method in target.protocol.methods.values():
            word = "async def" if method.result is ResultKind.AWAITABLE else "def"
            wrong = "AsyncIterable[Wrong__]" if method.result is ResultKind.ASYNC_ITERATOR else "Wrong__"
            self.lines.append(f"    {word} {method.name}(self, *a: Wrong__, **k: Wrong__) -> {wrong}: ...")
        self.lines.extend(f"    {attribute.name}: Wrong__" for attribute in data_members(target.protocol))
        self.lines.append("    ...")
        return Target(target.pair, target.protocol, name, target.protocol_expression, canary=True)

    def write(self, target: Target) -> None:
        """Write all probes of a target."""
        seen = target.protocol_expression if target.canary else target.expression
        self._probe(target, "", Style.SEEN, [(f"seen{len(self.lines)}__: Wrong__ = {seen}", "")])
        for method in target.protocol.methods.values():
            self._method(target, method)
        for attribute in data_members(target.protocol):
            for style in (Style.WRITTEN, Style.READ) if attribute.injected else (Style.READ,):
                self._probe(target, attribute.name, style, _attribute(target, attribute, style))

    def _method(self, target: Target, method: ProtocolMethod) -> None:
        for variant, declared in enumerate(_declared(target, method, self.alias)):
            for style in _styles(target, method, declared.parameters):
                alone = declared.parameters if style is Style.ALONE else [None]
                for parameter in alone:
                    body = _call(target, method, declared, style, parameter)
                    self._probe(target, method.name, style, body, variant)

    def _probe(
        self, target: Target, member: str, style: Style, body: Sequence[Line], variant: int = 0
    ) -> None:
        first = len(self.lines) + 1
        self.lines.extend(text.replace(_PROBE, f"probe{first}__") for text, _ in body)
        parameters = {line: name for line, (_, name) in enumerate(body, first) if name}
        lines = range(first, len(self.lines) + 1)
        self.probes.append(Probe(target, member, style, lines, parameters, variant))


_PROBE: Final = "probe__"

Line = tuple[str, str]
"""A line of a probe, and the parameter whose argument stands there, if it is one's."""


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a probe begins with, and the names that have the declared types after that."""

    lines: Sequence[Line]
    parameters: Sequence[Parameter]
    prefix: str = ""
    unpacked: bool = False


def _declared(target: Target, method: ProtocolMethod, alias: Callable[[str], str]) -> Iterator[_Declared]:
    """A method's declaration, or each of its overloads."""
    live = target.protocol.live
    found = declarations(live, method.name) if live else []
    spread = any(_is_spread(p) for p in method.signature.parameters) or any(map(_has_kwargs, found))
    if method.overloads or spread:
        yield from (_spelled_out(target, p) for p in _written(target, method, found, alias))
    else:
        parameters = method.signature.parameters
        names = f" {_lambda(parameters)}" if parameters else ""
        lines = [(_def(target), ""), (f"    f__ = p__.{method.name}", "")]
        yield _Declared(lines, parameters, f"f__ = lambda{names}: ")


def _is_spread(parameter: Parameter) -> bool:
    return parameter.kind in (Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD)


def _has_kwargs(function: FunctionType) -> bool:
    """Whether it has a ``**kwargs``, which the model of its signature may have spelled out."""
    return bool(function.__code__.co_flags & inspect.CO_VARKEYWORDS)


def _written(
    target: Target, method: ProtocolMethod, functions: Sequence[FunctionType], alias: Callable[[str], str]
) -> Iterator[Sequence[Written]]:
    untyped = [Written(parameter) for parameter in method.signature.parameters]
    if target.protocol.live is None or not functions:
        yield untyped
        return
    owner, raw = next(classes.definitions(target.protocol.live, method.name))
    for function in functions:
        yield written(function, owner, alias, bound=not isinstance(raw, staticmethod)) or untyped


def _spelled_out(target: Target, parameters: Sequence[Written]) -> _Declared:
    """The probe has parameters of the declared types itself."""
    own = "".join(f", {p.parameter}: {p.annotation}" for p in parameters)
    unpacked = any("Unpack" in p.annotation for p in parameters)
    return _Declared([(_def(target, own), "")], [p.parameter for p in parameters], unpacked=unpacked)


def _def(target: Target, parameters: str = "") -> str:
    return f"def {_PROBE}(i__: {target.expression}, p__: {target.protocol_expression}{parameters}) -> None:"


def _lambda(parameters: Sequence[Parameter]) -> str:
    """The parameters of a lambda of the same shape; mypy infers their types only for the very same."""
    shown: list[str] = []
    for before, parameter in zip([None, *parameters], parameters, strict=False):
        if parameter.kind is Kind.KEYWORD_ONLY and (before is None or before.kind < Kind.VAR_POSITIONAL):
            shown.append("*")
        shown.append(parameter.name if parameter.required else f"{parameter.name}=a__")
        if parameter.kind is Kind.POSITIONAL_ONLY and _is_last_of_its_kind(parameter, parameters):
            shown.append("/")
    return ", ".join(shown)


def _is_last_of_its_kind(parameter: Parameter, parameters: Sequence[Parameter]) -> bool:
    return [p for p in parameters if p.kind is parameter.kind][-1] is parameter


def _styles(target: Target, method: ProtocolMethod, parameters: Sequence[Parameter]) -> Iterator[Style]:
    yield Style.KEYWORD
    if target.canary:
        return
    if method.name in target.by_position and parameters and not _moved(target, method):
        yield Style.POSITIONAL
    if target.live is None or overloads_of(target.live, method.name):
        yield Style.ALONE


def _moved(target: Target, method: ProtocolMethod) -> bool:
    """Whether a parameter stands in another place, so that arguments by position meet the wrong ones."""
    found = look_up(View(target.live), method, target.protocol).signature if target.live else None
    if found is None:
        return False
    places = {p.name: i for i, p in enumerate(found.parameters) if p.kind <= Kind.POSITIONAL_OR_KEYWORD}
    return any(places.get(p.name, i) != i for i, p in enumerate(method.signature.parameters))


def _call(
    target: Target, method: ProtocolMethod, declared: _Declared, style: Style, alone: Parameter | None
) -> list[Line]:
    """The call of the implementation, an argument a line, and what is wanted of its result."""
    unpacked = _UNPACKED.get(method.result, "__")
    passed = [(_passed(p, style, declared, alone), p.name) for p in declared.parameters]
    arguments = [(f"        {argument},", name) for argument, name in passed if argument]
    call = f"held{unpacked}(i__.{method.name}("
    if alone:
        return _split(declared, f"held__(i__.{method.name}(", arguments, alone.name)
    promised = ", ".join(_passed(p, Style.POSITIONAL, declared, None) for p in declared.parameters)
    wanted = f"    )).fits__(wanted{unpacked}(p__.{method.name}({promised})).it__)"
    return [*declared.lines, (f"    {declared.prefix}{call}", ""), *arguments, (wanted, "")]


def _split(declared: _Declared, call: str, arguments: Sequence[Line], name: str) -> list[Line]:
    """The call with one argument typed, once for each value that an overload may be there for.

    Mypy tries the members of a union one by one, but not when another argument is Any; and it never
    tries the two values of a bool.
    """
    lines = [*declared.lines, (f"    {declared.prefix}(", name)]
    for condition in (f"if {name} is True else", f"if {name} is False else", f"if {name} is None else", ""):
        # mypy reports overloads of which none fits at the beginning of the call
        lines += [
            (f"    {call}", name),
            *((text, name) for text, _ in arguments),
            (f"    )) {condition}", name),
        ]
    return [*lines, ("    )", name)]


def _passed(parameter: Parameter, style: Style, declared: _Declared, alone: Parameter | None) -> str:
    """An argument as it is passed, "" where it is left out."""
    name = parameter.name
    value = name if alone in (None, parameter) else "a__"
    match parameter.kind:
        case Kind.VAR_POSITIONAL:
            return f"*{value}" if style is Style.POSITIONAL else ""
        case Kind.VAR_KEYWORD if alone not in (None, parameter):
            return ""
        case Kind.VAR_KEYWORD:
            # one name that nobody has, so that it meets the other's `**kwargs` and nothing else
            return f"**{name}" if declared.unpacked else f'extra__={name}["extra__"]'
        case Kind.POSITIONAL_ONLY:
            return value
        case Kind.POSITIONAL_OR_KEYWORD if style is Style.POSITIONAL:
            return value
    return f"{name}={value}"


def _attribute(target: Target, attribute: ProtocolAttribute, style: Style) -> list[Line]:
    """Who reads it gets what the protocol promises; what the stack injects can be put in.

    The stack never injects None, even if that is what the attribute starts with on either side.
    """
    name = attribute.name
    if style is Style.WRITTEN:
        body = [f"v__ = p__.{name}", "if v__ is not None:", f"    i__.{name} = v__"]
    elif attribute.injected:
        fits = f"held__(v__).fits__(wanted__(p__.{name}).it__)"
        body = [f"v__ = i__.{name}", "if v__ is not None:", f"    {fits}"]
    else:
        body = [f"held__(i__.{name}).fits__(wanted__(p__.{name}).it__)"]
    return [(_def(target), ""), *((f"    {line}", "") for line in body)]
