"""What a provider's module needs of the stack: the names that it imports, and what stands around them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from provider_conformance.findings import Location


@dataclass(frozen=True, slots=True)
class Target:
    """What an import binds a name to: the module, or a name in it; ``own``: a module of the provider's."""

    module: str
    name: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Needed:
    """A module of the stack, or names of it, that an import statement asks for.

    ``function`` is the name of the function that the statement stands in, "" where it runs when the
    module is imported.
    """

    module: str
    names: tuple[str, ...]
    place: Location
    function: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """Attributes taken of a name that an import has bound; ``targets`` are all that may have bound it."""

    targets: tuple[Target, ...]
    path: tuple[str, ...]
    place: Location
    function: str = ""


@dataclass(frozen=True, slots=True)
class Starred:
    """``from module import *``; ``taken`` are the names that only this can have bound."""

    module: str
    taken: tuple[str, ...]
    place: Location


@dataclass(frozen=True, slots=True)
class Own:
    """An import of modules of the provider itself."""

    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempted:
    """Statements in a ``try``, what runs where they fail, and what runs where they do not.

    ``modules``, ``names``, ``attributes``: whether a missing module is caught, a missing name of a module
    that is imported from, a missing attribute. ``raises``: whatever is caught is raised again after all.
    """

    body: tuple[Node, ...]
    handler: tuple[Node, ...] = ()
    orelse: tuple[Node, ...] = ()
    raises: bool = False
    modules: bool = True
    names: bool = True
    attributes: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What runs on a condition; ``test`` is None where no condition can be told."""

    test: ast.expr | None
    body: tuple[Node, ...]
    orelse: tuple[Node, ...] = ()


Node = Needed | Used | Starred | Own | Attempted | Choice


@dataclass(frozen=True, slots=True)
class Needs:
    """What one module needs.

    ``at_import`` is needed when it is imported, ``in_functions`` when its functions are called.
    ``bound`` tells what its imports bind at module level, ``named`` which of the provider's modules it
    names in texts, as specs do.
    """

    module: str
    at_import: tuple[Node, ...] = ()
    in_functions: tuple[Node, ...] = ()
    bound: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    named: tuple[str, ...] = ()
