"""Read mypy's messages: which are about types, what they object to, and what the canary proves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from provider_conformance.types.model import (
    About,
    Objection,
    Pair,
    Probe,
    Style,
    Target,
    Verdict,
)
from provider_conformance.types.mypy_runner import Message
from provider_conformance.types.probes import data_members

_ARGUMENT: Final = re.compile(r"^Argument .+? has incompatible type (?P<got>.+); expected (?P<wanted>.+)$")
_ASSIGNED: Final = re.compile(r"\(expression has type (?P<got>.+), variable has type (?P<wanted>.+)\)$")
_TYPE_VARIABLE: Final = re.compile(r"^Value of type variable (?P<wanted>.+) of .+ cannot be (?P<got>.+)$")
_OVERLOADS: Final = re.compile(r"^No overload variant of .+ matches argument types? (?P<got>.+)$")
_OUR_RESULT: Final = 'Argument 1 to "fits__"'
_OUR_UNPACKING: Final = 'Argument 1 to "held_'
_NOTHING_PROMISED: Final = frozenset({"", "Any", "object", "typing.Any"})


@dataclass(slots=True)
class _Heard:
    """What mypy said of one probe: objections about types, and whether it objected to the shape."""

    parameters: dict[str, Objection] = field(default_factory=dict)
    results: list[Objection] = field(default_factory=list)
    overloaded: dict[str, Objection] = field(default_factory=dict)
    shape: bool = False


def read(probes: Sequence[Probe], messages: Iterable[Message]) -> dict[Pair, Verdict]:
    """Turn mypy's messages into a verdict a pair.

    Args:
        probes: The probes of the generated module, those of the canaries included.
        messages: What mypy said of that module.

    Returns:
        The verdicts. A protocol whose canary was not rejected makes its pairs inconclusive.
    """
    canaries: dict[str, list[_Answer]] = defaultdict(list)
    pairs: dict[Pair, list[_Answer]] = defaultdict(list)
    for answer in _answers(probes, messages):
        target = answer.probe.target
        if target.canary:
            canaries[target.pair[1]].append(answer)
        else:
            pairs[target.pair].append(answer)
    return {pair: _verdict(answers, canaries[pair[1]]) for pair, answers in pairs.items()}


# -- what mypy said -------------------------------------------------------------------------------


def _answers(probes: Sequence[Probe], messages: Iterable[Message]) -> list[_Answer]:
    answers = [_Answer(probe) for probe in probes]
    by_line = {line: answer for answer in answers for line in answer.probe.lines}
    for message in messages:
        answer = by_line.get(message.line)
        if answer is not None and message.is_error:
            answer.add(message)
    return answers


@dataclass(slots=True)
class _Answer:
    """What mypy said of one probe: what it objects to in the types, and whether the shape is in the way."""

    probe: Probe
    arguments: list[Objection] = field(default_factory=list)
    results: list[Objection] = field(default_factory=list)
    overloads: list[Objection] = field(default_factory=list)
    shape: bool = False

    def add(self, message: Message) -> None:
        """Sort a message in. Whatever is not about a type is about the shape."""
        if message.code == "assignment":
            self.results += self._objection(_ASSIGNED, message, About.ATTRIBUTE)
        elif message.text.startswith(_OUR_RESULT):
            read = self.probe.style is Style.READ
            self.results += self._objection(_ARGUMENT, message, About.ATTRIBUTE if read else About.RETURN)
        elif message.text.startswith(_OUR_UNPACKING):
            self.shape = True
        elif message.code == "arg-type":
            self.arguments += self._objection(_ARGUMENT, message, About.PARAMETER)
        elif message.code == "type-var":
            self.arguments += self._objection(_TYPE_VARIABLE, message, About.PARAMETER)
        elif message.code == "call-overload":
            self.overloads += self._objection(_OVERLOADS, message, About.PARAMETER)
        else:
            self.shape = True

    def _objection(self, pattern: re.Pattern[str], message: Message, about: About) -> list[Objection]:
        found = pattern.search(message.text)
        if found is None:
            self.shape = True
            return []
        parameter = self._parameter(message.line) if about is About.PARAMETER else ""
        wanted = found.groupdict().get("wanted", "the types that its overloads list")
        objection = Objection(self.probe.member, about, _plain(found["got"]), _plain(wanted), parameter)
        return [] if self._is_about_itself(objection) else [objection]

    def _parameter(self, line: int) -> str:
        """The parameter that a line is about; the only one where there is no other."""
        names = set(self.probe.parameters.values())
        return self.probe.parameters.get(line, names.pop() if len(names) == 1 else "")

    def _is_about_itself(self, objection: Objection) -> bool:
        """Whether the two types differ only in whose instance is meant, as `Self` does."""
        mine = self.probe.target.pair[0].rpartition(":")[2].rpartition(".")[2]
        theirs = self.probe.target.pair[1].rpartition(":")[2].rpartition(".")[2]
        return re.sub(rf"\b{theirs}\b", mine, objection.promised) == objection.found


def _plain(text: str) -> str:
    """A type as mypy writes it, without quotes, stars and the probes' own wrapping."""
    bare = text.strip().lstrip("*").strip('"')
    inner = re.fullmatch(r"(?:\w+\.)*Wanted__\[(.+)\]", bare)
    return inner[1] if inner else bare


# -- what follows from it -------------------------------------------------------------------------


def _verdict(answers: Sequence[_Answer], canary: Sequence[_Answer]) -> Verdict:
    target = answers[0].probe.target
    if not any(answer.results for answer in answers if answer.probe.style is Style.SEEN):
        return Verdict(reason=f"mypy does not see `{target.pair[0]}`: to it, the class is Any")
    promised = _promised(canary)
    if reason := _why_blind(target, canary, promised):
        return Verdict(reason=reason)
    objections: dict[tuple[str, About, str], Objection] = {}
    for group in _grouped(answers):
        for objection in _of_one(group):
            objections.setdefault((objection.member, objection.about, objection.parameter), objection)
    return Verdict(tuple(objections.values()), _unseen(target, promised))


def _promised(canary: Sequence[_Answer]) -> set[str]:
    """The members in which mypy sees a promise: the canary was rejected there."""
    return {a.probe.member for a in canary if a.probe.member and (a.arguments or a.results)}


def _why_blind(target: Target, canary: Sequence[_Answer], promised: set[str]) -> str:
    """Why nothing can be concluded about a protocol, "" where mypy knows it."""
    seen = any(answer.results for answer in canary if answer.probe.style is Style.SEEN)
    if seen and (promised or not _annotated(target)):
        return ""
    return (
        f"mypy accepts a class whose every type is wrong as `{target.pair[1]}` (the canary): "
        "it does not see the protocol's types, so that its silence means nothing"
    )


def _annotated(target: Target) -> set[str]:
    """The members that promise more than `Any`."""
    protocol = target.protocol
    attributes = {a.name for a in data_members(protocol) if a.annotation not in _NOTHING_PROMISED}
    return attributes | {m.name for m in protocol.methods.values() if m.returns not in _NOTHING_PROMISED}


def _unseen(target: Target, promised: set[str]) -> Mapping[str, str]:
    """The members whose annotations tell mypy nothing, though they look as if they would."""
    return {
        member: f"to mypy, every type that the protocol's `{member}` names is Any"
        for member in sorted(_annotated(target) - promised)
    }


def _grouped(answers: Iterable[_Answer]) -> Iterator[list[_Answer]]:
    groups: dict[tuple[str, int], list[_Answer]] = defaultdict(list)
    for answer in answers:
        if answer.probe.member:
            groups[answer.probe.member, answer.probe.variant].append(answer)
    yield from groups.values()


def _of_one(answers: Sequence[_Answer]) -> Iterator[Objection]:
    """The objections to one member, by the way of calling it that binds."""
    tried = [answer for answer in answers if answer.probe.style is not Style.ALONE]
    best = next((answer for answer in tried if not answer.shape), tried[0])
    if best.probe.style in (Style.READ, Style.WRITTEN):
        # a store of a narrower type is the stack's own habit: one of the two ways has to fit
        if all(answer.results for answer in tried):
            yield from best.results
        return
    yield from (objection for objection in best.results if not _of_another_kind(objection))
    alone = [answer for answer in answers if answer.probe.style is Style.ALONE]
    if alone and (best.arguments or best.overloads):
        # of overloads that only together take what is promised, mypy says that none does
        yield from (objection for answer in alone for objection in (*answer.arguments, *answer.overloads))
    else:
        yield from (*best.arguments, *best.overloads)


def _of_another_kind(objection: Objection) -> bool:
    """Whether a coroutine stands where a value was promised: a matter of shape, whatever its types."""
    return objection.found.startswith("Coroutine[") and "Coroutine[" not in objection.promised
