"""Whether a provider's registry can be tried, and what its listing is like."""

from __future__ import annotations

from dataclasses import dataclass

from provider_conformance.evidence.calls import is_theirs
from provider_conformance.evidence.registries.faults import unsteady
from provider_conformance.evidence.registries.listings import Listing, ObservedListing
from provider_conformance.evidence.registries.observing import listing, listings, marked, observed
from provider_conformance.evidence.start import Served, Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.exceptions import Nature, nature, reason
from provider_conformance.package.model import SpecKind


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider lists in a stack that has just started.

    Attributes:
        listing: What it said; untold, with the error, where the stack ended.
    """

    listing: Listing

    @classmethod
    def collect(cls, served: Served) -> Heard:
        """Ask for the listing in a stack of its own."""
        trial = served.first.trial
        attempt = trial.run(trial.surroundings(), listing)
        return cls(attempt.value or Listing(told=False, error=attempt.error))


@dataclass(frozen=True, slots=True, eq=False)
class Reachable:
    """A provider whose registry can be tried.

    Attributes:
        first: Its first trial.
    """

    first: Start

    @classmethod
    def collect(cls, subject: Subject, served: Served, heard: Heard) -> Reachable:
        """Take a provider that lists, or fails over its listing by its own fault.

        What needs a backend that is not there would be tried again and again, and wait for it each time.

        Raises:
            NotJudged: It cannot list.
        """
        told, error = heard.listing.told, heard.listing.error
        remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
        if error is None:
            return cls(served.first)
        means = nature(error, is_theirs=is_theirs(subject), remote=remote)
        if remote and told and means is Nature.CRASH:
            raise NotJudged(f"it cannot list: {reason(error)}", see=("PC601",))
        if remote or not told or means is Nature.NO_BACK_END:
            raise NotJudged(f"it cannot list here: {reason(error)}", inconclusive=True, see=("PC601",))
        return cls(served.first)


@dataclass(frozen=True, slots=True)
class Steady:
    """A provider whose listing does not change by itself, as far as can be seen."""

    @classmethod
    def collect(cls, reachable: Reachable) -> Steady:
        """Ask for its listing several times.

        Raises:
            NotJudged: The answers differ, so that nothing can be told from them.
        """
        seen, why = observed(reachable.first, listings), "its listing changes by itself"
        if seen is not None and unsteady(seen) is not None:
            raise NotJudged(why, see=("PC607",))
        if seen is not None and len({frozenset(told.names) for told in seen.calls}) > 1:
            raise NotJudged(why)
        return cls()


@dataclass(frozen=True, slots=True)
class Listings:
    """What a provider lists when it is asked again and again.

    Attributes:
        first: Its first trial.
        seen: The listings.
    """

    first: Start
    seen: ObservedListing

    @classmethod
    def collect(cls, reachable: Reachable) -> Listings:
        """Ask in a stack of its own.

        Raises:
            NotJudged: There is no answer.
        """
        seen = observed(reachable.first, listings)
        if seen is None or seen.calls[0].error is not None:
            raise NotJudged("its listing is not usable", see=("PC601", "PC607"))
        return cls(reachable.first, seen)

    def again(self) -> ObservedListing | None:
        """The same in another stack, None where that ended before."""
        return observed(self.first, listings)


@dataclass(frozen=True, slots=True)
class Marked:
    """What becomes of something that a caller adds to a listing.

    Attributes:
        listed: Whether there was a list to add something to.
        there: Whether the next listing has it.
    """

    listed: bool
    there: bool

    @classmethod
    def collect(cls, reachable: Reachable) -> Marked:
        """Add something, and ask again.

        Raises:
            NotJudged: There is no answer.
        """
        seen = observed(reachable.first, marked)
        if seen is None:
            raise NotJudged("its listing is not usable", see=("PC601", "PC607"))
        return cls(*seen)
