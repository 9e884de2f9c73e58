"""What one release of a stack does not have of what a provider needs, told from the provider's source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from provider_conformance.findings import Location
from provider_conformance.source.needs import (
    Attempted,
    Choice,
    Needed,
    Needs,
    Node,
    Own,
    Starred,
    Target,
    Used,
)

API: Final = "Api"
"""The stack's enumeration of APIs: the one name of which members are looked up."""
_MOST_HOPS: Final = 20


class Names(Protocol):
    """What a release of a stack has."""

    def has_module(self, name: str) -> bool:
        """Whether there is such a module."""

    def has_name(self, module: str, name: str) -> bool | None:
        """Whether a module has a name; None where that is not known."""

    def has_api(self, name: str) -> bool:
        """Whether ``Api`` has such a member."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a provider needs and a release does not have.

    ``name`` is "" where the whole ``module`` is not there; ``member`` of ``Api`` where it is that.
    ``function`` is the function that trips over it, "" where importing the provider does.
    ``unsure`` says why it may be that nothing trips over it.
    """

    module: str
    name: str
    place: Location
    function: str = ""
    member: str = ""
    unsure: str = ""

    @property
    def is_attribute(self) -> bool:
        """Whether an AttributeError tells of it, and no ImportError."""
        return bool(self.member)

    def is_caught(self, attempted: Attempted) -> bool:
        """Whether a ``try`` around it goes on."""
        if self.is_attribute:
            return attempted.attributes
        return attempted.names if self.name else attempted.modules


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is lacking, and which modules of the provider are imported all the same."""

    lacks: tuple[Lack, ...] = ()
    reached: tuple[str, ...] = ()

    def __add__(self, other: Lacking) -> Lacking:
        return Lacking((*self.lacks, *other.lacks), (*self.reached, *other.reached))

    @property
    def certain(self) -> bool:
        """Whether something is lacking for certain."""
        return any(not lack.unsure for lack in self.lacks)

    def unsurely(self, why: str) -> Lacking:
        """The same, for what may not be run at all."""
        return Lacking(tuple(replace(lack, unsure=lack.unsure or why) for lack in self.lacks), self.reached)


_NOTHING: Final = Lacking()


def lacks_of(
    modules: Iterable[str],
    needs: Callable[[str], Needs | None],
    names: Names,
    decide: Callable[[str, ast.expr], bool | None],
) -> tuple[Lack, ...]:
    """What a release does not have of what a provider needs, each place once.

    Args:
        modules: The provider's modules that the stack imports by name.
        needs: What one of the provider's modules needs, None for a module that there is not.
        names: What the release has.
        decide: Whether a condition in a module holds on this release, None where the source
            does not tell.
    """
    return _Walk(needs, names, decide).run(modules)


@dataclass(slots=True)
class _Walk:
    needs: Callable[[str], Needs | None]
    names: Names
    decide: Callable[[str, ast.expr], bool | None]
    imported: dict[str, Lacking] = field(default_factory=dict)

    def run(self, modules: Iterable[str]) -> tuple[Lack, ...]:
        found: dict[Lack, None] = {}
        pending = list(modules)
        done: set[str] = set()
        while pending:
            module = pending.pop(0)
            if module in done:
                continue
            done.add(module)
            entered = self.module(module)
            inside = self.functions(module)
            found.update(dict.fromkeys((*entered.lacks, *inside.lacks)))
            needs = self.needs(module)
            pending += [*entered.reached, *inside.reached, *(needs.named if needs else ())]
        return tuple(found)

    def functions(self, module: str) -> Lacking:
        needs = self.needs(module)
        return self.nodes(needs.in_functions, module) if needs else _NOTHING

    def module(self, module: str) -> Lacking:
        """What importing a module of the provider lacks; its packages are imported before it."""
        parts = module.split(".")
        total = _NOTHING
        for depth in range(1, len(parts) + 1):
            total += self._one(".".join(parts[:depth]))
        return total

    def _one(self, module: str) -> Lacking:
        if module not in self.imported:
            self.imported[module] = Lacking(reached=(module,))  # for modules that import one another
            needs = self.needs(module)
            if needs is None:
                self.imported[module] = _NOTHING
            else:
                self.imported[module] += self.nodes(needs.at_import, module)
        return self.imported[module]

    # -- nodes --------------------------------------------------------------------------------

    def nodes(self, nodes: Iterable[Node], module: str) -> Lacking:
        total = _NOTHING
        for node in nodes:
            total += self.node(node, module)
        return total

    def node(self, node: Node, module: str) -> Lacking:
        match node:
            case Own(modules=modules):
                return sum(map(self.module, modules), _NOTHING)
            case Attempted():
                return self._attempted(node, module)
            case Choice():
                return self._chosen(node, module)
            case Needed():
                return Lacking(tuple(self._needed(node)))
            case Starred():
                return Lacking(tuple(self._starred(node)))
            case Used():
                return Lacking(tuple(self._used(node, module)))

    def _attempted(self, node: Attempted, module: str) -> Lacking:
        body = self.nodes(node.body, module)
        first = next((lack for lack in body.lacks if not lack.unsure), None)
        passing = tuple(lack for lack in body.lacks if not lack.is_caught(node))
        if first is None:
            return Lacking(passing, body.reached) + self.nodes(node.orelse, module)
        if not first.is_caught(node):  # it ends the import before anything else is tried
            return Lacking(passing, body.reached)
        handled = self.nodes(node.handler, module)
        if node.raises:
            return body + handled
        if handled.certain:  # neither way is open: tell what is lacking on both
            return Lacking(self._nearest((*body.lacks, *handled.lacks)), handled.reached)
        return handled

    def _nearest(self, lacks: tuple[Lack, ...]) -> tuple[Lack, ...]:
        """Of alternatives those whose package is there at all, if any is."""
        near = tuple(lack for lack in lacks if self.names.has_module(lack.module.partition(".")[0]))
        return near or lacks

    def _chosen(self, node: Choice, module: str) -> Lacking:
        holds = self.decide(module, node.test) if node.test is not None else None
        if holds is not None:
            return self.nodes(node.body if holds else node.orelse, module)
        why = "it depends on a condition"
        if node.test is not None:
            why = f"it depends on `{ast.unparse(node.test)}`"
        return (self.nodes(node.body, module) + self.nodes(node.orelse, module)).unsurely(why)

    def _needed(self, node: Needed) -> Iterator[Lack]:
        if not self.names.has_module(node.module):
            yield Lack(node.module, "", node.place, node.function)
            return
        for name in node.names:
            there = self.names.has_name(node.module, name)
            if there is not True:
                unsure = "" if there is False else f"the names of `{node.module}` are not known"
                yield Lack(node.module, name, node.place, node.function, unsure=unsure)

    def _starred(self, node: Starred) -> Iterator[Lack]:
        if not self.names.has_module(node.module):
            yield Lack(node.module, "", node.place)
            return
        for name in node.taken:
            if self.names.has_name(node.module, name) is False:
                yield Lack(node.module, name, node.place)

    # -- attributes ---------------------------------------------------------------------------

    def _used(self, node: Used, module: str) -> Iterator[Lack]:
        targets = [target for given in node.targets for target in self._of_stack(given)]
        if targets and all(target.name == API for target in targets):
            if not self.names.has_api(node.path[0]):
                yield Lack(targets[0].module, API, node.place, node.function, member=node.path[0])
            return
        there = [target for target in targets if self._exists(target)]
        if there and len(targets) == len(node.targets):
            yield from self._chain(there[0], node)

    def _of_stack(self, target: Target, hops: int = 0) -> Iterator[Target]:
        """What a target leads to, through names that the provider's own modules import again."""
        if not target.own:
            yield target
        elif hops < _MOST_HOPS and (needs := self.needs(target.module)) is not None:
            for further in needs.bound.get(target.name, ()):
                yield from self._of_stack(further, hops + 1)

    def _exists(self, target: Target) -> bool:
        inner = f"{target.module}.{target.name}" if target.name else target.module
        return self.names.has_module(inner)

    def _chain(self, target: Target, node: Used) -> Iterator[Lack]:
        """Walk down the attributes as long as they are modules; the first name ends it."""
        module = f"{target.module}.{target.name}" if target.name else target.module
        for name in node.path:
            inner = f"{module}.{name}"
            if self.names.has_module(inner):
                module = inner
            elif module.rpartition(".")[2] == API:
                return
            else:
                if self.names.has_name(module, name) is False:
                    yield Lack(module, name, node.place, node.function, member=name)
                return
