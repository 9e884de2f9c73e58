"""Which of a provider's own methods a failing call went through: one of them may be what is wrong."""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from types import FrameType, TracebackType

from provider_conformance.package.chains import line, steps
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro


def passed_through(error: BaseException | None, cls: type | None) -> tuple[str, ...]:
    """The methods of a class that a failing call on an instance of it went through.

    These are the functions in the traceback whose first argument is such an instance, and what the last
    line of each was calling on it: a call that does not bind, or whose result cannot be awaited, fails
    in the caller, and the method itself is not in the traceback.

    Args:
        error: What was raised, with what explains it.
        cls: The class, None where it is not known.

    Returns:
        Their names, each once, the outermost first.
    """
    if error is None or cls is None:
        return ()
    found = (name for one in line(error) for step in steps(one) for name in _of_step(step, cls))
    return tuple(dict.fromkeys(found))


def _of_step(step: TracebackType, cls: type) -> Iterator[str]:
    first = _receiver(step.tb_frame)
    if not first or cls not in mro(type(step.tb_frame.f_locals.get(first))):
        return
    name = step.tb_frame.f_code.co_name
    if callable(careful.attribute(cls, name, None)):
        yield name
    if called := _called_on(first, _expression(step)):
        yield called


def _receiver(frame: FrameType) -> str:
    """What a function calls its first argument, "" where it has none."""
    code = frame.f_code
    return code.co_varnames[0] if code.co_argcount and code.co_varnames else ""


def _expression(step: TracebackType) -> ast.expr | None:
    """The expression that was being evaluated, None where the source does not tell."""
    code, number = step.tb_frame.f_code, step.tb_lasti // 2
    first, last, begin, end = next(islice(code.co_positions(), number, None), (None,) * 4)
    if first is None or last is None or begin is None or end is None:
        return None
    namespace = step.tb_frame.f_globals
    lines = [linecache.getline(code.co_filename, at, namespace).encode() for at in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = b" " * begin + lines[0][begin:]  # columns count bytes
    return _parsed(textwrap.dedent(b"".join(lines).decode(errors="replace")))


def _parsed(text: str) -> ast.expr | None:
    """What is evaluated in a piece of source: itself, or what a loop or a ``with`` begins with."""
    with suppress(SyntaxError, ValueError):
        return ast.parse(f"({text.strip()})", mode="eval").body
    with suppress(SyntaxError, ValueError):
        inner = ast.parse(f"async def _():\n{textwrap.indent(text, '    ')}").body[0]
        match inner.body[0] if isinstance(inner, ast.AsyncFunctionDef) else None:
            case ast.For(iter=given) | ast.AsyncFor(iter=given):
                return given
            case ast.With(items=[item, *_]) | ast.AsyncWith(items=[item, *_]):
                return item.context_expr
    return None


def _called_on(receiver: str, node: ast.expr | None) -> str:
    """What an expression asks of ``receiver`` first: "chat" of ``await self.chat(model)``."""
    while node is not None:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=asked):
                return asked if name == receiver else ""
            case ast.Attribute() | ast.Await() | ast.Subscript() | ast.Starred():
                node = node.value
            case ast.Call():
                node = node.func
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                node = node.generators[0].iter
            case _:
                return ""
    return ""
