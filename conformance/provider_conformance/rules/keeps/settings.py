"""PC709: every value that a configuration class takes is one that the provider can work with."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.settings import Settings
from provider_conformance.findings import Finding
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
