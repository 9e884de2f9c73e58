"""PC502: what a provider looks up in its dependencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.lookups import Lookups
from provider_conformance.evidence.near import nearest
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.store import Cause
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule

if TYPE_CHECKING:
    from provider_conformance.hosts.watching import LookedUp


@rule("PC502", "undeclared-dependency", scope=Scope.SPEC, applies=is_loadable, reports=(Cause.UNDECLARED,))
def undeclared_dependency(subject: Subject, found: Lookups) -> Iterator[Finding]:
    """Check that the provider uses nothing in `deps` that it does not declare.

    What it does:
        Starts the provider with `deps` that write down what is looked up: by
        `deps[...]`, `.get`, `in` or `.pop`. Everything must be among the spec's `api_dependencies` or
        `optional_api_dependencies`, and a member of the stack's `Api`: a text finds nothing. A declared
        dependency that is not used is fine. By its source alone, what every call of the factory looks up
        counts.

    Why is this bad:
        `deps` holds what the spec declares and nothing else, whatever the run config has: the
        look-up raises `KeyError`, or quietly gives nothing, in every stack.

    Example:
        ```python
        async def get_provider_impl(config, deps):
            return MyAgents(config, deps[Api.inference])  # api_dependencies=[] in the spec
        ```

    How to fix:
        Declare the API in the spec. The keys of `deps` are members of `Api`, not texts.

    Source:
        The built-in stack's resolver; the stacks' `instantiate_providers`.
    """
    for text in (True, False):
        looked_up = [one for one in found.undeclared if isinstance(one.key, str) is text]
        if looked_up:
            yield _text_for_key(subject, found, looked_up) if text else _undeclared(subject, found, looked_up)


def _undeclared(subject: Subject, found: Lookups, looked_up: Sequence[LookedUp]) -> Finding:
    names = ", ".join(one.name for one in looked_up)
    message = f"it looks up {names} in `deps`, and its spec does not declare that"
    fix = f"declare {names} in the spec's `api_dependencies` or `optional_api_dependencies`"
    return blamed(subject, message, _held(found), fix, place=looked_up[0].place)


_UNKNOWN = "look up an API that the stack has, by its member of `Api`"


def _text_for_key(subject: Subject, found: Lookups, looked_up: Sequence[LookedUp]) -> Finding:
    """The finding of texts in the place of members of the stack's enumeration, which are never found."""
    names = ", ".join(one.name for one in looked_up)
    message = f"it looks up the text {names} in `deps`, whose keys are members of `Api`"
    wanted = [name for one in looked_up if (name := _nearest_api(subject, str(one.key)))]
    spec = subject.spec
    declared = (*spec.api_dependencies, *spec.optional_api_dependencies) if spec is not None else ()
    fix = f"write {', '.join(f'`deps[Api.{name}]`' for name in wanted)}" if wanted else _UNKNOWN
    if missing := [f"`Api.{name}`" for name in wanted if name not in declared]:
        fix += f", and declare {', '.join(missing)} in the spec's `api_dependencies`"
    told = blamed(subject, message, _held(found), fix, place=looked_up[0].place)
    return replace(told, detail="text")


def _nearest_api(subject: Subject, text: str) -> str:
    """The API that a text means, "" where there is none like it."""
    known = subject.contract.apis if subject.contract is not None else {}
    return text if text in known else nearest(text, known) or ""


def _held(found: Lookups) -> str:
    held = ", ".join(f"Api.{name}" for name in found.held) or "nothing"
    return f"`deps` holds exactly what the spec declares: {held}"
