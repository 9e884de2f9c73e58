"""Parameters in another order and defaults with another value."""

from __future__ import annotations

import enum
import functools
from typing import Any, Protocol

from pydantic import BaseModel

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import (
    BanksPrivate,
    Inference,
    LinksPrivate,
    Naming,
    Streaming,
    Use,
    used,
)

cases = Casebook(__name__)


@cases.defect("order-of-required", Inference, "x04 completion")
class OrderOfRequired(Inference):
    async def completion(self, content, model_id, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content)


@cases.defect("order-of-optional", Inference, "x04 completion")
class OrderOfOptional(Inference):
    async def completion(self, model_id, content, max_tokens=None, stream=False) -> dict[str, Any]:
        return Seen(stream=stream, max_tokens=max_tokens)


@cases.defect("extra-optional-in-between-both-ways", BanksPrivate, "x04 register_bank", calls="both")
class ExtraBetweenBothWays:
    async def register_bank(self, bank, region="", owner=None, ttl=0):
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.defect("order-both-ways", LinksPrivate, "x04 link", calls="both")
class OrderBothWays(LinksPrivate):
    async def link(self, target: str, source: str) -> str:
        return Seen(source=source, target=target)


@cases.defect("order-positional", LinksPrivate, "x04 link", calls="positional")
class OrderPositional(LinksPrivate):
    async def link(self, target: str, source: str) -> str:
        return Seen(source=source, target=target)


@cases.defect("order-positional-of-optional", BanksPrivate, "x04 register_bank", calls="positional")
class OrderPositionalOptional(BanksPrivate):
    async def register_bank(self, bank: str, ttl: int = 0, owner: str | None = None) -> str:
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.defect("extra-optional-in-between-positional", BanksPrivate, "x04 register_bank", calls="positional")
class ExtraBetweenPositional(BanksPrivate):
    async def register_bank(self, bank: str, region: str = "", owner: str | None = None, ttl: int = 0) -> str:
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.defect("extra-optional-in-front-positional", BanksPrivate, "x04 register_bank", calls="positional")
class ExtraFrontPositional(BanksPrivate):
    async def register_bank(
        self, region: str = "", bank: str = "", owner: str | None = None, ttl: int = 0
    ) -> str:
        return Seen(bank=bank, owner=owner, ttl=ttl)


@cases.defect("partialmethod-moves-the-order", LinksPrivate, "x04 link", calls="positional")
class PartialMethodOrder(LinksPrivate):
    async def _link(self, tenant, target, source):
        return Seen(source=source, target=target)

    link = functools.partialmethod(_link, "tenant-a")


@cases.defect("order-static", LinksPrivate, "x04 link", calls="positional")
class OrderStatic(LinksPrivate):
    @staticmethod
    async def link(target: str, source: str) -> str:
        return Seen(source=source, target=target)


@cases.defect("default-changed-bool", Inference, "x05 completion")
class DefaultBool(Inference):
    async def completion(self, model_id, content, stream=True, max_tokens=None) -> dict[str, Any]:
        return Seen(stream=stream)


@cases.defect("default-changed-from-none", Inference, "x05 completion")
class DefaultFromNone(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=512) -> dict[str, Any]:
        return Seen(max_tokens=max_tokens)


@cases.defect("default-changed-to-none", Naming, "x05 names")
class DefaultToNone(Naming):
    def names(self, prefix: str | None = None) -> list[str]:
        return Seen(prefix=prefix)


@cases.defect("default-none-to-false", Inference, "x05 completion")
class DefaultNoneToFalse(Inference):
    async def completion(self, model_id, content, stream=None, max_tokens=None) -> dict[str, Any]:
        return Seen(stream=stream)


_UNSET = object()


@cases.defect("default-none-to-sentinel", Inference, "x05 completion")
class DefaultSentinel(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=_UNSET) -> dict[str, Any]:
        return Seen(max_tokens=max_tokens)


async def _counts_to_its_default(provider: Any) -> None:
    assert len([token async for token in provider.tokens(prompt="p")]) == 5


@cases.defect("default-changed-iterator", Streaming, "x05 tokens", proof=_counts_to_its_default)
class DefaultIterator(Streaming):
    async def tokens(self, prompt: str, limit: int = 5):
        for _ in range(limit):
            yield prompt


@cases.defect("default-changed-keyword-only", Inference, "x05 completion")
class DefaultKeywordOnly(Inference):
    async def completion(self, model_id, content, *, max_tokens=4096, stream=False) -> dict[str, Any]:
        return Seen(max_tokens=max_tokens)


@cases.defect("default-changed-by-partialmethod", Inference, "x05 completion")
class DefaultByPartialMethod(Inference):
    async def _completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(stream=stream)

    completion = functools.partialmethod(_completion, stream=True)


@cases.defect("default-changed-positional", BanksPrivate, "x05 register_bank", calls="positional")
class DefaultPositional(BanksPrivate):
    async def register_bank(self, bank: str, owner: str | None = None, ttl: int = 60) -> str:
        return Seen(ttl=ttl)


@cases.defect("default-of-a-renamed-one", BanksPrivate, "x04 register_bank warning", calls="positional")
class RenamedWithDefault(BanksPrivate):
    async def register_bank(self, bank: str, owner: str | None = None, time_to_live: int = 0) -> str:
        return Seen(bank=bank, owner=owner)


@cases.defect("two-defects-two-findings", Inference, "x04 completion", "x05 completion")
class OrderAndDefault(Inference):
    async def completion(self, content, model_id, stream=True, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream)


class Format(enum.Enum):
    JSON = "json"
    TEXT = "text"


class Sampling(BaseModel):
    temperature: float = 1.0


class Opaque:
    def __init__(self, value: int) -> None:
        self.value = value


class Refusing:
    """A value that cannot be compared."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("do not compare")

    __hash__ = None  # type: ignore[assignment]


def one_default(value: Any) -> type:
    """Make a protocol whose method ``pick`` has one optional parameter with this default."""

    @used(pick=Use({}, {}, defaults={"value": value}))
    class Picking(Protocol):
        async def pick(self, value=value) -> dict[str, Any]: ...

    return Picking


def differing(id: str, promised: Any, given: Any) -> None:
    """Enter a case whose default is another value."""

    class Implementation:
        async def pick(self, value=given):
            return Seen(value=value)

    async def proof(provider: Any) -> None:
        arrived = (await provider.pick())["value"]
        assert arrived is given
        assert arrived is not promised

    cases.add(id, one_default(promised), Implementation, "x05 pick", proof=proof)


differing("default-enum-member", Format.JSON, Format.TEXT)
differing("default-enum-to-its-plain-value", Format.JSON, "json")
differing("default-model-by-value", Sampling(), Sampling(temperature=0.1))
differing("default-state-of-an-opaque-object", Opaque(1), Opaque(2))
differing("default-type-of-an-opaque-object", Opaque(1), None)
differing("default-number-to-text", 1, "1")
differing("default-list-to-filled-list", [], ["all"])
differing("default-list-to-tuple", [], ())
differing("default-empty-to-none", {}, None)
differing("default-nan-to-number", float("nan"), 0.0)
differing("default-incomparable-to-none", Refusing(1), None)
differing("default-none-to-incomparable", None, Refusing(1))
differing("default-ellipsis", None, ...)
differing("default-class", dict, list)
differing("default-function", len, max)
