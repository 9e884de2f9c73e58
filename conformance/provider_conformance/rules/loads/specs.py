"""PC105-PC109: does each spec say what the stack will find?"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator
from typing import Any, Final

from provider_conformance.contracts.model import Role
from provider_conformance.evidence.loading import finding, has_spec, is_loadable, plural
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.package import loading, requirements, specs
from provider_conformance.package.model import Problem, Spec, SpecKind
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro, namespace, opacity
from provider_conformance.providers.implementation import NO_SUCH_MODULE, home_of, load_class
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.containment import Attempt

_UNAVAILABLE: Final = {"builtin": frozenset({"inspect"})}
"""APIs that a stack itself adds after its providers are there, so that none can depend on them."""


_OPTIONAL: Final = "optional_api_dependencies"


def _found(spec: Spec, key: str, message: str, why: str, fix: str, **more: Any) -> Finding:
    severity = more.pop("severity", Severity.ERROR)
    return Finding("", severity, message, location=spec.at(key), why=why, fix=fix, **more)


@rule("PC105", "provider-type", scope=Scope.SPEC, applies=has_spec)
def provider_type(subject: Subject) -> Iterator[Finding]:
    """Check that `provider_type` fits the kind of the spec.

    What it does:
        A remote spec's type is `remote::` and its adapter's type, where another name after `remote::` is
        a warning; one without an adapter is `remote` or begins so. An inline spec's type does not
        begin with `remote`. No type is empty, has white space in it or ends with `::`. A routing
        table's or a router's spec is not a provider's to make.

    Why is this bad:
        Run configs name the type, and the stack and its tools tell by its prefix whether a
        provider runs within the process: one that lies about it is offered where it should not
        be. One whose adapter has another name works where a run config names its module, and has
        another type where the stack's loader of external providers makes the type of the adapter's.

    Example:
        ```python
        RemoteProviderSpec(api=Api.inference, adapter_type="mine", provider_type="remote::my", ...)
        ```

    How to fix:
        Write `remote::<adapter_type>` for a remote provider and `inline::<name>` for an inline one.

    Source:
        The stack's `remote_provider_spec` and its loader of external providers, which make
        the type of the adapter's.
    """
    spec = subject.spec
    wrong = _type_mistake(spec) if spec else ""
    if spec is not None and wrong:
        why = "Run configs name the type, and the stack tells by its prefix how the provider runs."
        severity = Severity.WARNING if _has_another_name(spec) else Severity.ERROR
        yield _found(spec, "adapter_type", wrong, why, _right_type(spec), severity=severity)


def _has_another_name(spec: Spec) -> bool:
    """Whether the type is that of a remote provider, and only its name is not the adapter's."""
    prefix, _, name = spec.provider_type.partition("::")
    named = bool(name) and name == "".join(name.split()) and not name.endswith("::")
    return spec.kind is SpecKind.REMOTE and prefix == "remote" and named


def _right_type(spec: Spec) -> str:
    if spec.kind is SpecKind.UNKNOWN:
        return "return an InlineProviderSpec or a RemoteProviderSpec"
    if spec.kind is SpecKind.INLINE:
        return "name it `inline::<name>`"
    return f"name it `remote::{specs.adapter_type(spec.raw) or '<name>'}`"


def _type_mistake(spec: Spec) -> str:
    name, adapter = spec.provider_type, specs.adapter_type(spec.raw)
    if spec.kind is SpecKind.UNKNOWN:
        made = careful.class_name(type(spec.raw))
        return f"`{name}` is a {made}, which the stack makes itself and no provider can"
    if not name or name != "".join(name.split()) or name.endswith("::"):
        return f"the provider_type {name!r} names nothing that a run config could"
    if spec.kind is SpecKind.REMOTE and name != f"remote::{adapter}":
        return f"the provider_type `{name}` does not fit its adapter, whose type is `{adapter}`"
    if spec.kind is SpecKind.PASSTHROUGH and name.partition("::")[0] != "remote":
        return f"the provider_type `{name}` of a remote spec does not begin with `remote`"
    if spec.kind is SpecKind.INLINE and name.partition("::")[0] == "remote":
        return f"the provider_type `{name}` of an inline spec says that it is remote"
    return ""


@rule("PC106", "duplicate-provider-type", scope=Scope.SPEC, applies=has_spec)
def duplicate_provider_type(subject: Subject) -> Iterator[Finding]:
    """Check that no two specs of one API have the same `provider_type`.

    What it does:
        Compares API and type of the package's specs. The same type for two APIs is fine.

    Why is this bad:
        The registry is a mapping from the type: the later spec silently takes the place of the
        earlier one, which nobody can use any more.

    Example:
        ```python
        return [
            InlineProviderSpec(api=Api.safety, provider_type="inline::mine", module="my_pkg.a", ...),
            InlineProviderSpec(api=Api.safety, provider_type="inline::mine", module="my_pkg.b", ...),
        ]
        ```

    How to fix:
        Give each its own type.

    Source:
        The stack's `get_provider_registry`.
    """
    spec = subject.spec
    same = [other for other in subject.provider.specs if spec and _key(other) == _key(spec)]
    first = same[0] if same else None
    if spec is None or first is None or first.raw is spec.raw:
        return
    message = f"`{spec.provider_type}` is the provider_type of another spec for `{spec.api}` as well"
    before = f"; the other is at {first.location}" if first.location else ""
    why = f"The registry keeps one spec per type: this one replaces the other{before}."
    yield _found(spec, "provider_type", message, why, "give each spec a type of its own")


def _key(spec: Spec) -> tuple[str, str]:
    return spec.api, spec.provider_type


@rule("PC107", "self-dependency", scope=Scope.SPEC, applies=has_spec)
def self_dependency(subject: Subject) -> Iterator[Finding]:
    """Check that a provider does not depend on the API that it provides.

    What it does:
        Looks for the spec's own API, and for the routing table in front of it, among the required
        dependencies, an error, and among the optional ones, a warning. Behind a router it is a warning
        as well on a stack whose resolver does not refuse cycles.

    Why is this bad:
        Dependencies are built first. The provider would have to be there before it is built: a
        required dependency of that kind ends the start, often with a bare `KeyError`; an
        optional one is never met. A routing table is built of its providers, so it is no
        earlier than they are. A resolver that does not refuse cycles breaks this one wherever its walk
        happens to come in: in some run configs the provider starts, and behind a table that has
        been set up without it, so that `model_store` and its like are not set; in others the start ends.

    Example:
        ```python
        InlineProviderSpec(api=Api.inference, api_dependencies=[Api.inference], ...)
        ```

    How to fix:
        Remove it. To wrap another provider of the same API, take its address as configuration.

    Source:
        The stack's `topological_sort` and `instantiate_providers`.
    """
    spec = subject.spec
    if spec is None:
        return
    table = subject.api.routed_by if subject.api else None
    own = tuple(name for name in (spec.api, table) if name)
    required = tuple(name for name in own if name in spec.api_dependencies)
    optional = tuple(name for name in own if name in spec.optional_api_dependencies)
    why = "The resolver cannot build it before it is built."
    late = "When it is built, none of it is there yet, so the dependency is never met."
    by_luck = table is not None and subject.contract is not None and not subject.contract.refuses_cycles
    severity = Severity.WARNING if by_luck else Severity.ERROR
    for name in required:
        yield _circular(spec, name, _BY_LUCK if by_luck else why, severity)
    for name in optional:
        if name not in required:
            yield _circular(spec, name, late, Severity.WARNING)


_BY_LUCK: Final = (
    "The resolver breaks the cycle wherever it comes in: the provider starts in some run configs only, "
    "and behind a routing table that is set up before it is there and sets no store on it."
)


def _circular(spec: Spec, name: str, why: str, severity: Severity) -> Finding:
    what = "which it provides itself" if name == spec.api else "whose providers it is one of"
    message = f"`{spec.provider_type}` depends on `{name}`, {what}"
    fix = f"remove `{name}` from its dependencies"
    key = "api_dependencies" if name in spec.api_dependencies else _OPTIONAL
    return _found(spec, key, message, why, fix, severity=severity, detail=name)


@rule("PC108", "dependency", scope=Scope.SPEC, applies=has_spec)
def dependency(subject: Subject) -> Iterator[Finding]:
    """Check that the dependencies of a spec can be met.

    What it does:
        Looks each dependency up among the stack's APIs: one that the stack does not have, or that
        it only adds after its providers, cannot be met. One that is listed both as required and
        as optional is a warning.

    Why is this bad:
        No run config can make the provider start.

    Example:
        ```python
        InlineProviderSpec(api=Api.safety, api_dependencies=[Api.inspect], ...)
        ```

    How to fix:
        Depend on APIs that have providers, or on their routing tables.

    Source:
        The stack's `instantiate_providers`, which looks dependencies up among what is built.
    """
    spec, contract = subject.spec, subject.contract
    if spec is None or contract is None:
        return
    late = _UNAVAILABLE.get(contract.stack, frozenset())
    for name in dict.fromkeys((*spec.api_dependencies, *spec.optional_api_dependencies)):
        known = contract.apis.get(name)
        if known is None or (name in late and not known.providable and known.role is Role.PLAIN):
            message = f"`{spec.provider_type}` depends on `{name}`, which no provider can provide"
            why = f"{contract.title} has nothing of that name to hand over when the provider is built."
            key = "api_dependencies" if name in spec.api_dependencies else _OPTIONAL
            yield _found(spec, key, message, why, f"do without `{name}`", detail=name)
    if both := tuple(name for name in spec.api_dependencies if name in spec.optional_api_dependencies):
        message = f"`{spec.provider_type}` lists {plural(both)} both as required and as optional"
        why = "The stack treats it as required; that it is optional is never true."
        yield _found(spec, _OPTIONAL, message, why, "list it once", severity=Severity.WARNING, detail="twice")


@rule("PC109", "config-class", scope=Scope.SPEC, applies=is_loadable)
def config_class(subject: Subject) -> Iterator[Finding]:
    """Check that the configuration's class is there and is a pydantic model.

    What it does:
        Imports the module of `config_class` ("package.module.Class") and gets the class. A plain
        dataclass is a warning.

    Why is this bad:
        The stack makes the configuration of the run config's values when it builds the provider.
        A path that leads nowhere ends the start; a class that is no pydantic model takes the
        values unchecked and unconverted, or not at all.

    Example:
        ```python
        InlineProviderSpec(config_class="my_pkg.MyConfg", ...)  # the class is `MyConfig`
        ```

    How to fix:
        Name the class by its full path; derive it from `pydantic.BaseModel`.

    Source:
        The stack's `instantiate_class_type` and `instantiate_provider`.
    """
    spec = subject.spec
    if spec is None:
        return
    if not spec.config_class or "." not in spec.config_class.strip("."):
        message = f"the config_class {spec.config_class!r} is no dotted path of a class"
        yield _found(spec, "config_class", message, _WHY_CONFIG, "write `package.module.Class`")
        return
    home = home_of(spec, subject.provider)
    tried = load_class(spec.config_class)
    if tried.error is not None:
        yield _config_fails(subject, spec, tried.error, home)
    elif careful.is_class(tried.value) and (unread := opacity(tried.value)):
        raise NotJudged(f"`{spec.config_class}` cannot be seen: {unread}", inconclusive=True)
    elif (mistake := _config_mistake(spec, tried)) is not None:
        yield mistake


_SAME_REASON: Final = ("PC110",)
"""What tells of a config_class that cannot be imported for the reason for which the module cannot."""
_WHY_CONFIG: Final = "instantiate_provider makes the provider's configuration of this class."


def _config_fails(subject: Subject, spec: Spec, error: BaseException, home: loading.Home) -> Finding:
    module = (spec.config_class or "").rpartition(".")[0]
    elsewhere = subject.implementation().problem
    if isinstance(error, ModuleNotFoundError) and error.name and _within(module, error.name):
        message = f"the module `{module}` of the config_class does not exist"
        fix = f"name the module that has the class{loading.near_module(module)}"
        same = elsewhere is not None and elsewhere.kind == NO_SUCH_MODULE and _within(spec.module, error.name)
        return _found(spec, "config_class", message, _WHY_CONFIG, fix, after=_SAME_REASON if same else ())
    failure = requirements.judge(error, home, spec, f"importing `{module}` for its config_class")
    if failure.problem is None:
        raise NotJudged(failure.unseen, inconclusive=True)
    same = elsewhere is not None and _same(elsewhere, failure.problem)
    problem = dataclasses.replace(failure.problem, why=_WHY_CONFIG)
    return dataclasses.replace(finding(problem), after=_SAME_REASON if same else ())


def _within(module: str | None, other: str) -> bool:
    return f"{module}.".startswith(f"{other}.")


def _same(one: Problem, other: Problem) -> bool:
    return one.location == other.location and one.kind.rpartition(":")[2] == other.kind.rpartition(":")[2]


def _config_mistake(spec: Spec, tried: Attempt) -> Finding | None:
    module, _, name = (spec.config_class or "").rpartition(".")
    if tried.value is loading.ABSENT:
        loaded = loading.loaded(module)
        near = difflib.get_close_matches(name, list(vars(loaded)) if loaded else [], n=3)
        fix = f"name the class that is there: {plural(tuple(near))}" if near else f"write `{name}` there"
        return _found(spec, "config_class", f"`{module}` has no `{name}`", _WHY_CONFIG, fix)
    if not careful.is_class(tried.value):
        kind = careful.class_name(type(tried.value))
        message = f"the config_class `{spec.config_class}` is a {kind}, no class"
        return _found(
            spec, "config_class", message, _WHY_CONFIG, "name a class derived from pydantic.BaseModel"
        )
    if _is_pydantic(tried.value):
        return None
    message = f"the config_class `{spec.config_class}` is no pydantic model"
    severity = Severity.WARNING if _takes_fields(tried.value) else Severity.ERROR
    fix = f"derive `{name}` from pydantic.BaseModel"
    return _found(spec, "config_class", message, _WHY_CONFIG, fix, severity=severity)


def _is_pydantic(cls: type) -> bool:
    bases = mro(cls)
    models = (careful.class_module(base).partition(".")[0] == "pydantic" for base in bases)
    return any(models) or any("__pydantic_validator__" in namespace(base) for base in bases)


def _takes_fields(cls: type) -> bool:
    return any({"__dataclass_fields__", "__attrs_attrs__"} & {*namespace(base)} for base in mro(cls))
