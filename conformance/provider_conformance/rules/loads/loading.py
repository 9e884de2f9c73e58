"""PC101-PC104, PC116: can the provider be loaded, and are what it returns specs of the stack's APIs?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from provider_conformance.contracts.model import Contract, Role
from provider_conformance.evidence.loading import code_of, reported
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import loading, places
from provider_conformance.package.model import NOT_ASKED, Spec
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule

_SHOWN: Final = 200


def _of_loading(subject: Subject, code: str) -> Iterator[Finding]:
    """What rule ``code`` says of the way to the specs."""
    provider, problem = subject.provider, subject.provider.problem
    if provider.unseen:
        raise NotJudged(provider.unseen, inconclusive=True)
    told = problem is not None and code_of(problem) == code
    if code == "PC101" and provider.not_imported and not told:
        raise NotJudged(provider.not_imported, inconclusive=provider.not_imported != NOT_ASKED)
    # What comes after the point at which loading stopped was not reached; what came before is fine.
    if problem is not None and code >= code_of(problem):
        yield reported(code, problem)


@rule("PC101", "provider-import", scope=Scope.PROVIDER)
def provider_import(subject: Subject) -> Iterator[Finding]:
    """Check that the package can be imported.

    What it does:
        Imports the package and the module that has its specs, as the stack's loader does, and
        names the true cause where that fails: the module that is not installed and who imports
        it, the name that this release of the stack no longer has, `sys.exit`, an exception. What
        the import changes in the process is put back, and other providers are not disturbed.

    Why is this bad:
        The stack imports its providers when it starts, and does not start. Its own message hides
        the cause in several releases: an absent third-party module is told as a missing
        `get_provider_spec`.

    Example:
        ```python
        # my_pkg/provider.py
        import torch  # needed by the implementation only, and not installed where specs are read

        def get_provider_spec(): ...
        ```

    How to fix:
        Import what only the implementation needs in the implementation's module, which the
        factory imports. Declare it in `pip_packages`. Check conditions in the factory, not at
        import.

    Source:
        The stack's `get_provider_registry`, which imports `<module>.provider`.
    """
    yield from _of_loading(subject, "PC101")


@rule("PC102", "not-a-provider", scope=Scope.PROVIDER)
def not_a_provider(subject: Subject) -> Iterator[Finding]:
    """Check that the package says what it provides.

    What it does:
        Looks for `get_provider_spec()` in `<package>.provider` and in the package itself, and for
        the `available_providers()` of a registry module, and asks it for specs. A function that
        returns None or an empty list counts as none.

    Why is this bad:
        A package without specs is no provider to the stack, whatever classes it has.

    Example:
        ```python
        # my_pkg/__init__.py is all there is, and it only exports the class
        from .adapter import MyInferenceAdapter
        ```

    How to fix:
        Write `get_provider_spec()` in `<package>/provider.py` and return the specs. A class
        without a package around it is checked by `--provider=module:Class --provider-api=API`.

    Source:
        The stack's `get_external_providers_from_module`, which calls `get_provider_spec` of
        `<module>.provider`.
    """
    yield from _of_loading(subject, "PC102")


@rule("PC103", "spec-invalid", scope=Scope.PROVIDER)
def spec_invalid(subject: Subject) -> Iterator[Finding]:
    """Check that what the package returns are valid provider specs.

    What it does:
        Calls `get_provider_spec()` and reports what it raises, a field that the stack's spec
        classes refuse (by its name), and anything that is no spec: a dictionary, a coroutine, a
        class, one wrong item in a list.

    Why is this bad:
        The stack reads `provider_type`, `api`, `module` and `config_class` of each spec when it
        starts; the error ends the start.

    Example:
        ```python
        def get_provider_spec():
            return {"api": "inference", "provider_type": "remote::mine"}  # no spec, a dictionary
        ```

    How to fix:
        Return an `InlineProviderSpec` or a `RemoteProviderSpec` of the stack that the provider is
        for, or a list of them.

    Source:
        The spec classes of the stack (`providers/datatypes.py`, later the API package), which are
        pydantic models.
    """
    yield from _of_loading(subject, "PC103")


@rule("PC104", "unknown-api", scope=Scope.PROVIDER)
def unknown_api(subject: Subject) -> Iterator[Finding]:
    """Check that every spec is of an API that a provider can provide.

    What it does:
        Looks the spec's API up among those of the stack. Reports a member of the stack's `Api`
        that this release does not have (any more), and an API that the stack serves itself: a
        routing table's or a built-in one. APIs that the package itself adds to the stack
        are left alone.

    Why is this bad:
        `Api.eval` raises `AttributeError` where the release has no such member, so that the
        whole package cannot be imported. A provider of an API that the stack serves itself is
        refused when a run config names it.

    Example:
        ```python
        InlineProviderSpec(api=Api.models, ...)  # a routing table's: provide `inference` instead
        ```

    How to fix:
        Provide an API that the release has, or pin the stack's release in the package's
        requirements. Instead of a routing table's API provide the one that it routes.

    Source:
        The stack's `Api`, `providable_apis` and `builtin_automatically_routed_apis`.
    """
    contract = subject.contract
    if subject.provider.problem is not None or contract is None:
        yield from _of_loading(subject, "PC104")
        return
    found = (_unprovidable(spec, contract) for spec in subject.provider.specs)
    yield from (finding for finding in found if finding)


def _unprovidable(spec: Spec, contract: Contract) -> Finding | None:
    known = contract.apis.get(spec.api)
    if known is not None and known.providable:
        return None
    if known is None and _is_added(spec):
        return None
    if known is None:
        message = f"the API `{spec.api}` of `{spec.provider_type}` is not in {contract.title}"
        fix = f"provide an API that {contract.title} has{_near(spec.api, contract)}"
    else:
        message = f"the API `{spec.api}` of `{spec.provider_type}` is served by {contract.title} itself"
        fix = _instead(spec.api, contract, known.role)
    return Finding(
        "",
        Severity.ERROR,
        message,
        location=spec.location,
        why="The resolver refuses a run config that names a provider of this API.",
        fix=fix,
        detail=f"{spec.api}:{spec.provider_type}",
    )


def _is_added(spec: Spec) -> bool:
    """Whether the API is one that was added to the stack's enumeration at run time."""
    api = careful.attribute(spec.raw, "api")
    added = careful.attribute(type(api), "_dynamic_values", {})
    return isinstance(added, dict) and spec.api in added


def _near(api: str, contract: Contract) -> str:
    providable = [name for name, known in contract.apis.items() if known.providable]
    near = difflib.get_close_matches(api, providable, n=3)
    return f": {', '.join(f'`{name}`' for name in near or sorted(providable))}"


def _instead(api: str, contract: Contract, role: Role) -> str:
    routed = [name for name, known in contract.apis.items() if known.routed_by == api]
    if role is Role.ROUTING_TABLE and routed:
        return f"provide `{routed[0]}`; the routing table asks its providers for their `{api}`"
    return f"provide an API that {contract.title} leaves to providers"


@rule("PC116", "import-output", scope=Scope.PROVIDER, severity=Severity.WARNING)
def import_output(subject: Subject) -> Iterator[Finding]:
    """Check that importing the package prints nothing.

    What it does:
        Keeps what the package writes to standard output while it is imported and asked for its
        specs. Standard error and logging are not judged.

    Why is this bad:
        The stack's command line reads specs to print what else it has to: the packages to
        install, the providers there are. That output is piped into other programs, and every line
        of a provider's stands between.

    Example:
        ```python
        # my_pkg/provider.py
        print("my_pkg loaded")
        ```

    How to fix:
        Use `logging.getLogger(__name__)`, or print nothing.

    Source:
        The stack's `list-deps`, whose output is made to be run by a shell.
    """
    if subject.provider.not_imported:
        raise NotJudged(subject.provider.not_imported)
    if written := subject.provider.output.strip():
        shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}..."
        message = f"importing `{subject.provider.package or subject.provider.name}` prints {shown!r}"
        why = "What the stack's own commands print is read by other programs."
        fix = "use `logging.getLogger(__name__)`"
        yield Finding("", Severity.WARNING, message, location=_file_of(subject), why=why, fix=fix)


def _file_of(subject: Subject) -> Location | None:
    """The file of the module that has the specs."""
    for name in (f"{subject.provider.package}.provider", subject.provider.package):
        module = loading.loaded(name)
        path = places.file_of(module) if module is not None else None
        if path is not None:
            return Location(path)
    return None
