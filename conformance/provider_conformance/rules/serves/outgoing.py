"""PC662: what a provider asks of its dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.calls import Observed, is_called
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.rules.model import Scope, rule


def _has_dependencies(subject: Subject) -> bool:
    spec = subject.spec
    return spec is not None and bool(spec.api_dependencies or spec.optional_api_dependencies)


@rule(
    "PC662",
    "wrong-call-to-dependency",
    scope=Scope.SPEC,
    applies=lambda subject: _has_dependencies(subject) and is_called(subject),
)
def wrong_call_to_dependency(subject: Subject, found: Observed) -> Iterator[Finding]:
    """Check that what the provider asks of its dependencies is what they take.

    What it does:
        Gives the provider made-up dependencies that write down how they are called, while it is started and
        all its methods are called. Each call has to bind to the dependency's protocol, and the arguments
        have to be of its types. An object of a class of its own in the place of another is not judged, for it
        may behave alike; a text, a number, a list, a dict, None or another request is.

    Why is this bad:
        The real dependency takes the call as its protocol says, and raises: an `AttributeError` for a text
        where it reads the fields of a request. The client sees an internal error.

    Example:
        ```python
        found = await self.files.openai_retrieve_file(file_id)  # takes a RetrieveFileRequest
        ```

    How to fix:
        Call the dependency as its protocol in the stack's API package declares it.

    Source:
        The public protocols of the APIs that the spec declares as dependencies.
    """
    told: set[tuple[str, str, int | None]] = set()
    for one in found.outgoing:
        key = (one.api, one.method, one.place.line if one.place is not None else None)
        if not one.problem or key in told:
            continue
        told.add(key)
        yield Finding(
            "",
            Severity.ERROR,
            f"its call of `{one.method}` on its dependency {one.api} is wrong: {one.problem}",
            location=one.place,
            why=f"called as   {one.call}\n    declared as {one.declared}",
            fix="call it as its protocol declares it",
            detail=f"{one.api}.{one.method}",
        )
    if not told and found.ended:
        raise NotJudged(found.ended, inconclusive=True)
