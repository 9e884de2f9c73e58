"""PC9xx: whether a provider fits releases of a stack that are not installed."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.fit import Standing
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule


@rule("PC901", "release-apis", scope=Scope.RELEASE)
def release_apis(subject: Subject) -> Iterator[Finding]:
    """Check that a release has the APIs that a provider names, and takes its specs.

    What it does:
        Looks up every `Api` member that the provider's source names among those of the release, and
        judges the specs by the release's own spec classes, with the rules PC102 to PC109. The
        release is known from a snapshot that this suite ships; it need not be installed.

    Why is this bad:
        A member that is gone raises an `AttributeError` when the stack asks for the specs, and a spec
        that lacks a field of its class does not validate: nothing of the package loads.

    Example:
        ```python
        InlineProviderSpec(api=Api.eval, ...)  # ogx 0.8.0 has no `Api.eval`
        ```

    How to fix:
        Declare the releases that have the API as a requirement of the package (`llama-stack<0.8`), or
        leave the release out of `--provider-releases`.

    Source:
        The release's `Api` and its spec classes.
    """
    yield from _told(subject, 0)


@rule("PC902", "release-imports", scope=Scope.RELEASE)
def release_imports(subject: Subject) -> Iterator[Finding]:
    """Check that a release has every name that a provider imports from the stack.

    What it does:
        Follows the imports of the provider's own modules, from those that the stack loads on, and looks up
        each module and name of `llama_stack`, `llama_stack_api`, `ogx` and `ogx_api` in the release.
        Imports inside functions, star imports and attributes of imported modules count. What
        stands under `TYPE_CHECKING` does not, nor what an `except ImportError` makes good. Where
        it depends on a condition that the source does not tell, the check is inconclusive.

    Why is this bad:
        The import raises, so the package does not load, or the call fails in which it stands.

    Example:
        ```python
        from llama_stack.apis.inference import Inference  # gone since llama-stack 0.4
        ```

    How to fix:
        Import from both places, or declare the releases that have the names as a requirement:

        ```python
        try:
            from ogx_api import Inference
        except ImportError:
            from llama_stack_api import Inference
        ```

    Source:
        The names that the modules of the release define.
    """
    yield from _told(subject, 1)


@rule("PC903", "release-methods", scope=Scope.RELEASE)
def release_methods(subject: Subject) -> Iterator[Finding]:
    """Check that a provider's factories and methods keep the protocols of a release.

    What it does:
        Judges the provider's source by the contract of the release, with the rules PC110 to PC115, PC2xx
        and PC3xx; each finding names the rule that it is of. Only errors count. Where the release
        lacks an API or a name already (PC901, PC902) nothing more is said.

    Why is this bad:
        The package loads, and the calls that this release makes fail.

    Example:
        ```python
        # fits llama-stack 0.4; in 0.5 the one argument is `request`
        async def insert_chunks(self, vector_store_id, chunks, ttl_seconds=None): ...
        ```

    How to fix:
        See the page of the rule in brackets; or declare the releases that fit as a requirement.

    Source:
        The release's protocols and the calls of its routers and routing tables.
    """
    yield from _told(subject, 2)


def _told(subject: Subject, number: int) -> Iterator[Finding]:
    """What there is to say of one aspect of the fit, which whoever asks for the release supplies."""
    if subject.fit is None:
        raise NotJudged("no release is asked for")
    aspect = subject.fit().aspects[number]
    if aspect.standing in (Standing.UNSEEN, Standing.SKIPPED):
        raise NotJudged(aspect.reason, inconclusive=aspect.standing is Standing.UNSEEN)
    yield from aspect.findings
