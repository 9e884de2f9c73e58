"""Check the types of implementations against protocols, with mypy.

Only types: whether names, kinds, defaults and async-ness fit is decided by looking at the live
objects, and mypy's objections to those are dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from provider_conformance.errors import TypingError
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import causes, loading, places
from provider_conformance.protocols import careful, classes
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import ProtocolModel
from provider_conformance.protocols.results import names_values_only
from provider_conformance.sandbox.containment import Attempt, attempt
from provider_conformance.source.calls import is_stand_in
from provider_conformance.types import member_places
from provider_conformance.types.imports import modules_of_types
from provider_conformance.types.meeting import Meeting, meeting, two
from provider_conformance.types.model import (
    About,
    Objection,
    Pair,
    Target,
    Verdict,
    usually_by_position,
)
from provider_conformance.types.mypy_runner import HEAVY, MypyError, Setup, run_mypy
from provider_conformance.types.probes import Module
from provider_conformance.types.verdicts import read

CODES: Mapping[About, str] = {About.PARAMETER: "PC401", About.RETURN: "PC402", About.ATTRIBUTE: "PC403"}


class TypingFindings(dict[Pair, list[Finding]]):
    """The findings of each pair that could be judged.

    ``inconclusive`` says of every other pair why it could not, and of members that mypy cannot see
    in a pair that it judged otherwise: its keys are pairs, its values reasons. Reading a pair that was
    not judged raises :class:`~provider_conformance.errors.TypingError`, so that silence is never taken
    for a pass.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inconclusive: dict[Pair, str] = {}

    def __missing__(self, pair: Pair) -> list[Finding]:
        if pair in self.inconclusive:
            msg = f"{pair[0]} against {pair[1]} could not be judged: {self.inconclusive[pair]}"
            raise TypingError(msg)
        raise KeyError(pair)


def check_typing(pairs: Iterable[Pair]) -> TypingFindings:
    """Check implementations against protocols in one run of mypy.

    Args:
        pairs: What to check: ``("package.module:Class", "package.module:Protocol")`` each. The modules
            have to be importable here; protocols are imported, implementations where that works.

    Returns:
        A mapping of each pair to its findings, an empty list where all types fit. PC401 is about a
        parameter, PC402 about a result, PC403 about an attribute. Only types are judged: a method
        that is missing, or that takes other parameters, gives no finding here.

    Raises:
        TypingError: Mypy is not installed, or could judge none of the pairs.
    """
    wanted = list(dict.fromkeys(pairs))
    result = TypingFindings()
    for pair, judged in judge(wanted).items():
        if judged.verdict.reason:
            result.inconclusive[pair] = judged.verdict.reason
        else:
            result[pair] = judged.findings()
    if result.inconclusive and not result:
        raise TypingError("; ".join(dict.fromkeys(result.inconclusive.values())))
    return result


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair's verdict, with what is needed to say where in the source it applies."""

    pair: Pair
    verdict: Verdict
    protocol: ProtocolModel | None = None
    live: type | None = field(default=None, compare=False)
    by_position: frozenset[str] = frozenset()
    by_route: frozenset[str] = frozenset()

    def findings(self) -> list[Finding]:
        """The verdict's objections as findings, without what nobody meets."""
        meant = [(o, self._meeting(o)) for o in self.verdict.objections if not self._says_chunks(o)]
        return [self._finding(o, met) for o, met in meant if met is not Meeting.NOTHING]

    def _meeting(self, objection: Objection) -> Meeting:
        protocol = self.protocol.live if self.protocol else None
        member = objection.member
        return meeting(objection, two(self.live, protocol, member, by_route=member in self.by_route))

    def _says_chunks(self, objection: Objection) -> bool:
        """Whether the protocol's annotation names values only, not that they are awaited or iterated over."""
        method = self.protocol.methods.get(objection.member) if self.protocol else None
        return objection.about is About.RETURN and method is not None and names_values_only(method)

    def _finding(self, objection: Objection, met: Meeting) -> Finding:
        message, fix = _worded(objection, _short(self.pair[1]))
        same = met is Meeting.SAME_JSON
        return Finding(
            code=CODES[objection.about],
            severity=Severity.WARNING if same else Severity.ERROR,
            message=message,
            method=objection.member,
            location=self.location(objection.member),
            why=_SAME_JSON if same else _WHY[objection.about],
            fix=fix,
            detail=objection.parameter,
            after=_DEMANDING if met is Meeting.DEMANDED else (),
        )

    def location(self, member: str) -> Location | None:
        """Where the implementation has ``member``."""
        if self.live is None:
            return member_places.of_member(self.pair[0], member)
        method = self.protocol.methods.get(member) if self.protocol else None
        found = look_up(View(self.live), method, self.protocol) if method and self.protocol else None
        return (found.location if found else None) or places.of_class(self.live)


_DEMANDING: Final = ("PC203", "PC303")
"""The rules that tell of a parameter which callers may leave out and the implementation demands."""
_SAME_JSON: Final = "clients get the same JSON; whoever is handed the object itself gets one of another class"

_WHY: Mapping[About, str] = {
    About.PARAMETER: "callers of the protocol may pass anything that it promises to accept",
    About.RETURN: "callers of the protocol rely on getting what it promises",
    About.ATTRIBUTE: "whoever uses the attribute goes by the protocol's type",
}


def _worded(objection: Objection, protocol: str) -> tuple[str, str]:
    """Message and fix."""
    member, promised, found = objection.member, objection.promised, objection.found
    if objection.about is About.PARAMETER:
        what = f"parameter `{objection.parameter}` of `{member}`" if objection.parameter else f"`{member}`"
        message = f"{what} takes `{found}`, but by the protocol `{protocol}` callers may pass `{promised}`"
        return message, f"accept `{promised}`, or a wider type"
    if objection.about is About.RETURN:
        message = f"`{member}` returns `{found}`, but the protocol `{protocol}` promises `{promised}`"
        return message, f"return `{promised}`, or a narrower type"
    message = f"`{member}` is `{found}`, but the protocol `{protocol}` says `{promised}`"
    return message, f"declare it as `{promised}`"


def _short(path: str) -> str:
    return path.rpartition(":")[2]


# -- judging --------------------------------------------------------------------------------------


def judge(
    pairs: Sequence[Pair],
    *,
    live: Mapping[str, type] | None = None,
    by_position: Mapping[Pair, frozenset[str]] | None = None,
    by_route: Mapping[Pair, frozenset[str]] | None = None,
    key: str = "",
    search: tuple[str, ...] = (),
    setup: Setup | None = None,
) -> dict[Pair, Judged]:
    """Judge pairs in one run of mypy.

    Args:
        pairs: What to judge.
        live: Classes by their path, where they are known already.
        by_position: The methods of each pair to which the stack passes arguments by position; by
            default those of which the names tell it.
        by_route: The methods of each pair that are called only from routes made of the implementation's
            own signatures; by default none.
        key: Names what is judged, for the cache of mypy; by default the packages of the pairs.
        search: Folders where mypy looks for packages first.
        setup: How mypy is run; made of the pairs where it is None.

    Returns:
        A verdict for every pair. Where mypy cannot be run each says why.
    """
    known = dict(live or {})
    prepared = [_prepared(pair, known, (by_position or {}).get(pair)) for pair in pairs]
    ready = [judged for judged in prepared if not judged.verdict.reason]
    verdicts = _verdicts(ready, setup or _setup(ready, key, search)) if ready else {}
    routes = by_route or {}
    return {
        j.pair: replace(j, verdict=verdicts.get(j.pair, j.verdict), by_route=routes.get(j.pair, frozenset()))
        for j in prepared
    }


def _prepared(pair: Pair, known: dict[str, type], by_position: frozenset[str] | None) -> Judged:
    """A pair with its classes imported, or with the reason why it cannot be judged."""
    for path in pair:
        if not _is_path(path):
            return Judged(pair, Verdict(reason=f"`{path}` does not name a class that mypy could look up"))
    if pair[0] in known and not _leads_to(pair[0], known[pair[0]]):
        return Judged(pair, Verdict(reason=f"the class is not to be found under its name, `{pair[0]}`"))
    protocol = _class(pair[1], known)
    if protocol.error is not None:
        shown = causes.shown(protocol.error)
        return Judged(pair, Verdict(reason=f"the protocol `{pair[1]}` cannot be imported: {shown}"))
    model = read_protocol(protocol.value)
    called = usually_by_position(model) if by_position is None else by_position
    return Judged(pair, Verdict(), model, _class(pair[0], known).value, called)


def _leads_to(path: str, cls: type) -> bool:
    """Whether mypy, which goes by names, will look at ``cls``; nothing is imported to find out.

    A stand-in that was read off source is not what its module has, and stands for it.
    """
    module, _, qualname = path.partition(":")
    found: Any = loading.loaded(module)
    for name in qualname.split("."):
        found = vars(found).get(name) if hasattr(found, "__dict__") else None
    return found is cls or is_stand_in(cls)


def _is_path(path: str) -> bool:
    module, _, name = path.partition(":")
    return bool(name) and all(part.isidentifier() for part in f"{module}.{name}".split("."))


def _class(path: str, known: dict[str, type]) -> Attempt:
    """The class that a path names; the value is None where there is an error."""
    if path not in known:
        tried = attempt(lambda: _looked_up(path))
        if tried.error is not None:
            return tried
        known[path] = tried.value
    return Attempt(known[path])


def _looked_up(path: str) -> Any:
    module, _, qualname = path.partition(":")
    tried = loading.import_module(module)
    if tried.error is not None:
        raise tried.error
    found = tried.value
    for name in qualname.split("."):
        found = getattr(found, name)
    if not careful.is_class(found):
        msg = f"{path} is not a class"
        raise TypeError(msg)
    return found


def _verdicts(ready: Sequence[Judged], setup: Setup) -> dict[Pair, Verdict]:
    module, targets = Module(), list[Target]()
    for judged in ready:
        if judged.protocol is not None:
            targets.append(module.target(judged.pair, judged.protocol, judged.live, judged.by_position))
    canaries = {target.pair[1]: target for target in targets}
    for target in [*(module.canary(target) for target in canaries.values()), *targets]:
        module.write(target)
    try:
        return read(module.probes, run_mypy(module.text, setup))
    except MypyError as error:
        return _apart(ready, setup, error)


def _apart(ready: Sequence[Judged], setup: Setup, error: MypyError) -> dict[Pair, Verdict]:
    """Judge module by module after one of them has stopped mypy for all."""
    modules: dict[str, list[Judged]] = {}
    for judged in ready:
        modules.setdefault(judged.pair[0].partition(":")[0], []).append(judged)
    if len(modules) == 1 or not error.blocked:
        return {judged.pair: Verdict(reason=str(error)) for judged in ready}
    return {pair: v for group in modules.values() for pair, v in _verdicts(group, setup).items()}


def _setup(ready: Sequence[Judged], key: str, search: tuple[str, ...]) -> Setup:
    packages = {path.partition(":")[0].partition(".")[0] for judged in ready for path in judged.pair}
    needed = packages | {owner for judged in ready for owner in _owners(judged)}
    skipped = frozenset(HEAVY) - needed
    promised = [judged.protocol.live for judged in ready if judged.protocol and judged.protocol.live]
    modules = frozenset(name for live in promised for name in modules_of_types(live, skipped))
    return Setup(key or " ".join(sorted(packages)), frozenset(needed), modules, search)


def _owners(judged: Judged) -> Iterable[str]:
    """The packages of the classes that define what the protocol promises."""
    if judged.live is None or judged.protocol is None:
        return
    for member in (*judged.protocol.methods, *judged.protocol.attributes):
        for owner, _ in classes.definitions(judged.live, member):
            yield classes.class_module(owner).partition(".")[0]
