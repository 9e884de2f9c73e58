"""Turn an exception of a provider's code into the one sentence that names its true cause."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from provider_conformance.contracts import stacks
from provider_conformance.findings import Location
from provider_conformance.package import loading
from provider_conformance.package.chains import is_a, line
from provider_conformance.package.loading import Home
from provider_conformance.package.model import Problem
from provider_conformance.protocols import careful
from provider_conformance.sandbox import endings, sparing
from provider_conformance.sandbox.alarm import HangError

HANGS: Final = "hangs"
EXITED: Final = "exited"
"""Two ways not to come back."""
MISSING_MODULE: Final = "missing-module"
STACK_MISSING: Final = "stack-missing"
"""The kind of the problem of a provider whose stack is not there at all."""
"""A third-party module that is not installed."""
_WHY_IMPORT: Final = (
    "The stack imports this module while it starts; the error ends the start, and the loader of several "
    "releases reports no more than that get_provider_spec was not found."
)


@dataclass(frozen=True, slots=True)
class Cause:
    """An exception, and whose code it came out of. ``what`` is what was being done, as a phrase."""

    error: BaseException
    home: Home
    what: str

    @property
    def location(self) -> Location | None:
        """The nearest place in the provider's own code."""
        return loading.last_own_frame(self.error, self.home)


def explain(error: BaseException, home: Home, what: str, *, fallback: str = "import-error") -> Problem:
    """The true cause of ``error``.

    Args:
        error: What importing or calling the provider's code raised.
        home: The provider's own code.
        what: What was being done, as the subject of a sentence: "importing `pkg.provider`".
        fallback: The kind of a problem that has no kind of its own.
    """
    cause = Cause(_root(error), home, what)
    for find in _EXPLANATIONS:
        problem = find(cause)
        if problem is not None:
            location = problem.location or cause.location
            return replace(problem, location=location, why=problem.why or _WHY_IMPORT)
    message = f"{what} raises {shown(error)}"
    return Problem(
        fallback, message, cause.location, _WHY_IMPORT, "let it not fail where only specs are read"
    )


def is_environments(error: BaseException, home: Home) -> bool:
    """Whether ``error`` came out of somebody else's code: neither the provider's nor a stack's."""
    owners = [(filename, module) for filename, _, module in loading.frames(_root(error))]
    raised_in = [(f, m) for f, m in owners if not m.startswith(("importlib", *sparing.OURS))]
    if not raised_in:
        return False
    filename, module = raised_in[-1]
    return not home.owns(filename) and not stacks.family_of_module(module)


def missing_module(error: BaseException) -> str:
    """The module whose absence caused ``error``, "" where it is something else.

    A module that another release of an installed package has is not absent but gone.
    """
    root = _root(error)
    name = careful.attribute(root, "name") if isinstance(root, ModuleNotFoundError) else None
    return name if isinstance(name, str) and _is_absent(name) else ""


def _is_absent(name: str) -> bool:
    spec = loading.find_spec(name.partition(".")[0])
    # A package without a file of its own is a name that several distributions share ("google").
    return spec is None or spec.origin is None


def _root(error: BaseException) -> BaseException:
    """The failed import that ``error`` was made of or raised while handling; else ``error`` itself."""
    imports = (one for one in line(error) if is_a(one, ImportError) and careful.attribute(one, "name"))
    return next(imports, error)


def shown(error: BaseException) -> str:
    """An exception as the last line of its traceback shows it, cut to a sensible length."""
    name = careful.class_name(type(error))
    detail = careful.text(error).strip()
    return f"{name}: {detail}" if detail else name


def _exit(cause: Cause) -> Problem | None:
    if not isinstance(cause.error, SystemExit):
        return None
    return Problem(
        EXITED,
        f"{cause.what} ends the process: {endings.how(cause.error)}",
        why="The stack imports providers into its own process, which ends with it.",
        fix="raise an error that says what is missing, or move the check into the factory",
    )


def _hang(cause: Cause) -> Problem | None:
    if not isinstance(cause.error, HangError):
        return None
    return Problem(
        HANGS,
        f"{cause.what} does not come back within {cause.error.seconds:g} s",
        why="The stack does the same when it starts, and waits for ever.",
        fix="wait for nothing there, or give what is waited for a time limit; --provider-timeout allows more",
    )


def _syntax(cause: Cause) -> Problem | None:
    error = cause.error
    if not isinstance(error, SyntaxError):
        return None
    place = Location(error.filename, error.lineno) if isinstance(error.filename, str) else None
    message = f"{cause.what} raises {careful.class_name(type(error))}: {error.msg}"
    return Problem("syntax-error", message, place, fix="correct the source")


def _recursion(cause: Cause) -> Problem | None:
    if not isinstance(cause.error, RecursionError):
        return None
    message = f"{cause.what} recurses without end ({shown(cause.error)})"
    return Problem("recursion", message, fix="end the recursion")


def _no_module(cause: Cause) -> Problem | None:
    name = careful.attribute(cause.error, "name")
    if not isinstance(cause.error, ModuleNotFoundError) or not isinstance(name, str) or not name:
        return None
    top = name.partition(".")[0]
    family = stacks.family_of_module(top)
    if cause.home.owns_module(name) and not family:
        return _own_module(cause, name)
    if _is_absent(name) and not (family and stacks.version_of(family)):
        return _stack_missing(cause, family) if family else _third_party_missing(cause, name)
    owner = stacks.title(family) if family else f"the installed `{top}`"
    return Problem(
        "stack-module" if family else "missing-submodule",
        f"{cause.what} needs module `{name}`, which {owner} does not have",
        fix=f"import what {owner} has instead, or pin the release that has `{name}`",
    )


def _own_module(cause: Cause, name: str) -> Problem:
    return Problem(
        "missing-own-module",
        f"{cause.what} needs module `{name}`, which the package itself does not have",
        fix="correct the import, or ship the module",
    )


def _stack_missing(cause: Cause, family: str) -> Problem:
    others = stacks.installed()
    beside = f"; installed is {' and '.join(others)}" if others else ""
    return Problem(
        STACK_MISSING,
        f"the provider is written for {family}, which is not installed here{beside}",
        why="A provider is an instance of its stack's own classes and cannot be loaded without them.",
        fix=f"install the {family} release that the provider is meant for, or port the provider",
    )


def _third_party_missing(cause: Cause, name: str) -> Problem:
    importer = _importer(cause)
    through = f" (imported by `{importer}`)" if importer else ""
    return Problem(
        MISSING_MODULE,
        f"{cause.what} needs module `{name}`{through}, which is not installed",
        fix=f"declare what provides `{name}` among the package's requirements and install it, "
        "or import it only where it is used",
        missing=name,
        through=_entered(cause),
    )


def _importer(cause: Cause) -> str:
    """The third-party package that made the import, "" where the provider itself did."""
    modules = [module for filename, _, module in loading.frames(cause.error) if not cause.home.owns(filename)]
    tops = [module.partition(".")[0] for module in modules]
    last_own = cause.location
    outside = [top for top in tops if top not in ("importlib", "provider_conformance", "")]
    return outside[-1] if outside and last_own is not None and _deepest_is_foreign(cause) else ""


def _entered(cause: Cause) -> str:
    """The package that the provider's own code imported when the error came, "" without one."""
    after: list[str] = []
    for filename, _, module in loading.frames(cause.error):
        after = [] if cause.home.owns(filename) else [*after, module.partition(".")[0]]
    return next((top for top in after if top not in ("importlib", "provider_conformance", "")), "")


def _deepest_is_foreign(cause: Cause) -> bool:
    files = [filename for filename, _, _ in loading.frames(cause.error)]
    return bool(files) and not cause.home.owns(files[-1])


def is_stacks(problem: Problem) -> bool:
    """Whether what is missing is what a stack imports: it lacks that, with or without the provider."""
    return bool(problem.missing and stacks.family_of_module(problem.through))


_CANNOT_IMPORT: Final = re.compile(
    r"cannot import name '([^']+)' from (partially initialized module )?'([^']+)'"
)


def _no_name(cause: Cause) -> Problem | None:
    if not isinstance(cause.error, ImportError):
        return None
    match = _CANNOT_IMPORT.search(careful.text(cause.error))
    if match is None:
        return None
    name, partially, module = match.groups()
    if partially:
        return Problem(
            "circular-import",
            f"{cause.what} imports `{name}` from `{module}` while `{module}` itself is still being imported",
            fix="break the circle: move the import into the function that uses it",
        )
    return _name_gone(cause, name, module)


def _name_gone(cause: Cause, name: str, module: str) -> Problem:
    family = stacks.family_of_module(module)
    own = cause.home.owns_module(module) and not family
    owner = f"{stacks.title(family)}'s `{module}`" if family else f"`{module}`"
    near = _near(name, vars(loading.loaded(module) or object))
    kind = "stack-name" if family else "missing-own-name" if own else "missing-name"
    return Problem(
        kind,
        f"{cause.what} imports `{name}` from {owner}, which has no such name{near}",
        fix="correct the import" if own else _adapt(owner, name),
    )


def _no_api(cause: Cause) -> Problem | None:
    """``Api.eval`` where the stack's enumeration of APIs has no such member (any more)."""
    error = cause.error
    owner = careful.attribute(error, "obj")
    name = careful.attribute(error, "name")
    if isinstance(error, AttributeError) and isinstance(name, str) and _is_api_enum(owner):
        return unknown_api(name, owner)
    match = re.search(r"'([^']*)' is not a valid Api|API '([^']*)' does not exist", careful.text(error))
    if isinstance(error, ValueError) and match:
        return unknown_api(match.group(1) or match.group(2) or "", None)
    return None


def _is_api_enum(value: object) -> bool:
    return isinstance(value, enum.EnumMeta) and careful.class_name(value) == "Api"


def unknown_api(name: str, api: Any) -> Problem:
    """The problem of an API that the stack's enumeration ``api`` does not have."""
    family = stacks.family_of_module(careful.class_module(api)) if api is not None else ""
    owner = f"{stacks.title(family)}'s Api" if family else "the stack's Api"
    members = careful.attribute(api, "__members__", {})
    return Problem(
        "unknown-api",
        f"the API `{name}` is not in {owner}{_near(name, members)}",
        why="The stack knows its APIs by this enumeration; a provider of an API that it does not have "
        "cannot even be imported.",
        fix="provide an API that the stack has, or pin the release that has this one",
    )


def _no_attribute(cause: Cause) -> Problem | None:
    """A name that a stack's module or class does not have (any more)."""
    error = cause.error
    owner, name = careful.attribute(error, "obj"), careful.attribute(error, "name")
    if not isinstance(error, AttributeError) or not isinstance(name, str) or owner is None:
        return None
    module = careful.class_title(owner) if careful.is_class(owner) else careful.attribute(owner, "__name__")
    family = stacks.family_of_module(module) if isinstance(module, str) else ""
    if not family or cause.home.owns_module(str(module)):
        return None
    near, stack = _near(name, dir(owner)), stacks.title(family)
    return Problem(
        "stack-name",
        f"{cause.what} uses `{name}` of {stack}'s `{module}`, which has no such name{near}",
        fix=_adapt(stack, name),
    )


def _adapt(owner: str, name: str) -> str:
    return f"use what {owner} has now, or pin the release that has `{name}`"


def _invalid_spec(cause: Cause) -> Problem | None:
    """A spec class that pydantic refuses to fill."""
    error = cause.error
    errors, title = careful.attribute(error, "errors"), careful.attribute(error, "title")
    if careful.class_name(type(error)) != "ValidationError" or not callable(errors):
        return None
    if not isinstance(title, str) or not title.endswith("Spec"):
        return None
    fields = "; ".join(f"`{'.'.join(map(str, item['loc']))}`: {item['msg']}" for item in errors())
    return Problem(
        "spec-invalid",
        f"the {title} is not valid: {fields}",
        why="The stack's spec classes check their fields; the error ends the start of the stack.",
        fix="give each field the value and type that the stack's spec class asks for",
    )


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, [str(other) for other in names], n=3, cutoff=0.7)
    return f" (near: {', '.join(f'`{other}`' for other in near)})" if near else ""


_EXPLANATIONS: Final[tuple[Callable[[Cause], Problem | None], ...]] = (
    _hang,
    _exit,
    _syntax,
    _recursion,
    _no_module,
    _no_name,
    _no_api,
    _no_attribute,
    _invalid_spec,
)
