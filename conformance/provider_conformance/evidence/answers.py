"""What single calls tell: refusals and crashes, lists that belong together, answers that got mixed up."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location
from provider_conformance.package.backends import status_of
from provider_conformance.package.exceptions import Nature, nature, reason
from provider_conformance.protocols import careful
from provider_conformance.protocols.annotated import options, wanted
from provider_conformance.protocols.fitting import called, misfit
from provider_conformance.protocols.model import ResultKind

if TYPE_CHECKING:
    from provider_conformance.calling.asking import Asked, Slot
    from provider_conformance.calling.calling import Seen
    from provider_conformance.calling.notes import Together

_BESIDE: Final = (("chunks", "scores"),)
"""Fields of one answer that have an item for each item of the other."""
_INPUTS: Final = ("contents", "texts", "input", "content_batch", "messages_batch")
"""Parameters whose items are answered one by one."""
_OUTPUTS: Final = ("embeddings", "data", "results", "completion_message_batch", "batch")
"""Fields of an answer that have an item for each input."""
_DIGITS: Final = 4
_BUSY: Final = (429, 503)
_MANY: Final = re.compile(r"rate.?limit|too many|\bbusy\b|overload|throttl", re.IGNORECASE)
_MANY_IN_OWN_WORDS: Final = re.compile(
    f"{_MANY.pattern}|capacity|concurren|simultaneous|at a time|(try|retry) (again|later)|queue",
    re.IGNORECASE,
)
"""What a provider says itself; of a library some of it means that it was used as it may not be."""


def crashed(one: Seen) -> bool:
    """Whether a call ended in an error that nobody meant to raise."""
    return one.place is not None and nature_of(one) is Nature.CRASH


def nature_of(one: Seen) -> Nature | None:
    """What the error of a call means, None without one."""
    if one.error is None or one.nature is not None:
        return one.nature
    return nature(one.error, deliberate=one.deliberate, helped=one.helped)


def is_offline(one: Seen) -> bool:
    """Whether a call ended because what the provider works with is not there."""
    return nature_of(one) is Nature.NO_BACK_END


def is_unknowable(one: Seen) -> str:
    """Why nothing can be told from a call that failed, "" where something can."""
    if is_offline(one):
        return f"what it works with is not there: {refusal(one)}"
    if nature_of(one) is Nature.NEIGHBOUR:
        return f"what it works with is made up here, and it may be for that: {refusal(one)}"
    return ""


def refusal(one: Seen) -> str:
    """The error of a call, for a sentence."""
    return reason(one.error) if one.error is not None else "it is late"


def where(subject: Subject, method: str) -> Location | None:
    """Where the provider defines a method, its class where that cannot be seen."""
    found = subject.implementation()
    with suppress(Exception):
        code = inspect.unwrap(getattr(found.cls, method)).__code__
        return Location(code.co_filename, code.co_firstlineno)
    return found.location


def wrong_answers(subject: Subject, asked: Asked, seen: Sequence[Seen]) -> Iterator[tuple[Seen, str]]:
    """The answers that are not what the protocol promises, each with a sentence about it."""
    stream = asked.streams_on_demand
    method = subject.api.public.methods[asked.name] if subject.api and subject.api.public else None
    for one in seen:
        if not one.answered or one.chunks is not None:
            continue
        if stream is not None and one.values.get(stream.path):
            continue
        if method is not None and method.result is ResultKind.AWAITABLE and not one.awaited:
            yield one, f"it returns {called(one.answer)} at once, and callers await it"
        elif asked.whole is not None and (told := misfit(one.answer, asked.whole, "the answer")):
            yield one, told


def is_parallel(asked: Asked) -> bool:
    """Whether an answer of the method has lists that belong together, or one for a list of inputs."""
    return any(True for _ in _pairs(asked))


def _fields(annotation: Any) -> Mapping[str, Any]:
    models = (wanted(option).form for option in options(annotation))
    return {name: f for model in models for name, f in getattr(model, "model_fields", {}).items()}


def _pairs(asked: Asked) -> Iterator[tuple[str, str | Slot]]:
    """The lists that belong together: a field of the answer, and another one or a place of inputs."""
    fields = _fields(asked.whole)
    yield from ((one, other) for one, other in _BESIDE if one in fields and other in fields)
    outputs = [name for name in _OUTPUTS if name in fields]
    inputs = [slot for slot in asked.slots if slot.name in _INPUTS and slot.takes(list)]
    if outputs and inputs:
        yield outputs[0], inputs[0]


def unequal(asked: Asked, one: Seen) -> str:
    """What lists of an answer are not equally long, in a sentence; empty where all are."""
    for field, other in _pairs(asked):
        found = getattr(one.answer, field, None)
        if isinstance(other, str):
            beside, name = getattr(one.answer, other, None), f"`{other}`"
        else:
            beside, name = _as_list(one.values.get(other.path)), f"inputs in `{other.name}`"
        if isinstance(found, list) and isinstance(beside, list) and len(found) != len(beside):
            return f"the answer has {len(found)} `{field}` for {len(beside)} {name}"
    return ""


def _as_list(value: Any) -> Any:
    """The inputs: one text is one input; a list of tokens is one too."""
    if isinstance(value, list) and value and isinstance(value[0], int):
        return [value]
    return [value] if isinstance(value, str) else value


def differing(calls: Together) -> tuple[int, str] | None:
    """The number of a call that comes to something else among others than alone, and a sentence about it."""
    for number, seen in enumerate(calls.together):
        if failure := _fails(seen):
            return number, f"of {len(calls.together)} calls at once one {failure}, and alone none does"
    alone, again = [list(map(told, round_)) for round_ in (calls.alone, calls.again)]
    if alone != again or len(calls.methods) > 1:
        return None  # another answer every time, or of methods that see what the others do
    for number, seen in enumerate(calls.together):
        if seen.answered and told(seen) != alone[number]:
            others = [n for n, other in enumerate(alone) if other == told(seen) and other != alone[number]]
            whose = "the answer of another call" if others else "another answer than alone"
            return number, f"of {len(alone)} calls at once one gets {whose}"
    return None


def _fails(seen: Seen) -> str:
    """How a call fails that was answered alone, "" where it is answered or says that it is one too many."""
    if seen.late:
        return "" if seen.unsure else "does not come back"
    known = seen.error is None or nature_of(seen) in (Nature.NO_BACK_END, Nature.NEIGHBOUR)
    return "" if known or is_one_too_many(seen) else f"raises {refusal(seen)}"


def is_one_too_many(one: Seen) -> bool:
    """Whether a call is refused for the number of calls: by its status, or in a sentence."""
    if one.error is None:
        return False
    words = _MANY_IN_OWN_WORDS if one.deliberate else _MANY
    return status_of(one.error) in _BUSY or bool(words.search(careful.text(one.error)))


def told(seen: Seen) -> str:
    """What a call came to, as a text that is the same for equal answers."""
    if not seen.answered:
        return refusal(seen)
    return json.dumps(_plain(seen.answer if seen.chunks is None else list(seen.chunks)), default=repr)


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return _plain(dump(mode="json", warnings=False))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else value
