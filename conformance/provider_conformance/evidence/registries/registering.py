"""What the registry methods of a provider came to, called as the routing table calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.calls import is_theirs
from provider_conformance.evidence.demands import REGISTRY, needs
from provider_conformance.evidence.registries.observing import handed
from provider_conformance.evidence.registries.verbs import verbs_of
from provider_conformance.evidence.start import Served
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Row, Status
from provider_conformance.hosts.running import FIRST
from provider_conformance.package.chains import reason
from provider_conformance.package.exceptions import Nature, nature
from provider_conformance.package.model import SpecKind

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

_NAMES: Final = ("conformance-another", "conformance/another")
"""What is listed is registered under these names: some providers want an owner in them."""
_STATUS: Final = {
    Nature.UNSUPPORTED: Status.UNSUPPORTED,
    Nature.REFUSAL: Status.REFUSED,
    Nature.CRASH: Status.FAILED,
    Nature.NO_BACK_END: Status.NOT_CALLED,
    Nature.NEIGHBOUR: Status.NOT_CALLED,
}


@dataclass(slots=True)
class _Notes:
    """What was raised by the calls of each kind; kept whatever becomes of the trial."""

    made: dict[str, list[BaseException | None]] = field(default_factory=dict)

    def of(self, verb: str, error: BaseException | None) -> None:
        self.made.setdefault(verb, []).append(error)


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """The registry methods of a running provider.

    Attributes:
        made: What each call raised, None where it was answered; by the verb that its name begins with.
        ended: Why the trial ended early, "" where it did not.
        standin: Whether its back end is the stand-in.
    """

    made: Mapping[str, tuple[BaseException | None, ...]]
    ended: str = ""
    standin: bool = False

    @classmethod
    def collect(cls, subject: Subject, served: Served) -> Registry:
        """List, register and unregister on a running stack.

        Raises:
            NotJudged: Nothing is registered with providers of the API.
        """
        verbs = verbs_of(subject.api)
        if verbs is None:
            raise NotJudged("nothing is registered with a provider of this API")
        notes, register = _Notes(), verbs.register

        async def work(running: Running) -> None:
            await _use(running, notes, register)

        trial = served.first.trial
        error = trial.run(trial.surroundings(), work).error
        made = {verb: tuple(errors) for verb, errors in notes.made.items()}
        return cls(made, "" if error is None else reason(error), served.first.standin)

    def of(self, method: str) -> tuple[BaseException | None, ...]:
        """What the calls of a method came to."""
        return next((errors for verb, errors in self.made.items() if method.startswith(verb)), ())


async def _use(running: Running, notes: _Notes, register: str) -> None:
    """Call the registry as its routing table does: for news, for its listing, and with an object."""
    instance = running.instances[FIRST]
    for name in dir(instance):
        if name.startswith("should_refresh_"):
            notes.of("should_refresh_", await _raised(getattr(instance, name)()))
    listed: list[Any] = []
    if running.listing:
        try:
            listed = await running.listed()
            notes.of("list_", None)
        except (Exception, SystemExit) as error:
            notes.of("list_", error)
    for obj in _objects(running, listed):
        refused = await running.register(obj)
        notes.of("register_", refused)
        if refused is None:
            if running.unregistering:
                notes.of("unregister_", await running.unregister(obj))
            return
    for known in listed[:1]:
        # What is fixed may take nothing new; what it lists it has to take, as at every start of a stack.
        notes.of("register_", await _raised(getattr(instance, register)(handed(running, known))))


async def _raised(awaitable: Any) -> BaseException | None:
    try:
        await awaitable
    except (Exception, SystemExit) as error:
        return error
    return None


def _objects(running: Running, listed: list[Any]) -> Iterator[Any]:
    """What may be registered: what is listed under another name, or else what is made up."""
    from provider_conformance.calling.objects import likely_object  # noqa: PLC0415
    from provider_conformance.neighbours.smallest import smallest  # noqa: PLC0415 - pydantic, late

    known = next((obj for obj in listed if hasattr(obj, "model_copy")), None)
    if known is not None:
        for name in _NAMES:
            yield known.model_copy(update={"identifier": name})
        return
    for kind in running.kinds:
        for make in (likely_object, smallest):
            try:
                yield make(kind)
            except Exception:  # noqa: S112 - no value can be made for it, which is no fault of the provider
                continue


@dataclass(frozen=True, slots=True)
class Registered:
    """What calls on one registry method came to.

    Attributes:
        row: The same as a row of the coverage.
        error: What was raised, None where it was answered.
    """

    row: Row
    error: BaseException | None = None

    depth = 2

    @classmethod
    def collect(cls, subject: Subject, registry: Registry) -> Registered:
        """Read it off the calls that were made.

        Raises:
            NotJudged: It was not called.
        """
        made = registry.of(subject.method)
        if not made:
            why = registry.ended or "nothing can be made up to call it with"
            raise NotJudged(f"it is not called: {why}", inconclusive=True, see=("PC3",))
        if None in made:
            return cls(_row(subject, registry, Status.ANSWERED))
        first = made[0]
        remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
        means = nature(first, is_theirs=is_theirs(subject), remote=remote) if first is not None else None
        status = _STATUS[means] if means is not None else Status.ANSWERED
        return cls(_row(subject, registry, status, reason(first) if first is not None else ""), first)


def _row(subject: Subject, registry: Registry, status: Status, why: str = "") -> Row:
    calls = len(registry.of(subject.method))
    return Row(subject.method, REGISTRY, needs(subject), status, calls, why, registry.standin)
