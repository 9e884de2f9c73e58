"""PC704: what does a provider say that is started where nothing is set?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.unset import Unset
from provider_conformance.findings import Finding, Level, Severity
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule

_FACTORY: Final = ("PC109", "PC111", "PC112", "PC113", "PC114", "PC115")
"""The rules that say of a configuration class and a factory why nothing starts, whatever is set."""


@rule(
    "PC704",
    "obscure-without-settings",
    scope=Scope.SPEC,
    applies=is_loadable,
    level=Level.STARTS,
    after=_FACTORY,
)
def obscure_without_settings(subject: Subject, start: Unset) -> Iterator[Finding]:
    """Check that a provider says what it misses when it is started where nothing is set.

    What it does:
        Starts the provider on the stack with its sample configuration and an environment that has none of
        the provider's variables. That it starts is fine, and so is an error that is a sentence. A bare
        `KeyError`, `AttributeError` or `TypeError` is looked into: if the start goes on once a variable that
        was looked up, or a setting that is None, has a value, then that was what is missing, and
        the error does not say so.

    Why is this bad:
        It is what everybody sees who starts the stack for the first time: `'NoneType' object has no
        attribute 'get_secret_value'` does not tell which variable to set.

    Example:
        ```python
        async def get_adapter_impl(config, deps):
            return MyAdapter(key=os.environ["MY_KEY"])  # KeyError: 'MY_KEY'
        ```

    How to fix:
        Let the configuration class require the field, or check and raise
        `ValueError("set MY_KEY, or api_key in the provider's config")`.

    Source:
        The stacks log the error of a start and end.
    """
    if start.error is None:
        return
    yield Finding(
        "",
        Severity.ERROR,
        "started where nothing is set it fails with "
        f"`{careful.class_name(type(start.error))}: {careful.text(start.error)}`",
        location=start.place or subject.implementation().location,
        why=f"What is missing is {start.missed}, and who starts the stack is not told.",
        fix="let the configuration require it, or raise a ValueError that names what to set",
    )
