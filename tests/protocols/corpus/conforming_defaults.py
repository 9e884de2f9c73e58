"""Defaults that are spelled differently, or cannot be compared, and are the same to a caller."""

from __future__ import annotations

import dataclasses
import decimal
import enum
from collections import OrderedDict
from typing import Any

from pydantic import BaseModel, Field, SecretStr

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.defects_order_defaults import Format, Opaque, Refusing, Sampling, one_default
from protocols.corpus.stack import Inference

cases = Casebook(__name__)


class Mode(enum.StrEnum):
    FAST = "fast"


class TextMode(str, enum.Enum):
    FAST = "fast"


class Level(enum.IntEnum):
    ONE = 1


@dataclasses.dataclass
class Options:
    depth: int = 1


class Nested:
    """State in slots, and more of the same inside."""

    __slots__ = ("inner", "unset")

    def __init__(self, inner: Any) -> None:
        self.inner = inner


class Undecided:
    """What a numpy comparison gives: many answers, and none as a whole."""

    def __bool__(self) -> bool:
        raise ValueError("the truth value is ambiguous")


class ArrayLike:
    """Compares element by element."""

    def __init__(self, *values: float) -> None:
        self.values = values

    def __eq__(self, other: object) -> Any:
        return Undecided()

    __hash__ = None  # type: ignore[assignment]


def same(id: str, promised: Any, given: Any) -> None:
    """Enter a case whose default is the same value."""

    class Implementation:
        async def pick(self, value=given):
            return Seen(value=value)

    async def proof(provider: Any) -> None:
        assert (await provider.pick())["value"] is given
        assert (await provider.pick(value=1))["value"] == 1

    cases.add(id, one_default(promised), Implementation, proof=proof)


same("default-str-enum-to-its-value", Mode.FAST, "fast")
same("default-value-to-str-enum", "fast", Mode.FAST)
same("default-text-enum-to-its-value", TextMode.FAST, "fast")
same("default-int-enum-to-its-value", Level.ONE, 1)
same("default-enum-member-itself", Format.JSON, Format("json"))
same("default-model-equal-by-value", Sampling(), Sampling(temperature=1.0))
same("default-model-nested-in-a-list", [Sampling()], [Sampling()])
same("default-dataclass-equal-by-value", Options(), Options(depth=1))
same("default-empty-lists", [], [])
same("default-empty-list-by-call", [], list())  # noqa: C408
same("default-empty-dicts", {}, dict())  # noqa: C408
same("default-ordered-dict-to-dict", {"a": 1}, OrderedDict(a=1))
same("default-tuple", ("a",), ("a",))
same("default-frozenset-to-set", frozenset({"a"}), {"a"})
same("default-number-spelled-as-float", 0, 0.0)
same("default-number-spelled-as-decimal", 1, decimal.Decimal("1.0"))
same("default-number-with-exponent", 1000.0, 1e3)
same("default-text-joined", "ab", "".join(["a", "b"]))
same("default-minus-zero", 0.0, -0.0)
same("default-nan", float("nan"), float("nan"))
same("default-nan-in-a-list", [float("nan")], [float("nan")])
same("default-opaque-with-the-same-state", Opaque(1), Opaque(1))
same("default-opaque-nested", Opaque([Opaque(1)]), Opaque([Opaque(1)]))
same("default-slots-with-the-same-state", Nested(Opaque(1)), Nested(Opaque(1)))
same("default-array-like", ArrayLike(1.0, 2.0), ArrayLike(1.0, 2.0))
same("default-refuses-comparison-same-state", Refusing(1), Refusing(1))
same("default-field-info", Field(default=3, description="how many"), Field(default=3, description="how many"))
same("default-secret", SecretStr(""), SecretStr(""))
same("default-exception-object", ValueError("x"), ValueError("x"))

_shared = Refusing(1)
same("default-refuses-comparison-same-object", _shared, _shared)
_sentinel = object()
same("default-shared-sentinel", _sentinel, _sentinel)
same("default-ellipsis-by-name", ..., Ellipsis)
same("default-class-itself", dict, dict)

_loop: list[Any] = []
_loop.append(_loop)
same("default-contains-itself", _loop, _loop)


class Ring:
    """An object that holds itself: comparing state must come to an end."""

    def __init__(self) -> None:
        self.me = self


same("default-ring", Ring(), Ring())


class Config(BaseModel):
    stream: bool = False


@cases.fine("default-computed-in-the-class-body", Inference)
class Computed(Inference):
    _config = Config()

    async def completion(
        self, model_id, content, stream=_config.stream, max_tokens=None or None
    ) -> dict[str, Any]:
        return Seen(stream=stream, max_tokens=max_tokens)


@cases.fine("default-set-after-the-body", Inference)
class SetLater(Inference):
    async def completion(self, model_id, content, stream=True, max_tokens=512) -> dict[str, Any]:
        return Seen(stream=stream, max_tokens=max_tokens)


SetLater.completion.__defaults__ = (False, None)


@cases.fine("default-hidden-in-kwargs", Inference)
class HiddenInKwargs(Inference):
    async def completion(self, model_id, content, **options) -> dict[str, Any]:
        return Seen(stream=options.get("stream", False), max_tokens=options.get("max_tokens"))
