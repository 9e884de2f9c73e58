"""PC117: what checks the data that a client sends along for a provider."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from provider_conformance.evidence.loading import finding, is_loadable, plural
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.package import loading, places, requirements
from provider_conformance.package.model import Spec
from provider_conformance.protocols import careful, classes
from provider_conformance.protocols.bodies import tree_of
from provider_conformance.providers.implementation import home_of, load_class
from provider_conformance.rules.model import Scope, rule

_ASKS: Final = "get_request_provider_data"
_WHY: Final = (
    f"`{_ASKS}` imports the class at the first request that brings data for the provider; that fails."
)

_UNASKED: Final = f"No request fails today: nothing in the provider's class calls `{_ASKS}`."


def _path(spec: Spec) -> str:
    """The class that a spec names, "" where it names none."""
    for holder in (spec.raw, careful.attribute(spec.raw, "adapter")):
        path = careful.attribute(holder, "provider_data_validator") if holder is not None else None
        if isinstance(path, str) and path:
            return path
    return ""


def _names_a_validator(subject: Subject) -> bool:
    return is_loadable(subject) and subject.spec is not None and bool(_path(subject.spec))


@rule("PC117", "provider-data-validator", scope=Scope.SPEC, applies=_names_a_validator)
def provider_data_validator(subject: Subject) -> Iterator[Finding]:
    """Check that the class is there that checks the data which clients send along.

    What it does:
        Imports the module of the spec's `provider_data_validator` ("package.module.Class") and gets the
        class. Where no module of the provider's class and its bases asks for the data, a class that is not
        there is a warning.

    Why is this bad:
        Nothing is imported when the stack starts. The first client that sends its own key in the header
        for provider data gets an internal error.

    Example:
        ```python
        RemoteProviderSpec(provider_data_validator="my_pkg.MyValidatr", ...)  # the class is `MyValidator`
        ```

    How to fix:
        Name the class by its full path, or leave the field out.

    Source:
        The stacks' `NeedsRequestProviderData.get_request_provider_data` and `instantiate_class_type`.
    """
    spec = subject.spec
    if spec is None:
        return
    if (wrong := _wrong(subject, spec, _path(spec))) is not None:
        asked = _is_asked_for(subject)
        yield wrong if asked else replace(wrong, severity=Severity.WARNING, why=_UNASKED)


def _is_asked_for(subject: Subject) -> bool:
    """Whether the provider asks for what clients send along, or it cannot be seen that it does not."""
    found = subject.implementation()
    known = [cls for cls in (found.cls, *found.alternatives) if cls is not None]
    owners = [owner for cls in known for owner in classes.mro(cls) if owner not in classes.MACHINERY]
    files = [place.path if (place := places.of_class(owner)) else "" for owner in owners]
    if not files or not files[0] or any(classes.opacity(cls) for cls in known):
        return True
    nodes = (node for path in dict.fromkeys(filter(None, files)) for node in ast.walk(tree_of(path)))
    return any(isinstance(node, ast.Attribute) and node.attr == _ASKS for node in nodes)


def _wrong(subject: Subject, spec: Spec, path: str) -> Finding | None:
    module, _, name = path.rpartition(".")
    if not module:
        return _found(spec, f"the provider_data_validator {path!r} is no dotted path of a class", _FULL)
    tried = load_class(path)
    error = tried.error
    if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
        message = f"the module `{module}` of the provider_data_validator does not exist"
        return _found(spec, message, f"name the module that has the class{loading.near_module(module)}")
    if error is not None:
        what = f"importing `{module}` for its provider_data_validator"
        failure = requirements.judge(error, home_of(spec, subject.provider), spec, what)
        if failure.problem is None:
            raise NotJudged(failure.unseen, inconclusive=True)
        return finding(failure.problem)
    if tried.value is loading.ABSENT:
        loaded = loading.loaded(module)
        near = difflib.get_close_matches(name, list(vars(loaded)) if loaded else [], n=3)
        fix = f"name the class that is there: {plural(tuple(near))}" if near else f"write `{name}` there"
        return _found(spec, f"`{module}` has no `{name}`, which the provider_data_validator names", fix)
    if not careful.is_class(tried.value):
        kind = careful.class_name(type(tried.value))
        return _found(spec, f"the provider_data_validator `{path}` is a {kind}, no class", _FULL)
    return None


_FULL: Final = "write `package.module.Class`"


def _found(spec: Spec, message: str, fix: str) -> Finding:
    return Finding(
        "", Severity.ERROR, message, location=spec.at("provider_data_validator"), why=_WHY, fix=fix
    )
