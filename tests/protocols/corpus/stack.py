"""The protocols of a small stack, and the calls that this stack really makes, written down by hand.

Nothing here is derived from a signature: the calls are the independent yardstick.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

Result = Literal["await", "iterate", "await-iterate", "value", "either"]


@dataclass(frozen=True)
class Use:
    """How the stack calls a method and what it does with the result.

    ``required`` and ``optional`` are names with values in the protocol's order;
    ``unnamed`` must be passed positionally, ``named`` must be passed by keyword.
    """

    required: Mapping[str, Any] = field(default_factory=dict)
    optional: Mapping[str, Any] = field(default_factory=dict)
    then: Result = "await"
    nothing: bool = False
    unnamed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[tuple[tuple[Any, ...], Mapping[str, Any]], ...] = ()

    def shapes(self, calls: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        """Every call of the stack: all arguments and only the required ones, the asked way round."""
        for style in ("keyword", "positional") if calls == "both" else (calls,):
            for given in (dict(self.required), {**self.required, **self.optional}):
                yield self._passed(given, style)
        yield from ((args, dict(kwargs)) for args, kwargs in self.also)

    def arguments(self) -> dict[str, Any]:
        """All arguments by name."""
        return {**self.required, **self.optional}

    def _passed(self, given: dict[str, Any], style: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        def by_position(name: str) -> bool:
            return name in self.unnamed or (style == "positional" and name not in self.named)

        args = tuple(value for name, value in given.items() if by_position(name))
        return args, {name: value for name, value in given.items() if not by_position(name)}


USES: dict[type, dict[str, Use]] = {}
"""Per protocol the uses of its own methods; inherited ones are found along the MRO."""


def used(**uses: Use) -> Any:
    """Write down how the stack calls the methods of the decorated protocol."""

    def enter(protocol: type) -> type:
        USES[protocol] = uses
        return protocol

    return enter


def uses_of(protocol: type) -> dict[str, Use]:
    """Every use of a protocol and of those that it inherits."""
    found: dict[str, Use] = {}
    for base in reversed(protocol.__mro__):
        found |= USES.get(base, {})
    return found


COMPLETION = Use(
    {"model_id": "m", "content": "hello"},
    {"stream": True, "max_tokens": 7},
    defaults={"stream": False, "max_tokens": None},
)
EMBED = Use({"model_id": "m", "texts": ("a", "b")})
TOKENS = Use({"prompt": "p"}, {"limit": 2}, "iterate", defaults={"limit": 3})
NAMES = Use({}, {"prefix": "x"}, "value", defaults={"prefix": ""})
NOTHING = Use(nothing=True)


@used(completion=COMPLETION)
class Inference(Protocol):
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...


@used(embed=EMBED)
class Embeddings(Protocol):
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        """Embed the texts."""
        ...


@used(tokens=TOKENS)
class Streaming(Protocol):
    def tokens(self, prompt: str, limit: int = 3) -> AsyncIterator[str]: ...


@used(names=NAMES)
class Naming(Protocol):
    def names(self, prefix: str = "") -> list[str]: ...


@used(initialize=NOTHING, shutdown=NOTHING)
class Lifecycle(Protocol):
    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...


@used(replies=Use({"prompt": "p"}, then="await-iterate"))
class Replies(Protocol):
    async def replies(self, prompt: str) -> AsyncIterator[str]: ...


@used(turn=Use({"prompt": "p"}, then="either"))
class Turns(Protocol):
    def turn(self, prompt: str) -> Awaitable[str] | AsyncIterator[str]: ...


@used(rerank=Use({"query": "q"}))
class Reranking(Protocol):
    """A protocol whose one method is optional: it has a body that runs."""

    async def rerank(self, query: str) -> list[str]:
        raise NotImplementedError("this provider does not rerank")


@used(
    register_model=Use({"model": "m"}),
    unregister_model=Use({"model_id": "m"}, nothing=True),
)
class ModelsPrivate(Protocol):
    async def register_model(self, model: str) -> str: ...

    async def unregister_model(self, model_id: str) -> None: ...


@used(register_bank=Use({"bank": "b"}, {"owner": "o", "ttl": 5}, defaults={"owner": None, "ttl": 0}))
class BanksPrivate(Protocol):
    async def register_bank(self, bank: str, owner: str | None = None, ttl: int = 0) -> str: ...


@used(link=Use({"source": "s", "target": "t"}))
class LinksPrivate(Protocol):
    async def link(self, source: str, target: str) -> str: ...


@runtime_checkable
@used(completion=COMPLETION)
class CheckableInference(Protocol):
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...


class Batch(Inference, Lifecycle, Protocol):
    """A protocol made of protocols, with nothing of its own."""


class InferenceCopy(Protocol):
    """The same method as a method of another API, with another promise."""

    async def completion(self, model_id: str) -> str: ...
