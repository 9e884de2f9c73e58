"""What shows the secrets of a provider's configuration when it is started with recognisable ones."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.configuration.sample import resolutions
from provider_conformance.configuration.secret_fields import Seeded, seed
from provider_conformance.evidence.sample import Configured, sample_values
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location
from provider_conformance.hosts.running import FIRST
from provider_conformance.package import loading
from provider_conformance.package.chains import chain
from provider_conformance.package.loading import Home
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import home_of
from provider_conformance.sandbox.constructing import construct

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

_LONGEST: Final = 1_000_000
"""Characters of a text in which a value is looked for."""
_REPR: Final = "the repr of the implementation"


@dataclass(frozen=True, slots=True)
class Shown:
    """Where something was seen, and what it says."""

    where: str
    text: str
    location: Location | None = None


class _Watch(logging.Handler):
    """Keeps what the provider's own code logs."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home = home
        self.seen: list[Shown] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record of the provider's own."""
        with suppress(Exception):  # a record that cannot be rendered is its logger's own concern
            if self.home.owns(record.pathname):
                told = str(record.exc_info[1]) if record.exc_info else ""
                text = f"{record.getMessage()} {told}"
                self.seen.append(Shown("a log record", text, Location(record.pathname, record.lineno)))


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where the secrets of a configuration show.

    Attributes:
        config_class: The class of the configuration.
        shown: What shows some, each with the fields that no text before it has shown.
        in_config: The fields that only the configuration's own texts show.
        plain: The fields that are secrets by their name alone.
    """

    config_class: type
    shown: tuple[tuple[Shown, tuple[str, ...]], ...]
    in_config: tuple[str, ...]
    plain: frozenset[str]

    @classmethod
    def collect(cls, subject: Subject, configured: Configured) -> Secrets:
        """Make a configuration with recognisable secrets, and start the provider with it where it can be.

        Raises:
            NotJudged: The configuration has no secret, or takes no recognisable one.
        """
        config_class, values = configured.cls, sample_values(subject)
        if not seed(config_class, values).canaries:
            raise NotJudged("its configuration has no secret")
        seeded = _seeded(config_class, values)
        if seeded is None:
            raise NotJudged("no configuration with recognisable secrets can be made", inconclusive=True)
        config = construct(lambda: [config_class(**seeded.values)], ()).value[0]
        in_config = seeded.seen_in(" ".join(_texts(config)))
        shown = tuple(_tried(subject, config_class, seeded, in_config))
        told = {place for _, names in shown for place in names}
        rest = tuple(place for place in in_config if configured.first and place not in told)
        return cls(config_class, shown, rest, frozenset(seeded.plain))


def _texts(value: Any) -> list[str]:
    """The whole ``repr`` and ``str`` of an object, without those that raise."""
    tried = [construct(lambda render=render: [render(value)], ()) for render in (repr, str)]
    return [str(each.value[0]) for each in tried if each.error is None]


def _seeded(config_class: type, values: dict[str, Any]) -> Seeded | None:
    """Values with recognisable secrets that the class accepts, None where there are none."""
    tries = (each for resolved in resolutions(values, {}) for each in _seedings(config_class, resolved))
    return next((each for each in tries if each.canaries and _error(config_class, each) is None), None)


def _seedings(config_class: type, resolved: dict[str, Any]) -> Iterator[Seeded]:
    """All secrets, those whose stand-in the class does not refuse by itself, and each alone."""
    whole = seed(config_class, resolved)
    yield whole
    yield seed(config_class, resolved, without=_refused(_error(config_class, whole), whole))
    for place in whole.canaries:
        yield seed(config_class, resolved, without=frozenset(whole.canaries) - {place})


def _error(config_class: type, seeded: Seeded) -> BaseException | None:
    return construct(lambda: [config_class(**seeded.values)], ()).error


def _refused(error: BaseException | None, seeded: Seeded) -> frozenset[str]:
    """The places of the secrets whose stand-in a class does not accept."""
    told = careful.attribute(error, "errors")
    parts = told(include_url=False, include_input=False) if callable(told) else ()
    refused = {".".join(str(step) for step in part["loc"]) for part in parts}
    return frozenset(refused & {*seeded.canaries})


def _tried(
    subject: Subject, config_class: type, seeded: Seeded, in_config: tuple[str, ...]
) -> Iterator[tuple[Shown, tuple[str, ...]]]:
    """What shows secrets where the provider can be tried; each place of a secret once."""
    first = subject.store.find(Start, subject)
    if first is None or subject.spec is None or first.late:
        return
    told: set[str] = set()
    for each in _observe(first, config_class, seeded, home_of(subject.spec, subject.provider)):
        # An implementation that shows its configuration shows what that shows: one cause.
        known = {*in_config, *told} if each.where == _REPR else told
        if names := tuple(place for place in seeded.seen_in(each.text) if place not in known):
            told |= {*names}
            yield each, names


def _observe(first: Start, config_class: type, seeded: Seeded, home: Home) -> list[Shown]:
    """Start the provider with recognisable secrets, and keep all that it says."""
    instances: list[Any] = []

    async def work(running: Running) -> None:
        instances.append(running.instances[FIRST])
        if running.listing:
            await running.listed()

    trial = replace(first.trial, config_class=_Seeding(config_class, seeded))
    with _watching(home) as watch:
        attempt = trial.run(trial.surroundings(), work)
    written = [Shown("what it prints", text) for text in (attempt.stdout, attempt.stderr) if text]
    failed = list(_messages(attempt.error, home))
    reprs = [Shown(_REPR, text) for instance in instances for text in _texts(instance)]
    return [*watch.seen, *failed, *written, *reprs]


@dataclass(frozen=True, slots=True)
class _Seeding:
    """In place of a configuration class: makes its configurations with recognisable secrets in them."""

    config_class: type
    seeded: Seeded

    def __call__(self, **values: Any) -> Any:
        whole = seed(self.config_class, values)
        without = frozenset(whole.canaries) - frozenset(self.seeded.canaries)
        return self.config_class(**seed(self.config_class, values, without=without).values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.config_class, name)


@contextmanager
def _watching(home: Home) -> Iterator[_Watch]:
    """Hear all that the provider's package logs, and what a server of the stack shows of others."""
    watch, own, root = _Watch(home), logging.getLogger(home.package), logging.getLogger()
    before = own.level, root.level
    own.setLevel(logging.DEBUG)
    root.setLevel(min(root.getEffectiveLevel(), logging.INFO))
    for logger in (own, root):
        logger.addHandler(watch)
    try:
        yield watch
    finally:
        for logger, level in zip((own, root), before, strict=True):
            logger.removeHandler(watch)
            logger.setLevel(level)


def _messages(error: BaseException | None, home: Home) -> Iterator[Shown]:
    """What an error and those behind it say, the last first: the provider's own stand behind the stack's."""
    return reversed(list(_chain(error, home)))


def _chain(error: BaseException | None, home: Home) -> Iterator[Shown]:
    for one in chain(error):
        # The class's own refusal quotes what it was given, as pydantic does everywhere.
        if careful.class_module(type(one)).partition(".")[0] != "pydantic_core":
            place = loading.last_own_frame(one, home)
            yield Shown("the error with which it fails", careful.text(one, _LONGEST), place)
