"""PC709 to PC711: what a configuration class takes, the provider works with and looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.sample import Configured
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.settings import Settings, Usual
from provider_conformance.evidence.unread import Unread
from provider_conformance.findings import Finding, Severity
from provider_conformance.package import places
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule


@rule("PC709", "setting-breaks", scope=Scope.SPEC, applies=is_loadable, after=("PC704",))
def setting_breaks(subject: Subject, settings: Settings) -> Iterator[Finding]:
    """Check that the provider starts and answers with the other settings that its configuration class takes.

    What it does:
        Starts the provider and makes the usual calls again, each time with one setting changed: a flag the
        other way round, another member of an enum, an optional setting with a value or without one, a number
        at its declared bounds. A value is a finding where the start or every call on a method ends in a
        mistake of the provider's own code, and the same works with the configuration as it is. Mistakes are
        what Python raises by itself and what is about the value: a name that is not there, an operation that
        the value's class lacks, a key that a table of the class's own members has not. What the provider
        raises on purpose, and what a server may have answered, is no finding. Secrets, URLs and names are
        left as they are. Each value is tried in a fork of the process; where the system has no forks the
        check is inconclusive.

    Why is this bad:
        The class accepts the run config, and the stack ends at its start or at the first request, with an
        error that does not name the setting.

    Example:
        ```python
        class MyConfig(BaseModel):
            ca_file: Path | None = None

        verify = "file:" + config.ca_file  # TypeError, once somebody sets it
        ```

    How to fix:
        Handle the value, or let the configuration class refuse it: by its type, by a bound, by a validator.

    Source:
        The stacks' resolvers make the configuration of whatever the run config has and the class accepts.
    """
    for one in settings.broken:
        what = f"every call of `{one.method}` raises" if one.method else "its start raises"
        yield blamed(
            subject,
            f"with `{one.field}` = {one.value}, which its configuration class takes, {what} {one.error}",
            "A run config may hold the value; with the configuration as it is the same works.",
            "handle the value there, or let the configuration class refuse it",
            place=one.place,
            method=one.method,
        )


@rule(
    "PC710",
    "setting-unread",
    scope=Scope.SPEC,
    applies=is_loadable,
    severity=Severity.WARNING,
    after=("PC614",),
)
def setting_unread(subject: Subject, unread: Unread) -> Iterator[Finding]:
    """Check that every setting of the configuration class is read by some code.

    What it does:
        Reads the source of the provider and of the classes that it inherits. A setting that its own class
        declares is a warning where no code has an attribute of that name, a text that names it, or a pattern
        with it; the sample does not count, since it writes settings. One warning tells of a class of which
        nothing is read, and of a factory that never looks at its configuration. Where the configuration is
        handed on as a whole (`model_dump()`, `**config`, a call of somebody else's function, `getattr` with
        a computed name) nothing is judged. A setting that is deprecated, or whose description says that it
        is ignored, may be unread.

    Why is this bad:
        Somebody sets it in the run config, the class accepts it, and nothing happens: a limit that is
        no limit, a time-out that never comes.

    Example:
        ```python
        class MyConfig(BaseModel):
            url: str
            timeout: float = 30.0  # the client is made without it

        self.client = httpx.AsyncClient(base_url=config.url)
        ```

    How to fix:
        Use the setting, or take it out of the class. One that stays for old run configs says so:
        `Field(deprecated=True)`.

    Source:
        The stacks make the configuration of the run config and give it to the factory; nobody else reads it.
    """
    message, where = f"no code reads `{{}}` of `{unread.title}`", unread.fields
    fix = "use it, take it out of the class, or say `Field(deprecated=True)`"
    if unread.dropped is not None:
        message = (
            f"its factory never looks at its configuration: no setting of `{unread.title}` has an effect"
        )
        where, fix = (("", unread.dropped),), "give the configuration to what the factory makes"
    elif unread.every and len(where) > 1:
        message, where = f"no code reads any setting of `{unread.title}`", (("", where[0][1]),)
        fix = "give the configuration to the object, and read it there"
    why = "A run config may set it, and nothing is different then."
    for name, place in where:
        told = blamed(subject, message.format(name), why, fix, Severity.WARNING, place=place)
        yield replace(told, detail=name)


@rule("PC711", "defaults-changed", scope=Scope.SPEC, applies=is_loadable)
def defaults_changed(subject: Subject, configured: Configured, usual: Usual) -> Iterator[Finding]:
    """Check that an instance leaves the defaults of its configuration class as they are.

    What it does:
        Asks the configuration class for its defaults, starts the provider and makes the usual calls in a
        fork of the process, and asks again. A list, a table or an object that is another one then is an
        error; a default that is a new one each time is not judged.

    Why is this bad:
        The next instance of the provider, with a configuration of its own, starts with what the first has
        put there: its models, its documents, its tenant.

    Example:
        ```python
        KNOWN: list[str] = []

        class MyConfig(BaseModel):
            models: list[str] = Field(default_factory=lambda: KNOWN)  # one list for all

        config.models.append("mine")
        ```

    How to fix:
        Let each configuration have a new one, `default_factory=list`, or change a copy: `[*config.models]`.

    Source:
        The stacks make one configuration for each entry of a run config, in one process.
    """
    title = careful.class_name(configured.cls)
    for name in usual.changed:
        finding = blamed(
            subject,
            f"its start and its calls change what `{name}` of `{title}` is by default",
            "The next configuration that is made, that of another instance, starts with it.",
            "make a new default for each configuration, or change a copy of it",
            place=places.of_class(configured.cls),
        )
        yield replace(finding, detail=name)
