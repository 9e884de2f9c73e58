"""The settings of a configuration class that no code reads."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provider_conformance.contracts import stacks
from provider_conformance.evidence.sample import Configured
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location
from provider_conformance.package import places
from provider_conformance.package.model import Spec
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro
from provider_conformance.providers.implementation import home_of
from provider_conformance.source.settings_use import (
    declared,
    drops,
    imported,
    imports_by_text,
    names_read,
    passed_on,
)

_MOST: Final = 400
"""How many files of a package are read."""
_LONG: Final = 60
_SAYS_SO: Final = re.compile(
    r"deprecat|ignored|unused|not used|no longer|reserved|compatib|obsolete", re.IGNORECASE
)
"""What a setting's description says of one that nobody is to read."""

_GIVEN_BY_THE_STACK: Final = "__provider_config__"


@dataclass(frozen=True, slots=True)
class Unread:
    """The settings that no code reads.

    Attributes:
        title: The name of the configuration class.
        fields: They, each with its place.
        dropped: Where the factory stands, if it never looks at its configuration; then no setting is told.
        every: Whether the class has no others.
    """

    title: str
    fields: tuple[tuple[str, Location], ...] = ()
    dropped: Location | None = None
    every: bool = False

    @classmethod
    def collect(cls, subject: Subject, configured: Configured) -> Unread:
        """Read all code of the provider, and that which it inherits.

        Raises:
            NotJudged: It is judged at another spec, has no settings of its own, or is handed on as a whole.
        """
        fields = careful.attribute(configured.cls, "model_fields")
        if not isinstance(fields, dict):
            raise NotJudged("its configuration class has no fields that are known")
        own = _own(subject, configured.cls)
        wanted = dict(_settings(configured.cls, fields, own))
        if not wanted:
            raise NotJudged("its configuration class has no settings of its own")
        implementation = subject.implementation()
        factory = places.of_function(implementation.factory)
        if factory is None or factory.line is None:
            raise NotJudged("its factory cannot be seen", see=("PC110", "PC111"))
        name = careful.attribute(places.plain_function(implementation.factory), "__name__")
        classes = [configured.cls, *([implementation.cls] if implementation.cls is not None else [])]
        every = {**_trees(filter(None, map(_file, (base for cls in classes for base in mro(cls))))), **own}
        read, title = names_read(every.values()), careful.class_name(configured.cls)
        if _GIVEN_BY_THE_STACK in read:
            raise NotJudged("it takes its configuration from what the stack writes on it")
        home = own.get(Path(factory.path).resolve())
        if home is not None and drops(home, name, factory.line):
            return cls(title, dropped=factory)
        if not configured.first:
            raise NotJudged("the settings of its configuration class are judged at another spec")
        titles = {careful.class_name(base) for base in mro(configured.cls)} - {"BaseModel", "object"}
        if (place := passed_on(every.values(), titles, name)) is not None:
            where = ast.unparse(place) if isinstance(place, ast.expr | ast.stmt) else ""
            raise NotJudged(f"its configuration is handed on as a whole: {' '.join(where.split())[:_LONG]}")
        unread = {one: where for one, where in wanted.items() if not {one, *_aliases(fields[one])} & read}
        return cls(title, tuple(unread.items()), every=len(unread) == len(wanted))


def _own(subject: Subject, config_class: type) -> dict[Path, ast.Module]:
    """The modules of the provider that its own module and its configuration's import, one by the other.

    So do the modules of other specs that have the same configuration class.

    All of its modules, where one of these imports by names that nobody can read.

    Raises:
        NotJudged: They are too many to be read.
    """
    every = _modules(subject)
    if not 0 < len(every) <= _MOST:
        raise NotJudged("its source cannot be read as a whole")
    trees = {name: tree for name, path in every.items() if (tree := places.tree_of(str(path))) is not None}
    spec = subject.spec
    sharing = [one.spec for one in (*subject.siblings(), subject) if _shares(one.spec, spec)]
    waiting = [careful.class_module(config_class), *(one.module or "" for one in sharing if one is not None)]
    waiting += [careful.class_module(subject.implementation().cls or object)]
    found: dict[Path, ast.Module] = {}
    while waiting:
        name = waiting.pop()
        if name not in trees or every[name] in found:
            continue
        found[every[name]] = trees[name]
        if imports_by_text(trees[name]):
            return {every[one]: tree for one, tree in trees.items()}
        waiting += imported(trees[name], name, package=every[name].stem == "__init__")
    return found


def _shares(one: Spec | None, other: Spec | None) -> bool:
    return one is not None and other is not None and one.config_class == other.config_class


def _modules(subject: Subject) -> dict[str, Path]:
    """The files of the provider by the names of modules; of one within a stack those beside its own."""
    spec = subject.spec
    module = (spec.module if spec is not None else "") or ""
    if stacks.family_of_module(module) or spec is None:
        file = places.file_of(sys.modules[module]) if module in sys.modules else None
        if file is None:
            return {}
        within = module if Path(file).stem == "__init__" else module.rpartition(".")[0]
        roots = {Path(file).resolve().parent: within}
    else:
        home = home_of(spec, subject.provider)
        roots = {root.resolve(): home.package for root in home.places}
    return {
        ".".join([within, *_dotted(path.relative_to(root))]): path
        for root, within in roots.items()
        for path in ([root] if root.is_file() else root.rglob("*.py"))
    }


def _dotted(relative: Path) -> tuple[str, ...]:
    """The parts of a module's name within its package."""
    parts = relative.with_suffix("").parts if relative.parts else ()
    return parts[:-1] if parts and parts[-1] == "__init__" else parts


def _trees(paths: Iterable[Path]) -> dict[Path, ast.Module]:
    read = ((path, places.tree_of(str(path))) for path in paths)
    return {path: tree for path, tree in read if tree is not None}


def _file(cls: type) -> Path | None:
    """The source file of a class, None for what everybody inherits."""
    name = careful.class_module(cls)
    if name.partition(".")[0] in (*sys.stdlib_module_names, "pydantic"):
        return None
    module = sys.modules.get(name)
    file = places.file_of(module) if module is not None else None
    return Path(file).resolve() if file else None


def _settings(
    config_class: type, fields: dict[str, Any], own: Mapping[Path, ast.Module]
) -> Iterator[tuple[str, Location]]:
    """The settings that the provider's own classes declare, and nobody else's, each with its place."""
    bases = [(base, _file(base)) for base in mro(config_class)]
    foreign = {
        name for base, file in bases if file not in own for name in vars(base).get("__annotations__", ())
    }
    for base, file in bases:
        tree = own.get(file) if file is not None else None
        for name, statement in declared(tree, careful.class_name(base)).items() if tree is not None else ():
            if name in fields and name not in foreign and not _is_given_up(fields[name]):
                yield name, Location(str(file), statement.lineno)


def _is_given_up(field: Any) -> bool:
    """Whether a setting says itself that nobody reads it."""
    told = f"{careful.attribute(field, 'title')} {careful.attribute(field, 'description')}"
    return bool(careful.attribute(field, "deprecated")) or _SAYS_SO.search(told) is not None


def _aliases(field: Any) -> set[str]:
    found = (careful.attribute(field, kind) for kind in ("alias", "validation_alias"))
    return {alias for alias in found if isinstance(alias, str)}
