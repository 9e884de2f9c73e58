"""PC703: where do a provider's secrets show?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.configuration.sample import resolutions
from provider_conformance.configuration.secret_fields import Seeded, seed
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.sample import config_class_of, first_of, sampled
from provider_conformance.evidence.start import Start, baseline
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Location, Severity
from provider_conformance.hosts.running import FIRST
from provider_conformance.package import loading, places
from provider_conformance.package.chains import chain
from provider_conformance.package.loading import Home
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import home_of
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.constructing import construct

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

_LONGEST: Final = 1_000_000
"""Characters of a text in which a value is looked for."""


@dataclass(slots=True)
class _Shown:
    """Where something was seen, and what it says."""

    where: str
    text: str
    location: Location | None = None


class _Watch(logging.Handler):
    """Keeps what the provider's own code logs."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home = home
        self.seen: list[_Shown] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record of the provider's own."""
        with suppress(Exception):  # a record that cannot be rendered is its logger's own concern
            if self.home.owns(record.pathname):
                told = str(record.exc_info[1]) if record.exc_info else ""
                text = f"{record.getMessage()} {told}"
                self.seen.append(_Shown("a log record", text, Location(record.pathname, record.lineno)))


@rule("PC703", "secret-shown", scope=Scope.SPEC, applies=is_loadable)
def secret_shown(subject: Subject) -> Judgement:
    """Check that the secrets in a configuration do not show.

    What it does:
        Sets every secret of the configuration to something recognisable: fields of type `SecretStr`, and text
        fields whose name says it (`api_key`, `token`, `password`, `client_secret`, `credential`;
        not `max_tokens`, `tokenizer`, `api_key_env_var`). Looks for it in the `repr` and `str` of the
        configuration; where the provider can be tried also in those of the implementation, in what the
        provider's code logs and prints while it starts and is asked for its listing, and in the error with
        which it fails. A configuration that shows a field of type `str` in its `repr` is a warning: no
        stack prints it, a debugger or an error report does.

    Why is this bad:
        Logs and error reports go to people and services that may not have the key.

    Example:
        ```python
        class MyConfig(BaseModel):
            api_key: str

        logger.info("starting with %s", config)
        ```

    How to fix:
        Declare secrets as `pydantic.SecretStr` and call `get_secret_value()` where the value is sent; log
        names, not values.

    Source:
        The stacks keep the configuration on the provider (`__provider_config__`) and log errors of its start.
    """
    config_class = config_class_of(subject, shared=True)
    if isinstance(config_class, Judgement):
        return config_class
    found = sampled(subject, shared=True)
    values = (found.values or {}) if not isinstance(found, Judgement) else {}
    if not seed(config_class, values).canaries:
        return Judgement(skipped="its configuration has no secret")
    seeded = _seeded(config_class, values)
    if seeded is None:
        return Judgement(inconclusive="no configuration with recognisable secrets can be made")
    config = construct(lambda: [config_class(**seeded.values)], ()).value[0]
    in_config = seeded.seen_in(" ".join(_texts(config)))
    shows = _tried(subject, config_class, seeded, in_config)
    told = {place for _, names in shows for place in names}
    findings = [_finding(subject, shown, names) for shown, names in shows]
    own = first_of(subject) == subject.spec  # what shows in the class itself is told once
    rest = tuple(place for place in in_config if own and place not in told)
    findings += [_of_config(config_class, seeded, rest)] if rest else []
    return Judgement(tuple(findings))


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


_Found = list[tuple[_Shown, tuple[str, ...]]]


def _tried(subject: Subject, config_class: type, seeded: Seeded, in_config: tuple[str, ...]) -> _Found:
    """What shows secrets where the provider can be tried; each place of a secret once."""
    first = baseline(subject)
    if isinstance(first, Judgement) or subject.spec is None or first.late:
        return []
    shown = _observe(first, config_class, seeded, home_of(subject.spec, subject.provider))
    told: set[str] = set()
    found: _Found = []
    for each in shown:
        # An implementation that shows its configuration shows what that shows: one cause.
        known = {*in_config, *told} if each.where == _REPR else told
        names = tuple(place for place in seeded.seen_in(each.text) if place not in known)
        if names:
            told |= {*names}
            found.append((each, names))
    return found


_REPR: Final = "the repr of the implementation"


def _observe(first: Start, config_class: type, seeded: Seeded, home: Home) -> list[_Shown]:
    """Start the provider with recognisable secrets, and keep all that it says."""
    instances: list[Any] = []

    async def work(running: Running) -> None:
        instances.append(running.instances[FIRST])
        if running.listing:
            await running.listed()

    trial = replace(first.trial, config_class=_Seeding(config_class, seeded))
    with _watching(home) as watch:
        attempt = trial.run(trial.surroundings(), work)
    written = [_Shown("what it prints", text) for text in (attempt.stdout, attempt.stderr) if text]
    failed = list(_messages(attempt.error, home))
    reprs = [_Shown(_REPR, text) for instance in instances for text in _texts(instance)]
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


def _messages(error: BaseException | None, home: Home) -> Iterator[_Shown]:
    """What an error and those behind it say, the last first: the provider's own stand behind the stack's."""
    return reversed(list(_chain(error, home)))


def _chain(error: BaseException | None, home: Home) -> Iterator[_Shown]:
    for one in chain(error):
        # The class's own refusal quotes what it was given, as pydantic does everywhere.
        if careful.class_module(type(one)).partition(".")[0] != "pydantic_core":
            place = loading.last_own_frame(one, home)
            yield _Shown("the error with which it fails", careful.text(one, _LONGEST), place)


def _finding(subject: Subject, shown: _Shown, names: tuple[str, ...]) -> Finding:
    found = subject.implementation()
    place = shown.location or found.location or (subject.spec.location if subject.spec else None)
    fix = "declare it as `SecretStr`, and keep its value out of texts"
    message = f"{shown.where} shows the value of {_listed(names)}"
    why = "Logs, error reports and tracebacks are read by people and services that may not have the secret."
    return Finding("PC703", Severity.ERROR, message, location=place, why=why, fix=fix, detail=shown.where)


def _of_config(config_class: type, seeded: Seeded, names: tuple[str, ...]) -> Finding:
    title = careful.class_name(config_class)
    by_type = all(name in seeded.plain for name in names)
    return Finding(
        "PC703",
        Severity.WARNING if by_type else Severity.ERROR,
        f"the repr of `{title}` shows the value of {_listed(names)}",
        location=places.of_class(config_class),
        why="The stack keeps the configuration on the provider: whatever prints it prints the secret.",
        fix="declare it as `pydantic.SecretStr`, or as `Field(repr=False)`",
        detail="configuration",
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
