"""What a provider leaves in the process: after a start and a shutdown, and after all calls."""

from __future__ import annotations

from dataclasses import dataclass

from provider_conformance.evidence.calls import Observed, is_called
from provider_conformance.evidence.conduct import Exercise
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.sandbox.leftovers import Left


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is left in the process after the shutdown.

    Attributes:
        started: What is left of a start.
        called: What is left where all methods were called as well, and not otherwise.
    """

    started: tuple[Left, ...]
    called: tuple[Left, ...]

    @classmethod
    def collect(cls, subject: Subject, done: Exercise) -> Leaving:
        """Look at a trial with a start and a shutdown, and at the one in which all methods are called.

        Raises:
            NotJudged: It did not come as far as its shutdown.
        """
        if done.error is not None:
            raise NotJudged("it did not come as far as its shutdown")
        observed = subject.store.find(Observed, subject) if is_called(subject) else None
        known = {left.what for left in done.left}
        more = {left.what: left for left in (observed.left if observed is not None else ())}
        return cls(done.left, tuple(left for what, left in more.items() if what not in known))

    @property
    def left(self) -> tuple[Left, ...]:
        """All of it, each once."""
        return tuple({left.what: left for left in (*self.started, *self.called)}.values())

    def after(self, left: Left) -> str:
        """When something was seen."""
        return "the shutdown" if left in self.started else "its methods were called and it was shut down"
