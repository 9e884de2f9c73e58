"""What a case of the corpus is: an implementation, the protocol it is held against, and the truth of it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

View = Literal["class", "instance"]

_WARNINGS = frozenset({"x05", "x08"})


@dataclass(frozen=True, order=True)
class Expected:
    """A finding that must be there: its code, how heavy it is, and the member it is about."""

    code: str
    severity: str
    member: str


class Seen(dict[str, Any]):
    """The arguments as they arrived in a method: what the truth about order and defaults is read from."""


@dataclass(frozen=True)
class Case:
    """One implementation, looked at as a class or as an instance.

    ``expected`` is the exact set of findings. ``make`` gives an instance for the proof;
    ``proof`` replaces the standard proof (the stack's own calls, see ``truth.py``).
    ``undecidable`` says why nobody can tell from this view: no finding may be raised then,
    whatever a call would do. ``located`` is false where no source file exists; ``culprit``
    is another file that a finding may point into, that of a decorator which is to blame.
    ``called`` is the name of a function that is its own ``__call__``.
    """

    id: str
    protocol: type
    view: View
    cls: type
    make: Callable[[], Any]
    calls: str
    expected: frozenset[Expected]
    proof: Callable[[Any], Awaitable[None]] | None = None
    undecidable: str = ""
    located: bool = True
    culprit: str = ""
    called: str = ""
    file: str = ""

    @property
    def name(self) -> str:
        """The node id of the case."""
        return f"{self.id}-{self.view}"

    def subject(self) -> Any:
        """What is given to the comparison."""
        return self.cls if self.view == "class" else self.make()


@dataclass
class Casebook:
    """Collects the cases of one module; ``defect`` and ``fine`` decorate the implementing class."""

    module: str
    cases: list[Case] = field(default_factory=list)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    def defect(self, id: str, protocol: type, *expected: str, **options: Any) -> Callable[[type], type]:
        """The decorated class has exactly the findings ``expected``: ``"x03 method"``, ``"x04 method"``."""
        assert expected, id
        return self._decorator(id, protocol, expected, **options)

    def fine(self, id: str, protocol: type, **options: Any) -> Callable[[type], type]:
        """The decorated class looks odd and works."""
        return self._decorator(id, protocol, (), **options)

    def add(
        self,
        id: str,
        protocol: type,
        cls: type,
        *expected: str,
        views: tuple[View, ...] = ("class", "instance"),
        make: Callable[[], Any] | None = None,
        calls: str = "keyword",
        **options: Any,
    ) -> None:
        """Enter ``cls`` once a view."""
        found = frozenset(_expected(text, calls) for text in expected)
        file = sys.modules[self.module].__file__ or ""
        for view in views:
            self.cases.append(
                Case(id, protocol, view, cls, make or cls, calls, found, file=file, **options),
            )

    def _decorator(
        self, id: str, protocol: type, expected: tuple[str, ...], **options: Any
    ) -> Callable[[type], type]:
        def enter(cls: type) -> type:
            self.add(id, protocol, cls, *expected, **options)
            return cls

        return enter


def _expected(text: str, calls: str) -> Expected:
    """Read ``"x04 register_model"``; a trailing ``warning`` or ``error`` overrides the usual weight."""
    code, member, *weight = text.split()
    severity = weight[0] if weight else _usual_weight(code, calls)
    return Expected(code.replace("x", "PC3" if calls == "positional" else "PC2"), severity, member)


def _usual_weight(code: str, calls: str) -> str:
    if code == "x04":
        return "warning" if calls == "keyword" else "error"
    return "warning" if code in _WARNINGS else "error"
