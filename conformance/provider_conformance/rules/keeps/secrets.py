"""PC703: where do a provider's secrets show?"""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.secrets import Secrets, Shown
from provider_conformance.findings import Finding, Severity
from provider_conformance.package import places
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule


@rule("PC703", "secret-shown", scope=Scope.SPEC, applies=is_loadable)
def secret_shown(subject: Subject, secrets: Secrets) -> Iterator[Finding]:
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
    for shown, names in secrets.shown:
        yield _finding(subject, shown, names)
    if secrets.in_config:  # what shows in the class itself is told once
        yield _of_config(secrets)


def _finding(subject: Subject, shown: Shown, names: tuple[str, ...]) -> Finding:
    found = subject.implementation()
    place = shown.location or found.location or (subject.spec.location if subject.spec else None)
    fix = "declare it as `SecretStr`, and keep its value out of texts"
    message = f"{shown.where} shows the value of {_listed(names)}"
    why = "Logs, error reports and tracebacks are read by people and services that may not have the secret."
    return Finding("", Severity.ERROR, message, location=place, why=why, fix=fix, detail=shown.where)


def _of_config(secrets: Secrets) -> Finding:
    title, names = careful.class_name(secrets.config_class), secrets.in_config
    by_type = all(name in secrets.plain for name in names)
    return Finding(
        "",
        Severity.WARNING if by_type else Severity.ERROR,
        f"the repr of `{title}` shows the value of {_listed(names)}",
        location=places.of_class(secrets.config_class),
        why="The stack keeps the configuration on the provider: whatever prints it prints the secret.",
        fix="declare it as `pydantic.SecretStr`, or as `Field(repr=False)`",
        detail="configuration",
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
