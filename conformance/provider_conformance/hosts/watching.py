"""What is seen of a provider while it is tried."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.hosts.generated import Ledger
from provider_conformance.protocols import careful

_PLAIN: Final = 2
"""How many parameters every factory has: configuration and dependencies."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A look-up in ``deps`` of what is not there.

    Attributes:
        key: The key: a member of the stack's ``Api``, a text, or anything else.
        place: The line that looks it up.
    """

    key: Any
    place: Location

    @property
    def name(self) -> str:
        """The key as the provider's author writes it."""
        name = getattr(self.key, "name", None)
        return f"Api.{name}" if isinstance(name, str) else careful.short_repr(self.key)


@dataclass(slots=True)
class Witness:
    """What was seen of a provider during a trial.

    Attributes:
        before: For each call of its factory the types of the made-up providers built by then.
        undeclared: What it looked up in ``deps`` without having declared it.
        received: What its ``deps`` held, at each call of its factory.
        made: What its factory returned, in the order of the calls.
    """

    before: list[tuple[str, ...]] = field(default_factory=list)
    undeclared: list[LookedUp] = field(default_factory=list)
    received: list[tuple[str, ...]] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tried:
    """The real provider of a trial.

    Attributes:
        spec: Its spec, with a factory that tells ``witness`` what it makes.
        ledger: Is told what the made-up providers do.
        witness: Is told what it does.
        folder: Where the stack may write.
        offline: Whether its back end is known not to be there: then it is not asked for listings.
    """

    spec: Any
    ledger: Ledger
    witness: Witness
    folder: str
    offline: bool = False


class WatchedDeps(dict[Any, Any]):
    """The ``deps`` of a provider, which write down what is looked up in them and not there."""

    def __init__(self, deps: Mapping[Any, Any], declared: frozenset[Any], undeclared: list[LookedUp]) -> None:
        super().__init__(deps)
        self._declared = declared
        self._undeclared = undeclared

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """The dependency, ``default`` without it."""
        self._note(key)
        return super().get(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        """Take a dependency out."""
        self._note(key)
        return super().pop(key, *default)

    def _note(self, key: Any) -> None:
        if key in self._declared or any(one.key == key for one in self._undeclared):
            return
        caller = sys._getframe(2)
        self._undeclared.append(LookedUp(key, Location(caller.f_code.co_filename, caller.f_lineno)))


def extra_parameters(factory: Callable[..., Any], like: Callable[..., Any]) -> Callable[..., Any]:
    """``factory``, with the names of the further parameters that ``like`` has.

    A stack passes its access policy to a factory that has a parameter of that name.
    """
    try:
        parameters = [*inspect.signature(like).parameters.values()]
    except (TypeError, ValueError):
        parameters = []
    further = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters[_PLAIN:] if _is_named(p)]
    if further:
        own = [*inspect.signature(factory).parameters.values()][:_PLAIN]
        plain = [*own, *(p.replace(default=p.empty, annotation=p.empty) for p in further)]
        vars(factory)["__signature__"] = inspect.Signature(plain)
    return factory


def _is_named(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
