"""What a new package consists of, as frozen data: read off the contract and the source of its protocols."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.load import BUILTIN
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.contracts.opening import open_snapshot
from provider_conformance.contracts.probe import FAMILIES
from provider_conformance.contracts.snapshots import Snapshot
from provider_conformance.contracts.snapshots.names import absolute
from provider_conformance.errors import UsageError
from provider_conformance.protocols.bodies import node_of
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel
from provider_conformance.protocols.signature import Kind, Parameter
from provider_conformance.releases.changes.model import Side
from provider_conformance.releases.changes.seen import protocols_of
from provider_conformance.releases.changes.types import plain
from provider_conformance.source.declared import function_of
from provider_conformance.source.reading import SourceReader, environment

_SPECS: Final = "provider_conformance.stack.specs"
"""Where the built-in stack has its spec classes."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method to write.

    Attributes:
        name: Its name.
        side: The protocol that it is of.
        parameters: Its parameters as they are written, without ``self``.
        names: The names of its parameters.
        returns: The annotation of its result.
        is_async: Whether it is a coroutine function.
        first: The annotation of its first parameter, "" without one.
    """

    name: str
    side: Side
    parameters: tuple[str, ...]
    names: tuple[str, ...]
    returns: str
    is_async: bool
    first: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A package to write.

    Attributes:
        package: Its import name.
        api: The API that it serves.
        remote: Whether it stands for a server.
        stack: What its tests run on: "builtin", or a release ("ogx==1.5.0").
        contract: What the stack demands.
        bases: The names of the protocols that its class inherits.
        methods: The methods that it has to have.
        members: The data members that the stack sets on it, as they are declared.
        imports: The names that they need, by the modules that these are imported from.
        specs: The module that has `Api` and the spec classes.
        requirement: The distribution with the API, "" where the suite itself has it.
    """

    package: str
    api: str
    remote: bool
    stack: str
    contract: Contract
    bases: tuple[str, ...]
    methods: tuple[Method, ...]
    members: tuple[str, ...]
    imports: tuple[tuple[str, str], ...]
    specs: str
    requirement: str

    @property
    def title(self) -> str:
        """The package's name in words, for class names: "MyPkg"."""
        return camel(self.package)

    @property
    def provider_type(self) -> str:
        """The provider type; the built-in stack has one without a prefix for what is inline."""
        kind = "remote" if self.remote else "inline"
        return self.slug if not self.requirement and not self.remote else f"{kind}::{self.slug}"

    @property
    def slug(self) -> str:
        """The package's name as distributions and provider types are called: "my-pkg"."""
        return self.package.replace("_", "-")


def camel(name: str) -> str:
    """A name in snake case as classes are called."""
    return "".join(part.capitalize() for part in name.split("_"))


def plan(package: str, api: str, stack: str, *, remote: bool) -> Plan:
    """Plan a package.

    Args:
        package: Its import name.
        api: The API to serve.
        stack: "builtin", or a release of which there is a snapshot.
        remote: Whether it stands for a server.

    Raises:
        UsageError: The name is no import name, or the stack has no such API for providers.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", package):
        raise UsageError(f"`{package}` is no name for a package: write lower-case letters, digits and `_`")
    snapshot = None if stack == BUILTIN else open_snapshot(stack)
    contract = snapshot.contract if snapshot else builtin_contract()
    found = contract.apis.get(api)
    if found is None or not found.providable or found.public is None:
        there = [one.name for one in contract.apis.values() if one.providable and one.public]
        raise UsageError(f"--api={api}: providers of {contract.title} serve {', '.join(there)}")
    home = _home(snapshot)
    reader = SourceReader((snapshot.finder,) if snapshot else environment())
    sources = _Sources(reader, home, (snapshot.names(home) or frozenset()) if snapshot else frozenset())
    methods = tuple(_methods(found, sources))
    bases = tuple(protocol.name for _, protocol in protocols_of(found))
    for _, protocol in protocols_of(found):
        sources.need(protocol.name, protocol)
    return Plan(
        package,
        api,
        remote,
        stack,
        contract,
        bases,
        methods,
        tuple(_members(found.public, sources)),
        tuple(sorted(sources.needed)),
        home or _SPECS,
        FAMILIES[contract.stack].api_distribution if snapshot else "",
    )


def _home(snapshot: Snapshot | None) -> str:
    """The package of a stack's API, "" for the built-in stack."""
    if snapshot is None:
        return ""
    home = FAMILIES[snapshot.release.stack].packages[1]
    if not snapshot.has_module(home):
        raise UsageError(
            f"{snapshot.title} has no package {home}: a new provider is best made for a later one"
        )
    return home


# -- methods -----------------------------------------------------------------------------------


class _Sources:
    """Where names come from that the methods of protocols use; keeps those that were asked for.

    Args:
        reader: Reads the stack.
        home: The package of its API, which is imported from wherever it has a name; "" for none.
        known: What that package has.
    """

    def __init__(self, reader: SourceReader, home: str, known: frozenset[str]) -> None:
        self._reader, self._home, self._known = reader, home, known
        self.needed: set[tuple[str, str]] = set()

    def node(self, method: ProtocolMethod, protocol: ProtocolModel) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """The method's definition in its source."""
        function = function_of(method.name, self._reader.counterpart(protocol))
        node = node_of(function.__code__) if function is not None else None
        if node is None or isinstance(node, ast.Lambda):
            raise UsageError(f"`{protocol.name}.{method.name}` has no source that can be read")
        return node

    def need(self, text: str, protocol: ProtocolModel) -> None:
        """Import the names in an expression as the protocol's module does."""
        for node in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(node, ast.Name) and not hasattr(builtins, node.id):
                self.needed.add((self._module(node.id, protocol.module), node.id))

    def _module(self, name: str, module: str) -> str:
        if name in self._known:
            return self._home
        found = self._reader.library.module(module)
        for node in ast.walk(found.source.tree) if found is not None else ():
            if isinstance(node, ast.ImportFrom) and any(name == (a.asname or a.name) for a in node.names):
                return absolute(found.source.package, node) if found is not None else module
        return module


def _members(protocol: ProtocolModel, sources: _Sources) -> Iterator[str]:
    for name, member in protocol.attributes.items():
        if not member.has_value:
            annotation = plain(ast.parse(member.annotation or "Any", mode="eval").body)
            sources.need(annotation, protocol)
            yield f"{name}: {annotation}"


def _methods(api: ApiContract, sources: _Sources) -> Iterator[Method]:
    for side, protocol in protocols_of(api):
        for declared in protocol.methods.values():
            # a type checker takes a body that only raises for none
            if not declared.optional or isinstance(sources.node(declared, protocol).body[-1], ast.Raise):
                yield _method(declared, side, protocol, sources)


def _method(declared: ProtocolMethod, side: Side, protocol: ProtocolModel, sources: _Sources) -> Method:
    node = sources.node(declared, protocol)
    shown = _shown(node)
    parameters = declared.signature.parameters
    texts = tuple(declared.signature.rendered(shown))
    returns = plain(node.returns) or "None"
    for annotation in (
        *(plain(arg.annotation) for arg in _arguments(node)),
        returns,
        *_defaults(node).values(),
    ):
        if annotation:
            sources.need(annotation, protocol)
    names = tuple(p.name for p in parameters)
    first = plain(_arguments(node)[1].annotation) if names else ""
    is_async = isinstance(node, ast.AsyncFunctionDef)
    return Method(declared.name, side, texts, names, returns, is_async, first)


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    args = node.args
    return [*args.posonlyargs, *args.args, *args.kwonlyargs]


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str]:
    """The defaults of parameters as they are written."""
    args = node.args
    ordinary = [*args.posonlyargs, *args.args]
    pairs: Iterable[tuple[ast.arg, Any]] = (
        *zip(ordinary[len(ordinary) - len(args.defaults) :], args.defaults, strict=True),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    )
    return {arg.arg: ast.unparse(value) for arg, value in pairs if value is not None}


def _shown(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Callable[[Parameter], str]:
    types = {arg.arg: plain(arg.annotation) or "Any" for arg in _arguments(node)}
    defaults = _defaults(node)

    def show(p: Parameter) -> str:
        default = f" = {defaults[p.name]}" if p.name in defaults else ""
        variadic = p.kind in (Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD)
        return f"{p}: Any" if variadic else f"{p.name}: {types[p.name]}{default}"

    return show
