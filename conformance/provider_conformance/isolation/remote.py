"""Providers whose checks are asked of a process of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from provider_conformance.evidence.store import repeated
from provider_conformance.findings import Finding, Judgement, Row, Severity, left_to
from provider_conformance.isolation.messages import to_provider
from provider_conformance.isolation.parent import ENDED, MEMORY, TIME, Asked, Death, Process
from provider_conformance.package.causes import EXITED, HANGS
from provider_conformance.package.model import Problem, Provider
from provider_conformance.run.checks import Check, decode_judgement

_KINDS: Final = {ENDED: EXITED, TIME: HANGS, MEMORY: "memory"}
_WHY: Final = "all providers of a stack share its process: what happens to it happens to all of them"
_FIXES: Final = {
    ENDED: "raise an error instead; a signal comes from native code, which the trace of a debugger shows",
    TIME: "end the loop, or give what is waited for a time limit; --provider-timeout allows more",
    MEMORY: "bound what is kept; --provider-memory allows more",
}
_TRYING: Final = ("PC5", "PC6", "PC7")
_CALLS: Final = "PC660"
"""The rule whose check makes all calls on a provider: where it dies, the others that call would, too."""
_CALLING: Final = ("PC604", "PC611", "PC614", "PC65", _CALLS, "PC663", "PC709", "PC711", "PC72", "PC8")
_SECONDS: Final = 60.0
"""How long a check may take, apart from the provider's own code."""
_LONG: Final = {"PC4": 900.0}
"""Mypy reads a whole stack the first time."""
_DEATHS: Final = 8
"""So many processes of a provider may die before it is left at that."""


@dataclass(slots=True)
class Remote:
    """A provider in a process of its own, which is started again where it dies."""

    asked: Asked
    _process: Process | None = None
    _deaths: list[Death] = field(default_factory=list)
    _gates: dict[str, Death | None] = field(default_factory=dict)

    def load(self) -> Provider:
        """The provider as its process sees it, or with the one problem that ended the process.

        Raises:
            UsageError: the argument is malformed or names nothing that exists.
        """
        told = self._started()
        if isinstance(told, Death):
            return self._lost(told)
        return to_provider(told["provider"])

    def _started(self) -> dict[str, Any] | Death:
        self.close()
        self._process = Process(self.asked)
        return self._process.answer("provider")

    def _lost(self, death: Death) -> Provider:
        process = self._process
        places = process.places if process else ()
        name, package = (process.name, process.package) if process else (self.asked.argument, "")
        if death.unsure:
            unseen = f"importing `{package or name}`: {death.message}"
            return Provider(name, unseen=unseen, package=package, places=places)
        problem = Problem(
            _KINDS[death.code],
            f"importing `{package or name}` {death.message}",
            death.place,
            "The stack imports this module into its own process when it starts.",
            _FIXES[death.code],
        )
        return Provider(name, problem=problem, package=package, places=places)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.end()

    def away(self, checks: Iterable[Check], name: str) -> list[Check]:
        """The same checks, those of the provider asked of its process.

        A process that died at import is not started again: what is left to say is known.

        Args:
            checks: The checks of a run.
            name: The provider's name.
        """
        listed = list(checks)
        if self._process is None or self._process.is_over:
            return listed
        gates = {(id(c.subject.spec), c.code): c.id for c in listed if c.code in (ENDED, _CALLS)}

        def away(check: Check) -> Check:
            spec = id(check.subject.spec)
            calls = gates.get((spec, _CALLS), "") if check.code.startswith(_CALLING) else ""
            return self._away(check, gates.get((spec, ENDED), ""), calls)

        return [away(check) if check.provider == name else check for check in listed]

    def _away(self, check: Check, gate: str, calls: str) -> Check:
        def ask() -> Iterator[Finding | Row]:
            yield from repeated(self._judged(check, gate, calls))

        ask.__doc__ = check.rule.documentation
        return replace(check, rule=replace(check.rule, check=ask))

    def _judged(self, check: Check, gate: str, calls: str) -> Judgement:
        """What the process says, unless it is known to die of it."""
        dead = self._gate(gate) if gate else None
        if dead is not None and (dead.phase != "rule" or check.code.startswith(_TRYING)):
            return self._of_dead(check, dead, gate.replace(f"::{ENDED}", f"::{dead.code}"))
        dead = self._gate(calls) if calls else None
        if dead is not None:
            return self._of_dead(check, dead, calls)
        if len(self._deaths) >= _DEATHS:
            return Judgement(inconclusive=f"not run: its process has ended {_DEATHS} times before")
        told = self._told(check.id)
        return _finding(check, told) if isinstance(told, Death) else decode_judgement(told["result"])

    def _gate(self, check: str) -> Death | None:
        """How the process ends where the provider is built, used and shut down; None where it does not."""
        if check not in self._gates:
            told = self._told(check)
            self._gates[check] = told if isinstance(told, Death) else None
        return self._gates[check]

    def _told(self, check: str) -> dict[str, Any] | Death:
        if self._process is None or self._process.is_over:
            started = self._started()
            if isinstance(started, Death):
                self._deaths.append(started)
                return started
        assert self._process is not None  # noqa: S101 - just started
        seconds = next((s for codes, s in _LONG.items() if f"::{codes}" in check), _SECONDS)
        told = self._process.ask(check, seconds)
        if isinstance(told, Death):
            self._deaths.append(told)
        return told

    def _of_dead(self, check: Check, death: Death, teller: str) -> Judgement:
        if death.unsure:
            return Judgement(inconclusive=death.message)
        if check.id == teller:
            return _finding(check, death)
        code = teller.partition("[")[0].rpartition("::")[2]  # a provider type may have colons, too
        return left_to(code, why=f"its process is gone, since it {death.message}")


def _finding(check: Check, death: Death) -> Judgement:
    """The one finding about the end of a process, with the check where it happened."""
    if death.unsure:
        return Judgement(inconclusive=death.message)
    spec = check.subject.spec
    what = "importing its module" if death.phase == "class" else "using it"
    where = "" if check.code == death.code else f" ({check.name})"
    place = death.place or (spec.location if spec else None)
    finding = Finding(
        death.code,
        Severity.ERROR,
        f"{what} {death.message}{where}",
        location=place,
        why=_WHY,
        fix=_FIXES[death.code],
        detail="" if check.code == death.code else check.name,
    )
    return Judgement((finding,))
