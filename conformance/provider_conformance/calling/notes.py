"""What is written down of a walk through a provider's methods."""

from __future__ import annotations

from dataclasses import dataclass, field

from provider_conformance.calling.calling import Caller, Seen
from provider_conformance.neighbours.outgoing import Outgoing
from provider_conformance.sandbox.leftovers import Left


@dataclass(frozen=True, slots=True)
class Together:
    """Calls that were made one after the other, twice, and then at once.

    Attributes:
        methods: The methods that were called, each once.
        texts: The calls as lines of code.
        alone: What came of each by itself.
        again: The same a second time.
        together: What came of them at once.
    """

    methods: tuple[str, ...]
    texts: tuple[str, ...]
    alone: tuple[Seen, ...]
    again: tuple[Seen, ...]
    together: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A call that was cancelled on its way, and the same call after that.

    Attributes:
        seen: The cancelled call; it is late where the cancellation did not end it.
        after: The next call, None where the first did not come to its end.
    """

    seen: Seen
    after: Seen | None = None


@dataclass(slots=True)
class Notes:
    """What has been seen so far; they are kept where the trial itself does not come to its end.

    Attributes:
        seen: The calls, in their order.
        together: The calls that were made at once.
        cancelled: The calls that were cancelled.
        unseen: Why a method was not called at all, by its name.
        walked: The methods that are done.
        ended: Why the walk ended before every method was called as usual, "" where it did not.
        hurried: Whether calls of other kinds were left out, for want of time.
        outgoing: What the provider's own code asked of its dependencies.
        caller: Who makes the calls, None before the first.
        left: What was left in the process after the shutdown.
    """

    seen: list[Seen] = field(default_factory=list)
    together: list[Together] = field(default_factory=list)
    cancelled: list[Cancelled] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)
    walked: list[str] = field(default_factory=list)
    ended: str = ""
    hurried: bool = False
    outgoing: list[Outgoing] = field(default_factory=list)
    caller: Caller | None = None
    left: list[Left] = field(default_factory=list)
