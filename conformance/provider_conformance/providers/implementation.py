"""Find the class behind a spec: what the stack's loader would get from the spec's factory."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Final

from provider_conformance.configuration import sample
from provider_conformance.contracts.model import Factory
from provider_conformance.findings import Location
from provider_conformance.package import causes, loading, places, requirements, staging
from provider_conformance.package.loading import ABSENT, Home
from provider_conformance.package.model import Implementation, Problem, Provider, Spec, SpecKind
from provider_conformance.package.requirements import Failure
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import definitions
from provider_conformance.providers.annotations import promised_class
from provider_conformance.sandbox import constructing
from provider_conformance.sandbox.containment import Attempt, attempt
from provider_conformance.sandbox.progress import TooBusyError
from provider_conformance.source import unbinding, undefined
from provider_conformance.source.factories import Found, read_factory
from provider_conformance.source.factory_values import Instance, Unknown, Value

DEFAULT_FACTORIES: Final = {
    SpecKind.INLINE: Factory("get_provider_impl", optional=("policy",)),
    SpecKind.REMOTE: Factory("get_adapter_impl", optional=("policy",)),
    SpecKind.PASSTHROUGH: Factory("get_client_impl"),
}
STACKS_OWN: Final = "stacks-own"
"""The kind of the problem of a spec that no provider can make."""
NOT_AWAITABLE: Final = "not-awaitable"
NO_MODULE: Final = "no-module"
NO_SUCH_MODULE: Final = "no-such-module"
NO_FACTORY: Final = "no-factory"
IN_MODULE: Final = "module"
"""Before a colon, the kind of a problem of importing the spec's module."""
IN_FACTORY: Final = "factory"
"""Before a colon, the kind of a problem of what the factory does or returns."""
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
    reader = loading.reader()
    counterpart = reader.counterpart if reader is not None else None
    if careful.is_class(spec.raw):
        return Implementation(spec.raw, "given", places.of_class(spec.raw), counterpart=counterpart)
    search = _Search(spec, home_of(spec, provider), factory or DEFAULT_FACTORIES.get(spec.kind))
    return replace(search.run(), counterpart=counterpart)


def home_of(spec: Spec, provider: Provider) -> Home:
    """The provider's own code, importable from now on."""
    if provider.folder is not None:
        staging.stage(provider.folder, provider.package)
    return loading.home_of(provider.package or spec.module or "")


@dataclass(frozen=True, slots=True)
class _Search:
    spec: Spec
    home: Home
    expected: Factory | None

    def run(self) -> Implementation:
        located = self.factory()
        if isinstance(located, Failure):
            return Implementation(problem=located.problem, unseen=located.unseen)
        return replace(self.behind(located.value), factory=located.value)

    # -- the factory --------------------------------------------------------------------------

    def factory(self) -> Attempt | Failure:
        if self.expected is None:
            made = careful.class_name(type(self.spec.raw))
            return Failure(self.problem(STACKS_OWN, f"the stack makes a {made} itself, without a factory"))
        if not self.spec.module:
            return Failure(self.problem(NO_MODULE, "the spec names no module"))
        tried = loading.import_module(self.spec.module)
        if tried.error is not None:
            return self._module_failed(tried.error, self.spec.module)
        for error in loading.lacks(self.spec.module):
            failed = self._module_failed(error, self.spec.module)
            if failed.problem is not None:
                return failed
        return self._member(tried.value, self.expected.function)

    def _module_failed(self, error: BaseException, module: str) -> Failure:
        if isinstance(error, ModuleNotFoundError) and error.name and _is_or_encloses(error.name, module):
            fix = f"name the module that has the factory{loading.near_module(module)}"
            return Failure(self.problem(NO_SUCH_MODULE, f"the spec's module `{module}` does not exist", fix))
        return self._module_fails(error, f"importing the spec's module `{module}`")

    def _module_fails(self, error: BaseException, what: str) -> Failure:
        failure = self.judge(error, what)
        return Failure(_at(IN_MODULE, failure.problem), failure.unseen)

    def _member(self, module: ModuleType, name: str) -> Attempt | Failure:
        found = loading.member(module, name)
        if found.error is not None:
            return self._module_fails(found.error, f"getting `{name}` of `{self.spec.module}`")
        if found.value is ABSENT:
            return Failure(self._no_factory(module, name))
        if not callable(found.value):
            kind = careful.class_title(type(found.value))
            return Failure(self.problem(NO_FACTORY, f"`{name}` of `{self.spec.module}` is a {kind}"))
        return found

    def _no_factory(self, module: ModuleType, name: str) -> Problem:
        others = [factory.function for factory in DEFAULT_FACTORIES.values() if factory.function != name]
        near = [other for other in others if other in vars(module)]
        hint = f"; it has `{near[0]}`, which is for a spec of another kind" if near else ""
        problem = self.problem(NO_FACTORY, f"`{self.spec.module}` has no `{name}`{hint}")
        path = places.file_of(module)
        there = places.of_function(vars(module)[near[0]]) if near else Location(path) if path else None
        fix = f"rename it to `{name}`, or use the other kind of spec" if near else f"write `{name}` there"
        return replace(problem, location=there or problem.location, fix=fix)

    def problem(self, kind: str, message: str, fix: str = "") -> Problem:
        name = self.expected.function if self.expected else "the factory"
        fix = fix or f"let the spec name the module that has `{name}`"
        return Problem(kind, message, self.spec.at("module"), _WHY_FACTORY.format(name=name), fix)

    def judge(self, error: BaseException, what: str) -> Failure:
        return requirements.judge(error, self.home, self.spec, what)

    # -- the class ----------------------------------------------------------------------------

    def behind(self, factory: Any) -> Implementation:
        if inspect.isasyncgenfunction(places.called_function(factory)):
            return Implementation(problem=self._result(factory, "is an async generator", NOT_AWAITABLE))
        promised = promised_class(factory)
        config = self._config_class()
        read = read_factory(factory, (_config_value(config), (Unknown("a dependency"),)), self.judge)
        problem = read.problem or self._never_starts(factory, read.classes)
        if problem is not None:
            return Implementation(problem=_at(IN_FACTORY, problem))
        if read.not_awaited:
            return Implementation(problem=self._result(factory, "returns a coroutine that nobody awaits"))
        classes = tuple(cls for cls in read.classes if not _is_plain(cls))
        if classes:
            return replace(_of_source(classes, promised), at_once=read.at_once)
        if read.classes:
            return Implementation(problem=self._plain(factory, read.classes[0]))
        if read.returns_nothing:
            return Implementation(problem=self._result(factory, "returns nothing"))
        if promised is not None:
            return _found(promised, "return annotation")
        if read.blocked:
            return Implementation(unseen=read.unseen)
        return self._constructed(factory, config, read)

    def _never_starts(self, factory: Any, classes: tuple[type, ...]) -> Problem | None:
        """What makes every start raise, as the factory, a wrapper around it and a constructor are written."""
        name = self.expected.function if self.expected else "the factory"
        functions = [(places.called_function(factory), name), (places.plain_function(factory), name)]
        if len(classes) == 1:
            _, constructor = next(definitions(classes[0], "__init__"), (object, None))
            functions.append(
                (places.plain_function(constructor), f"{careful.class_name(classes[0])}.__init__")
            )
        read = [(function, shown) for function, shown in functions if function is not None]
        found = [undefined.problem(function, shown) for function, shown in read]
        found += [unbinding.problem(function, classes, shown) for function, shown in read[:2]]
        return next(filter(None, found), None)

    def _config_class(self) -> type | None:
        found = load_class(self.spec.config_class).value
        return found if careful.is_class(found) else None

    def _plain(self, factory: Any, cls: type) -> Problem:
        what = "the class itself" if issubclass(cls, type) else f"a plain {careful.class_name(cls)}"
        return self._result(factory, f"returns {what}, no instance of an implementation")

    def _result(self, factory: Any, message: str, kind: str = f"{IN_FACTORY}:result") -> Problem:
        name = self.expected.function if self.expected else "the factory"
        return Problem(
            kind,
            f"`{name}` {message}",
            places.of_function(factory),
            "instantiate_provider awaits the factory and uses what it gets as the provider itself.",
            "return the implementation",
        )

    def _constructed(self, factory: Callable[..., Any], config: type | None, read: Found) -> Implementation:
        why = f"the factory's source does not tell its class ({read.unseen})" if read.unseen else ""
        if loading.reader() is not None:
            return Implementation(unseen=why or "the factory's source does not tell its class")
        made = self._configured(config)
        if made.error is not None:
            return Implementation(unseen="; ".join(filter(None, (why, _no_config(made.error)))))
        try:
            tried = constructing.construct(factory, self._arguments(factory, made.value))
        except TooBusyError as error:
            return Implementation(unseen="; ".join(filter(None, (why, str(error)))))
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
        named = attempt(lambda: {*inspect.signature(factory).parameters}).value or ()
        optional = self.expected.optional if self.expected else ()
        extra: list[list[Any]] = [[] for name in optional if name in named]
        return (config, constructing.dependencies(keys), *extra)

    def _of_instance(self, factory: Any, instance: Any) -> Implementation:
        if instance is None:
            return Implementation(problem=self._result(factory, "returns nothing"))
        if constructing.is_stand_in(instance):
            return Implementation(unseen="the factory returns one of its dependencies")
        if _is_plain(type(instance)):
            return Implementation(problem=self._plain(factory, type(instance)))
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


def _at(stage: str, problem: Problem | None) -> Problem | None:
    return replace(problem, kind=f"{stage}:{problem.kind}") if problem is not None else None


def _is_or_encloses(name: str, module: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def _config_value(config: type | None) -> tuple[Value, ...]:
    return (Instance(config),) if config is not None else (Unknown("the configuration"),)


def _is_plain(cls: type) -> bool:
    """Whether ``cls`` is one of Python's own: no provider's implementation."""
    return careful.class_module(cls) == "builtins" or issubclass(cls, type)


def _of_source(classes: tuple[type, ...], promised: type | None) -> Implementation:
    first = classes[0]
    how = "return annotation" if promised is first else "factory source"
    return replace(_found(first, how), alternatives=classes[1:], made=True)


def _found(cls: type, how: str) -> Implementation:
    return Implementation(cls, how, places.of_class(cls))


def _no_config(error: BaseException) -> str:
    return f"no configuration to construct it with: {causes.shown(error)}"
