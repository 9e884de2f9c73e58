"""Find the class behind a spec: what the stack's loader would get from the spec's factory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Final

from provider_conformance.contracts.model import Factory
from provider_conformance.findings import Location
from provider_conformance.providers import (
    careful,
    causes,
    constructing,
    loading,
    places,
    requirements,
    sample,
    staging,
)
from provider_conformance.providers.annotations import promised_class
from provider_conformance.providers.containment import Attempt, attempt
from provider_conformance.providers.factory_source import Found, read_factory
from provider_conformance.providers.loading import ABSENT, Home
from provider_conformance.providers.model import Implementation, Problem, Provider, Spec, SpecKind
from provider_conformance.providers.requirements import Failure
from provider_conformance.providers.values import Instance, Unknown, Value

DEFAULT_FACTORIES: Final = {
    SpecKind.INLINE: Factory("get_provider_impl", optional=("policy",)),
    SpecKind.REMOTE: Factory("get_adapter_impl", optional=("policy",)),
    SpecKind.PASSTHROUGH: Factory("get_client_impl"),
}
_WHY_FACTORY: Final = "instantiate_provider imports the spec's module and calls `{name}` of it."


def find_implementation(spec: Spec, provider: Provider, factory: Factory | None) -> Implementation:
    """The class of which the factory of ``spec`` returns an instance.

    The return annotation and the factory's source are read first; only where they do not tell
    is the factory called, with the sample configuration and stand-ins for its dependencies.

    Args:
        spec: The spec.
        provider: The provider that it is of.
        factory: What the stack calls for a spec of this kind; None for the usual one.
    """
    if careful.is_class(spec.raw):
        return Implementation(spec.raw, "given", places.of_class(spec.raw))
    return _Search(spec, home_of(spec, provider), factory or DEFAULT_FACTORIES.get(spec.kind)).run()


def home_of(spec: Spec, provider: Provider) -> Home:
    """The provider's own code, importable from now on."""
    if provider.folder is not None:
        staging.stage(provider.folder, provider.package)
    return loading.home_of(provider.package or spec.module or "")


def locate_factory(spec: Spec, provider: Provider, factory: Factory | None) -> Attempt | Failure:
    """The factory of ``spec`` as the loader would get it, or why there is none.

    Returns:
        An attempt whose value is the factory, or the failure.
    """
    return _Search(spec, home_of(spec, provider), factory or DEFAULT_FACTORIES.get(spec.kind)).factory()


@dataclass(frozen=True, slots=True)
class _Search:
    spec: Spec
    home: Home
    expected: Factory | None

    def run(self) -> Implementation:
        located = self.factory()
        if isinstance(located, Failure):
            return Implementation(problem=located.problem, unseen=located.unseen)
        return self.behind(located.value)

    # -- the factory --------------------------------------------------------------------------

    def factory(self) -> Attempt | Failure:
        if self.expected is None:
            return Failure(
                unseen=f"the stack makes a {type(self.spec.raw).__name__} itself, without a factory"
            )
        if not self.spec.module:
            return Failure(self.problem("no-module", "the spec names no module"))
        tried = loading.import_module(self.spec.module)
        if tried.error is not None:
            return self._module_failed(tried.error, self.spec.module)
        return self._member(tried.value, self.expected.function)

    def _module_failed(self, error: BaseException, module: str) -> Failure:
        if isinstance(error, ModuleNotFoundError) and error.name and _is_or_encloses(error.name, module):
            return Failure(self.problem("no-such-module", f"the spec's module `{module}` does not exist"))
        return self.judge(error, f"importing the spec's module `{module}`", "module-error")

    def _member(self, module: ModuleType, name: str) -> Attempt | Failure:
        found = loading.member(module, name)
        if found.error is not None:
            return self.judge(found.error, f"getting `{name}` of `{self.spec.module}`", "module-error")
        if found.value is ABSENT:
            return Failure(self._no_factory(module, name))
        if not callable(found.value):
            kind = careful.class_title(type(found.value))
            return Failure(self.problem("factory-missing", f"`{name}` of `{self.spec.module}` is a {kind}"))
        return found

    def _no_factory(self, module: ModuleType, name: str) -> Problem:
        others = [factory.function for factory in DEFAULT_FACTORIES.values() if factory.function != name]
        near = [other for other in others if other in vars(module)]
        hint = f"; it has `{near[0]}`, which is for a spec of another kind" if near else ""
        problem = self.problem("factory-missing", f"`{self.spec.module}` has no `{name}`{hint}")
        path = places.file_of(module)
        there = places.of_function(vars(module)[near[0]]) if near else Location(path) if path else None
        fix = f"rename it to `{name}`, or use the other kind of spec" if near else f"write `{name}` there"
        return replace(problem, location=there or problem.location, fix=fix)

    def problem(self, kind: str, message: str) -> Problem:
        name = self.expected.function if self.expected else "the factory"
        return Problem(kind, message, self.spec.location, _WHY_FACTORY.format(name=name))

    def judge(self, error: BaseException, what: str, kind: str = "factory-error") -> Failure:
        return requirements.judge(error, self.home, self.spec, what, kind)

    # -- the class ----------------------------------------------------------------------------

    def behind(self, factory: Any) -> Implementation:
        promised = promised_class(factory)
        config = self._config_class()
        read = read_factory(factory, (_config_value(config), (Unknown("a dependency"),)), self.judge)
        if read.problem is not None:
            return Implementation(problem=read.problem)
        if read.classes:
            return _of_source(read, promised)
        if promised is not None:
            return _found(promised, "return annotation")
        if read.returns_nothing:
            return Implementation(problem=self._returns_nothing(factory))
        if read.blocked:
            return Implementation(unseen=read.unseen)
        return self._constructed(factory, config, read)

    def _config_class(self) -> type | None:
        found = load_class(self.spec.config_class).value
        return found if careful.is_class(found) else None

    def _returns_nothing(self, factory: Any) -> Problem:
        name = self.expected.function if self.expected else "the factory"
        return Problem(
            "factory-result",
            f"`{name}` returns nothing",
            places.of_function(factory),
            "instantiate_provider sets `__provider_id__` on what it gets, and None takes no attributes.",
            "return the implementation",
        )

    def _constructed(self, factory: Callable[..., Any], config: type | None, read: Found) -> Implementation:
        why = f"the factory's source does not tell its class ({read.unseen})" if read.unseen else ""
        made = self._configured(config)
        if made.error is not None:
            return Implementation(unseen="; ".join(filter(None, (why, _no_config(made.error)))))
        tried = constructing.construct(factory, self._arguments(factory, made.value))
        if tried.error is not None:
            shown = causes.shown(tried.error)
            return Implementation(unseen="; ".join(filter(None, (why, f"constructing it fails: {shown}"))))
        return self._of_instance(factory, tried.value)

    def _configured(self, config: type | None) -> Attempt:
        if config is None:
            return Attempt(error=TypeError(f"its config class `{self.spec.config_class}` cannot be used"))
        return attempt(functools.partial(sample.sample_config, config))

    def _arguments(self, factory: Any, config: Any) -> tuple[Any, ...]:
        declared = (
            careful.attribute(self.spec.raw, name)
            for name in ("api_dependencies", "optional_api_dependencies")
        )
        keys = [key for keys in declared if isinstance(keys, list) for key in keys]
        plain = places.plain_function(factory)
        names = plain.__code__.co_varnames if plain is not None else ()
        extra: list[list[Any]] = [
            [] for name in (self.expected.optional if self.expected else ()) if name in names
        ]
        return (config, constructing.dependencies(keys), *extra)

    def _of_instance(self, factory: Any, instance: Any) -> Implementation:
        if instance is None:
            return Implementation(problem=self._returns_nothing(factory))
        if constructing.is_stand_in(instance):
            return Implementation(unseen="the factory returns one of its dependencies")
        return replace(_found(type(instance), "constructed"), instance=instance)


def load_class(path: str | None) -> Attempt:
    """What a dotted path of the stack's specs ("package.module.Class") leads to.

    Returns:
        The attempt to get it; its value is ``ABSENT`` where the module has no such name.
    """
    module, _, name = (path or "").rpartition(".")
    if not module:
        return Attempt(ABSENT)
    tried = loading.import_module(module)
    return tried if tried.error is not None else loading.member(tried.value, name)


def _is_or_encloses(name: str, module: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def _config_value(config: type | None) -> tuple[Value, ...]:
    return (Instance(config),) if config is not None else (Unknown("the configuration"),)


def _of_source(read: Found, promised: type | None) -> Implementation:
    first = read.classes[0]
    how = "return annotation" if promised is first else "factory source"
    return replace(_found(first, how), alternatives=read.classes[1:])


def _found(cls: type, how: str) -> Implementation:
    return Implementation(cls, how, places.of_class(cls))


def _no_config(error: BaseException) -> str:
    return f"no configuration to construct it with: {causes.shown(error)}"
