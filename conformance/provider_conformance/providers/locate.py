"""From a ``--provider`` argument to the provider's specs, whatever its package does on the way."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from provider_conformance.contracts import stacks
from provider_conformance.errors import UsageError
from provider_conformance.findings import Location
from provider_conformance.package import causes, loading, places, spec_texts, specs, staging, targets
from provider_conformance.package.loading import ABSENT, Home
from provider_conformance.package.model import Problem, Provider, Spec, SpecKind
from provider_conformance.package.spec_files import SpecFile
from provider_conformance.package.targets import Target
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro, namespace
from provider_conformance.sandbox import watching
from provider_conformance.sandbox.containment import Attempt, attempt
from provider_conformance.sandbox.progress import TooBusyError

_ENTRIES: Final = ("get_provider_spec", "available_providers")
_WHY_SPECS: Final = "The stack learns from these specs which APIs the package provides and where its code is."


def load_provider(argument: str, *, api: str | None = None, root: Path) -> Provider:
    """Load the provider that ``argument`` names.

    Args:
        argument: An import name, ``module:callable``, ``module:Class`` (then with ``api``), or the
            path of a project folder, a package folder or a module's file.
        api: The API that the class of ``module:Class`` implements.
        root: The folder against which paths are looked up.

    Returns:
        The provider, with its specs or with the one problem that keeps them from being known.

    Raises:
        UsageError: the argument is malformed or names nothing that exists.
    """
    target = targets.parse(argument, root)
    if target.folder is not None:
        staging.stage(target.folder, target.module)
    return _Load(target, loading.home_of(target.module), api).run()


class _Stopped(Exception):  # noqa: N818 - no error of the tool: it carries what is wrong with the provider
    def __init__(self, problem: Problem | None, unseen: str = "") -> None:
        super().__init__(unseen)
        self.problem = problem
        self.unseen = unseen


@dataclass(slots=True)
class _Load:
    """One walk from a target to its specs; collects what the package writes on the way."""

    target: Target
    home: Home
    api: str | None
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self) -> Provider:
        found: tuple[Spec, ...] = ()
        problem, unseen = None, ""
        with watching.watched(watching.Owner(self.home.places)) as watch:
            try:
                found = self._specs()
            except _Stopped as stopped:
                problem, unseen = stopped.problem, stopped.unseen
        return Provider(
            name=self.target.name,
            specs=found,
            stack=_stack_of(found),
            problem=problem,
            unseen=unseen,
            reader=loading.reader(),
            output="".join(self.stdout),
            log="".join(self.stderr),
            notes=tuple(self.notes),
            package=self.target.module,
            folder=self.target.folder,
            places=(*self.home.places, *(file.path for file in self.target.files)),
            violations=tuple(watch.violations),
        )

    def _specs(self) -> tuple[Spec, ...]:
        if self.target.alone:
            return self._of_files()
        if not self.target.files:
            return self._of_module()
        try:
            found = self._of_module()
        except _Stopped as stopped:
            # The files are what run configs use then; its own function is for those that name the module.
            why = stopped.problem.message if stopped.problem is not None else stopped.unseen
            self.notes.append(f"only its YAML specs are judged: {why}")
            return self._of_files()
        return (*found, *self._beside(found))

    def _beside(self, found: tuple[Spec, ...]) -> Iterator[Spec]:
        """The specs of YAML files in a project whose module has specs of its own: those that it lacks."""
        known = {(spec.api, spec.provider_type) for spec in found}
        try:
            yield from (spec for spec in self._of_files() if (spec.api, spec.provider_type) not in known)
        except _Stopped as stopped:
            why = stopped.problem.message if stopped.problem is not None else stopped.unseen
            self.notes.append(f"its YAML specs are not judged beside those of its module: {why}")

    def _of_files(self) -> tuple[Spec, ...]:
        """The specs of YAML files, as the stack would make them of these."""
        files = self.target.files
        for file in files:
            if file.error or not file.api:
                raise _Stopped(_unread(file))
        family = spec_texts.family_for(files, self.target.folder)
        module = self._done(spec_texts.made(files, family), f"importing the stack of {files[0].path}")
        return tuple(
            self._of_file(file, getattr(module, f"spec_{number}")) for number, file in enumerate(files)
        )

    def _of_file(self, file: SpecFile, make: Any) -> Spec:
        tried = loading.call(make)
        try:
            raw = self._done(tried, f"reading {file.path.name}", "spec-error")
        except _Stopped as stopped:
            if stopped.problem is None:
                raise
            told = spec_texts.told(stopped.problem, tried.error, file)
            raise _Stopped(told) from None
        (spec,) = specs.read_specs([raw], None, file.at())
        return replace(spec, lines=file.lines)

    def _of_module(self) -> tuple[Spec, ...]:
        module = self._import(self.target.module)
        if self.target.attribute:
            return self._of_attribute(module)
        entries = self._entries(module)
        found = tuple(spec for entry, name in entries for spec in self._called(entry, name))
        if not found:
            entry, name = entries[0]
            raise _Stopped(_wrong_value(f"`{name}()`", [], places.of_function(entry)))
        return found

    def _import(self, name: str) -> ModuleType:
        """Import ``name`` from the top down, so that a missing module is told from one that fails."""
        parts = name.split(".")
        for depth in range(1, len(parts)):
            self._import_one(".".join(parts[:depth]))
        return self._import_one(name)

    def _import_one(self, name: str) -> ModuleType:
        if loading.loaded(name) is None and loading.find_spec(name) is None:
            raise UsageError(
                f"--provider={self.target.name}: there is no module {name}{loading.near_module(name)}"
            )
        module = self._done(loading.import_module(name), f"importing `{name}`")
        if not issubclass(type(module), ModuleType):
            raise _Stopped(_odd_module(name, module))
        return module  # type: ignore[no-any-return]

    def _done(self, tried: Attempt, what: str, fallback: str = "import-error") -> Any:
        self.stdout.append(tried.stdout)
        self.stderr.append(tried.stderr)
        if isinstance(tried.error, loading.UnseenError):
            raise _Stopped(None, f"{what} cannot be told from its source: {tried.error}")
        if isinstance(tried.error, TooBusyError):
            raise _Stopped(None, f"{what}: {tried.error}")
        if tried.error is not None:
            raise _Stopped(causes.explain(tried.error, self.home, what, fallback=fallback))
        return tried.value

    # -- module:attribute ---------------------------------------------------------------------

    def _of_attribute(self, module: ModuleType) -> tuple[Spec, ...]:
        value: Any = module
        for part in self.target.attribute.split("."):
            value = self._done(_get(value, part), f"reading `{self.target.name}`")
            if value is ABSENT:
                raise UsageError(f"--provider={self.target.name}: {_no_name(module, part)}")
        if careful.is_class(value):
            return (self._of_class(value),)
        if specs.is_spec(value) or not callable(value):
            return self._flat(value, f"`{self.target.name}`", None)
        return self._called(value, self.target.name)

    def _of_class(self, cls: type) -> Spec:
        if not self.api:
            ask = "add --provider-api=API for the API that it implements"
            raise UsageError(f"--provider={self.target.name} is a class: {ask}")
        return Spec(
            api=self.api,
            provider_type=careful.class_name(cls),
            kind=SpecKind.UNKNOWN,
            module=careful.class_module(cls) or None,
            config_class=None,
            location=places.of_class(cls),
            raw=cls,
        )

    # -- import name --------------------------------------------------------------------------

    def _entries(self, module: ModuleType) -> list[tuple[Any, str]]:
        name = self.target.module
        looked_in = []
        for candidate in self._modules(module, name):
            where = vars(candidate)["__name__"]
            looked_in.append(where)
            for entry in _ENTRIES:
                found = self._done(loading.member(candidate, entry), f"looking for `{entry}` in `{where}`")
                if found is not ABSENT and callable(found):
                    return [(found, f"{where}.{entry}")]
        registry = [*self._registry(module)] or [*self._inner(module)]
        if registry:
            return registry
        raise _Stopped(_no_provider(name, looked_in, module))

    def _modules(self, module: ModuleType, name: str) -> Iterable[ModuleType]:
        inner = f"{name}.provider"
        if "__path__" in vars(module) and loading.find_spec(inner) is not None:
            yield self._import_one(inner)
        yield module

    def _registry(self, package: ModuleType) -> Iterable[tuple[Any, str]]:
        """The ``available_providers`` of each module of a stack's own registry package."""
        inside = pkgutil.iter_modules(vars(package).get("__path__", ()))
        for name in sorted(module.name for module in inside if stacks.family_of_module(self.target.module)):
            where = f"{self.target.module}.{name}"
            found = loading.member(self._import_one(where), "available_providers").value
            if found is not ABSENT and found is not None:
                yield found, f"{where}.available_providers"

    def _inner(self, package: ModuleType) -> Iterable[tuple[Any, str]]:
        """The `get_provider_spec` of packages within this one, each of which run configs name by itself."""
        entry = _ENTRIES[0]
        for folder in vars(package).get("__path__", ()):
            for file in sorted(Path(folder).rglob("provider.py")):
                where = ".".join((self.target.module, *file.relative_to(folder).with_suffix("").parts))
                found = (
                    loading.member(self._import_one(where), entry).value if entry in _text(file) else ABSENT
                )
                if found is not ABSENT and callable(found):
                    yield found, f"{where}.{entry}"

    # -- specs --------------------------------------------------------------------------------

    def _called(self, entry: Any, name: str) -> tuple[Spec, ...]:
        place = places.of_function(entry)
        what = f"calling `{name.rpartition('.')[2].rpartition(':')[2]}()`"
        try:
            value = self._done(loading.call(entry), what, "spec-error")
        except _Stopped as stopped:
            if stopped.problem is None:
                raise
            raise _Stopped(replace(stopped.problem, location=stopped.problem.location or place)) from None
        return self._flat(value, f"`{name}()`", place)

    def _flat(self, value: Any, what: str, place: Location | None) -> tuple[Spec, ...]:
        items = [value] if specs.is_spec(value) else self._items(value, what, place)
        for index, item in enumerate(items):
            if not specs.is_spec(item):
                raise _Stopped(_wrong_item(what, index, item, place))
        path = place.path if place else None
        return specs.read_specs(items, path, place)

    def _items(self, value: Any, what: str, place: Location | None) -> list[Any]:
        if not _is_collection(value):
            raise _Stopped(_wrong_value(what, value, place))
        items: list[Any] = self._done(
            attempt(lambda: list(value)), f"reading what {what} returns", "spec-error"
        )
        if not isinstance(value, list):
            kind = careful.class_name(type(value))
            self.notes.append(f"{what} returns a {kind}; the stacks' own loaders take one spec or a list")
        return items


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _stack_of(found: tuple[Spec, ...]) -> str:
    family = stacks.family_of(spec.raw for spec in found)
    given = [spec.raw for spec in found if careful.is_class(spec.raw)]
    return family or (stacks.family_of_class(given[0]) if given else "")


def _get(value: Any, name: str) -> Attempt:
    if issubclass(type(value), ModuleType):
        return loading.member(value, name)
    tried = attempt(lambda: getattr(value, name))
    return Attempt(ABSENT) if isinstance(tried.error, AttributeError) else tried


def _is_collection(value: Any) -> bool:
    """Whether ``value`` is many things: no text, no mapping, no pydantic model."""
    bases = mro(type(value))
    if {str, bytes, dict} & {*bases} or "BaseModel" in map(careful.class_name, bases):
        return False
    return any("__iter__" in namespace(base) for base in bases)


def _close(value: Any) -> None:
    close = careful.attribute(value, "close")
    if callable(close) and careful.class_name(type(value)) == "coroutine":
        close()


def _wrong_value(what: str, value: Any, place: Location | None) -> Problem:
    empty = value is None or (_is_collection(value))
    if empty:
        shown = careful.short_repr(value)
        return Problem("no-specs", f"{what} returns no spec ({shown})", place, _WHY_SPECS, "return the specs")
    if careful.class_name(type(value)) == "coroutine":
        _close(value)
        message = f"{what} is async; the stack calls it without await and gets a coroutine"
        return Problem("spec-type", message, place, _WHY_SPECS, "make it a plain function")
    return _wrong_item(what, None, value, place)


def _wrong_item(what: str, index: int | None, value: Any, place: Location | None) -> Problem:
    kind = careful.class_title(type(value))
    where = f"{what} returns" if index is None else f"item {index} of what {what} returns is"
    return Problem(
        "spec-type",
        f"{where} {careful.short_repr(value)} of type {kind}, which is no provider spec",
        place,
        _WHY_SPECS,
        "return an InlineProviderSpec or a RemoteProviderSpec of the stack, or a list of them",
    )


def _unread(file: SpecFile) -> Problem:
    if file.error:
        message = f"the spec {file.path.name} cannot be read: {file.error}"
        return Problem(
            "spec-error", message, file.at(), spec_texts.WHY, "write a mapping of the spec's fields"
        )
    message = f"nothing says for which API the spec {file.path.name} is"
    fix = f"put it into `{file.kind}/<api>/` of a folder that run configs name as `external_providers_dir`"
    return Problem("spec-error", message, file.at(), spec_texts.WHY, fix)


def _odd_module(name: str, value: Any) -> Problem:
    kind = careful.class_title(type(value))
    return Problem("import-error", f"importing `{name}` leaves a {kind} in place of the module")


def _no_provider(name: str, looked_in: list[str], module: ModuleType) -> Problem:
    path = places.file_of(module)
    missing = "" if f"{name}.provider" in looked_in else f"no module `{name}.provider`, and "
    entries = " or ".join(f"{entry}()" for entry in _ENTRIES)
    where = " and ".join(f"`{found}`" for found in looked_in)
    return Problem(
        "not-a-provider",
        f"`{name}` is no provider package: it has {missing}no {entries} in {where}",
        Location(path) if path else None,
        _WHY_SPECS,
        f"write `get_provider_spec()` in `{name}.provider`, or name the module that has it",
    )


def _no_name(module: ModuleType, name: str) -> str:
    near = difflib.get_close_matches(name, list(vars(module)), n=3)
    hint = f" (near: {', '.join(near)})" if near else ""
    return f"`{vars(module)['__name__']}` has no `{name}`{hint}"
