"""What an exception of a provider means: it crashed, it refuses, or something that it needs is not there."""

from __future__ import annotations

import dis
import linecache
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from itertools import islice
from types import TracebackType
from typing import Final

from provider_conformance.contracts import stacks
from provider_conformance.package.backends import (
    cannot_extend_sqlite,
    is_refusal_of_a_connection,
    missing_backend,
    status_of,
)
from provider_conformance.package.chains import chain, is_a, is_about_loops, module_of, parts, reason, steps
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro

__all__ = ["Nature", "chain", "is_on_purpose", "nature", "reason"]

IsTheirs = Callable[[str], bool]
"""Whether a module, by its name, is the provider's own."""


class Nature(StrEnum):
    """What an exception means."""

    CRASH = "it crashes"
    REFUSAL = "it refuses"
    UNSUPPORTED = "it does not support that"
    NO_BACK_END = "what it works with is not there"
    NEIGHBOUR = "it may be for what is made up here"


MISTAKES: Final = (
    TypeError,
    AttributeError,
    NameError,
    AssertionError,
    LookupError,
    ArithmeticError,
    UnicodeError,
    RecursionError,
)
"""What happens to whoever makes a mistake."""

_MADE_UP: Final = (
    "provider_conformance.hosts.generated",
    "provider_conformance.neighbours",
    "provider_conformance.stack.routers",
    "provider_conformance.stack.routing_tables",
    "unittest.mock",
)
"""Modules whose code stands behind what a provider gets as its dependencies."""
_GUARDS: Final = "provider_conformance.sandbox."
"""The modules that keep a provider from what it may not do."""
_NOT_FOUND: Final = "ResourceNotFoundError"
_CREDENTIALS: Final = re.compile(
    r"(api[ _-]?key|access[ _-]?key|token|credential|secret|password|authentication method)\w*\b.{0,80}"
    r"\b(missing|must be (set|provided|given)|required|not (been )?(provided|set|found|given|configured)"
    r"|expected)\b"
    r"|\b(missing|no|provide an?|set an?|could not (find|resolve))\b.{0,40}"
    r"\b(api[ _-]?key|access[ _-]?key|token|credential|secret|password|authentication method)",
    re.IGNORECASE | re.DOTALL,
)
_REQUEST: Final = re.compile(r"Request|Params?(?![a-z])|Input")
"""What classes are called of which a client sends objects."""
_RAISES: Final = dis.opmap["RAISE_VARARGS"]
_UNSUPPORTED: Final = 501
_MOST: Final = 50


def nature(
    error: BaseException,
    *,
    is_theirs: IsTheirs | None = None,
    deliberate: bool | None = None,
    remote: bool = False,
    helped: bool = False,
) -> Nature:
    """What an exception means that came out of a call on a provider.

    Args:
        error: The exception.
        is_theirs: Whether a module is the provider's own; without it no code is taken for the provider's.
        deliberate: Whether the provider's own ``raise`` raised it; seen from the traceback unless told.
        remote: Whether the provider talks to a service: what a client library says is the service's then.
        helped: Whether something made up took part in the call.
    """
    if leaves := _leaves(error):
        found = [
            nature(one, is_theirs=is_theirs, deliberate=deliberate, remote=remote, helped=helped)
            for one in leaves
        ]
        return Nature.CRASH if Nature.CRASH in found else found[0]
    theirs = is_theirs or _nobodys
    if deliberate is None:
        deliberate = is_on_purpose(error, theirs)
    if (plain := _plain(error)) is not None:
        return plain
    status = status_of(error)
    speaks = (deliberate or is_on_purpose(error, _is_a_stack_s)) and _speaks(error, theirs)
    if _is_for_a_back_end(error, theirs, status, speaks=speaks):
        return Nature.NO_BACK_END
    if speaks or _is_refusal(error, theirs, status, deliberate=deliberate):
        return Nature.REFUSAL
    if helped or any(ends_in_made_up(one, theirs) for one in chain(error, _may_be_for)):
        return Nature.NEIGHBOUR
    if remote and _is_a_library_s(error, theirs):
        return Nature.NO_BACK_END
    return Nature.CRASH


def _plain(error: BaseException) -> Nature | None:
    """What an exception means by itself, whoever raised it; None where that matters."""
    if is_a(error, SystemExit) or any(is_about_loops(one) for one in chain(error, _may_be_for)):
        return Nature.CRASH
    if is_a(error, NotImplementedError) or status_of(error) == _UNSUPPORTED:
        return Nature.UNSUPPORTED
    return None


def is_on_purpose(error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether a ``raise`` of the provider raised an exception, and not something that it called."""
    last = _last(error)
    if last is None or not is_theirs(module_of(last)):
        return False
    code = last.tb_frame.f_code
    if not 0 <= last.tb_lasti < len(code.co_code) or code.co_code[last.tb_lasti] != _RAISES:
        return False
    line = linecache.getline(code.co_filename, last.tb_lineno)
    return not is_a(error, AssertionError) or "raise" in line  # an `assert` raises in the same way


def _leaves(error: BaseException) -> list[BaseException]:
    """The exceptions of a group and of groups in it; nothing of what is no group."""
    if not is_a(error, BaseExceptionGroup):
        return []
    waiting, found = [error], list[BaseException]()
    for _ in range(_MOST):
        if not waiting or len(found) >= _MOST:
            break
        for one in islice(parts(waiting.pop(0)), _MOST):
            (waiting if is_a(one, BaseExceptionGroup) else found).append(one)
    return found


def _nobodys(_module: str) -> bool:
    return False


def _is_a_stack_s(module: str) -> bool:
    """Whether a module is a stack's: what a provider inherits from there speaks for it."""
    return bool(stacks.family_of_module(module))


def _last(error: BaseException) -> TracebackType | None:
    last = None
    for last in steps(error):  # noqa: B007 - the last one is what is wanted
        pass
    return last


def _may_be_for(error: BaseException) -> bool:
    """Whether an exception may be for what is behind it: a refused connection is not."""
    return not is_refusal_of_a_connection(error)


def _speaks(error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether an exception that was meant says something: in a sentence, or by a class of its own."""
    if " " in careful.text(error).strip("'\" "):
        return True
    return is_theirs(careful.class_module(type(error))) and not is_a(error, MISTAKES)


def ends_in_made_up(error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether it was code of a made-up dependency in which an exception came up."""
    made_up = False
    for step in steps(error):
        module = module_of(step)
        made_up = module.startswith(_MADE_UP) or (made_up and not is_theirs(module))
    return made_up


def _is_for_a_back_end(
    error: BaseException, is_theirs: IsTheirs, status: int | None, *, speaks: bool
) -> bool:
    if cannot_extend_sqlite(error):
        return True
    if _is_mistake_in_a_handler(error, is_theirs):
        return False
    if _is_kept(error):
        return True
    if speaks and status is not None and 400 <= status < 500:
        return bool(missing_backend(error.__cause__ or error.__context__))
    if missing_backend(error):
        return True
    return status is not None and status >= 500 and _is_a_library_s(error, is_theirs)


def _is_mistake_in_a_handler(error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether the provider's own code made a mistake while it was handling something else."""
    if not is_a(error, MISTAKES) or error.__cause__ is not None:
        return False
    last = _last(error)
    return last is not None and is_theirs(module_of(last)) and not is_on_purpose(error, is_theirs)


def _is_kept(error: BaseException) -> bool:
    """Whether this tool kept the provider from what it did, which rules about safety tell."""
    kept = (one for one in chain(error) if is_a(one, OSError))
    return any((last := _last(one)) is not None and module_of(last).startswith(_GUARDS) for one in kept)


def _is_refusal(error: BaseException, is_theirs: IsTheirs, status: int | None, *, deliberate: bool) -> bool:
    if status is not None and 400 <= status < 600:
        return status < 500
    if any(careful.class_name(cls) == _NOT_FOUND for cls in mro(type(error))):
        return True
    if is_a(error, ValueError):
        return not is_a(error, UnicodeError) and not _is_of_an_answer(error, is_theirs)
    last = _last(error)
    own = last is not None and is_theirs(module_of(last))
    if _CREDENTIALS.search(careful.text(error)):
        return deliberate or not own
    return False


def _is_of_an_answer(error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether pydantic refuses what the provider itself makes: an object of the stack's classes.

    What a class of the provider's own refuses may be what the client has sent, and so may what a request's
    class refuses into which the provider turns it; but not where it has got a valid one of that class.
    """
    if careful.class_name(type(error)) != "ValidationError" or not _is_pydantic_s(type(error)):
        return False
    for step in reversed(list(steps(error))):
        if module_of(step).partition(".")[0] != "pydantic":
            break
        values = step.tb_frame.f_locals
        cls = values.get("cls", type(values["self"]) if "self" in values else None)
        if isinstance(cls, type):
            if _REQUEST.search(careful.class_name(cls)):
                return _is_made_again(cls, error, is_theirs)
            return not all(is_theirs(m) for m in map(careful.class_module, mro(cls)) if not _is_base(m))
    return True


def _is_made_again(cls: type, error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether the provider was making what it holds already: a request that was valid when it came."""
    own = (step.tb_frame for step in steps(error) if is_theirs(module_of(step)))
    return any(type(value) is cls for frame in own for value in frame.f_locals.values())


def _is_pydantic_s(cls: type) -> bool:
    return careful.class_module(cls).partition(".")[0] in ("pydantic", "pydantic_core")


def _is_base(module: str) -> bool:
    return module.partition(".")[0] in ("builtins", "pydantic", "abc", "typing")


def _is_a_library_s(error: BaseException, is_theirs: IsTheirs) -> bool:
    """Whether the class of an exception is a client library's: neither Python's, nor theirs or a stack's."""
    module = careful.class_module(type(error))
    top = module.partition(".")[0]
    if not top or is_theirs(module) or stacks.family_of_module(top) or is_a(error, MISTAKES):
        return False
    return top not in (*sys.stdlib_module_names, "pydantic", "pydantic_core", "provider_conformance")
