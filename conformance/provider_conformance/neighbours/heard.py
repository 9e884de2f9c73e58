"""What a made-up provider hears, and the forms of what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provider_conformance.neighbours.smallest import Stream
from provider_conformance.protocols.annotated import options, wanted
from provider_conformance.protocols.fitting import streamed, whole

_ABSENT: Final = object()


class NotThereError(ValueError):
    """What was asked for is not there; a provider that asks for it is refused, as a real one refuses it."""

    status_code = 404


@dataclass(frozen=True, slots=True)
class Heard:
    """A call on a made-up provider.

    Attributes:
        arguments: Its arguments by name.
        kept: What the provider keeps from one call to the next.
    """

    arguments: Mapping[str, Any]
    kept: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """An argument, or the field of a request object; ``default`` where neither has a value."""
        if (value := self.arguments.get(name, _ABSENT)) is not _ABSENT:
            return default if value is None else value
        for request in self.arguments.values():
            value = request.get(name) if isinstance(request, Mapping) else getattr(request, name, None)
            if value is not None:
                return value
        return default

    @property
    def wants_a_stream(self) -> bool:
        """Whether pieces are asked for."""
        return self.get("stream") is True


@dataclass(frozen=True, slots=True)
class Pieces:
    """An answer in pieces, each of plain data."""

    items: tuple[Any, ...]

    @classmethod
    def of(cls, items: Iterable[Any]) -> Pieces:
        """An answer of these pieces."""
        return cls(tuple(items))


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes as an answer."""

    data: bytes


Handler = Callable[[Heard], Awaitable[Any]]
"""Answers a call with plain data."""


def in_classes(answer: Any, promised: Any) -> Any:
    """Plain data in the classes that a method promises.

    Args:
        answer: What a handler answers.
        promised: The annotation of the method's result.

    Raises:
        Exception: The release that is installed has other classes, which refuse it.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where something is answered

    if isinstance(answer, Pieces):
        adapter: Any = TypeAdapter(streamed(promised) or Any)
        return Stream([adapter.validate_python(item) for item in answer.items])
    kind = whole(promised)
    if isinstance(answer, Content):
        forms = (wanted(option).form for option in options(kind))
        return next(form for form in forms if isinstance(form, type))(content=answer.data)
    made: Any = TypeAdapter(kind or Any)
    return made.validate_python(answer)
