"""What a provider leaves in the process: after a start and a shutdown, and after all calls."""

from __future__ import annotations

from collections.abc import Iterator
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

    def left(self, *, works: bool) -> Iterator[Left]:
        """All of it of one kind, each once.

        Args:
            works: Whether it is what goes on working.

        Raises:
            NotJudged: Some of it could not be looked for; after all that was seen.
        """
        every = {left.what: left for left in (*self.started, *self.called) if left.works is works}
        yield from (left for left in every.values() if left.seen)
        unseen = [left for left in every.values() if not left.seen]
        if unseen:
            what = " and ".join(left.what for left in unseen)
            raise NotJudged(f"{what} is not to be seen on this system", inconclusive=True)

    def after(self, left: Left) -> str:
        """When something was seen."""
        return "the shutdown" if left in self.started else "its methods were called and it was shut down"
