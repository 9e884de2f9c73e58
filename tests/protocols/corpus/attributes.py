"""Data members: those that must be there, and those that have a value."""

from __future__ import annotations

import abc
import dataclasses
import enum
import functools
from collections.abc import Callable
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from pydantic import BaseModel

from protocols.corpus.case import Casebook
from protocols.corpus.stack import Use, used
from protocols.corpus.stores import Injected, Pinging

cases = Casebook(__name__)


@used(ping=Use())
class Described(Protocol):
    """A member that must be there."""

    provider_name: str

    async def ping(self) -> str: ...


@used(ping=Use())
class Constant(Protocol):
    """A member that the protocol itself gives a value."""

    API_NAMESPACE: str = "Constant"

    async def ping(self) -> str: ...


async def is_read(provider: Any) -> None:
    assert isinstance(provider.provider_name, str)


async def is_absent(provider: Any) -> None:
    assert not hasattr(provider, "provider_name")


async def pings(provider: Any) -> None:
    assert await provider.ping() == "pong"


absent = functools.partial(cases.defect, proof=is_absent)
present = functools.partial(cases.fine, proof=is_read)


@absent("member-absent", Described, "x09 provider_name")
class Absent(Pinging): ...


@absent("member-inherits-only-the-annotation", Described, "x09 provider_name")
class InheritsAnnotation(Pinging, Described): ...


@absent("member-misspelt", Described, "x09 provider_name")
class Misspelt(Pinging):
    providerName = "p"


@absent("member-private", Described, "x09 provider_name")
class Private(Pinging):
    def __init__(self) -> None:
        self._provider_name = "p"


@absent("member-set-on-another-object", Described, "x09 provider_name")
class SetElsewhere(Pinging):
    def tell(self, other: Any) -> None:
        other.provider_name = "p"


@absent("member-is-a-local-variable", Described, "x09 provider_name")
class LocalVariable(Pinging):
    def __init__(self) -> None:
        provider_name = "p"
        self.text = provider_name


@absent("member-only-annotated-on-an-instance", Described, "x09 provider_name", views=("instance",))
class OnlyAnnotated(Pinging):
    provider_name: str


@absent("member-slot-left-empty", Described, "x09 provider_name", views=("instance",))
class EmptySlot(Pinging):
    __slots__ = ("provider_name",)


class _Meta(type):
    provider_name = "p"


@absent("member-on-the-metaclass", Described, "x09 provider_name")
class OnMeta(Pinging, metaclass=_Meta): ...


@present("member-class-attribute", Described)
class ClassAttribute(Pinging, Described):
    provider_name = "p"


@present("member-set-in-init", Described)
class SetInInit(Pinging, Described):
    def __init__(self) -> None:
        self.provider_name = "p"


@present("member-set-in-init-of-the-base", Described)
class SetInBase(SetInInit): ...


@present("member-set-in-another-method", Described, make=lambda: SetInSetup().setup())
class SetInSetup(Pinging):
    def setup(self) -> Any:
        self.provider_name = "p"
        return self


@present("member-set-conditionally", Described)
class SetConditionally(Pinging):
    def __init__(self, name: str | None = "p") -> None:
        if name:
            self.provider_name = name


@present("member-set-by-setattr", Described)
class SetBySetattr(Pinging):
    def __init__(self, **members: Any) -> None:
        for name, value in (members or {"provider_name": "p"}).items():
            setattr(self, name, value)


@present("member-set-through-the-dictionary", Described)
class SetByDictionary(Pinging):
    def __init__(self) -> None:
        self.__dict__ |= {"provider_name": "p"}


@present("member-set-by-a-loop-target", Described)
class SetByLoop(Pinging):
    def __init__(self) -> None:
        for self.provider_name in ("a", "b"):
            pass


@present("member-set-by-walrus-and-tuple", Described)
class SetByTuple(Pinging):
    def __init__(self) -> None:
        self.first, *self.rest, self.provider_name = "abc"


@present("member-property", Described)
class Property(Pinging):
    @property
    def provider_name(self) -> str:
        return "p"


@present("member-cached-property", Described)
class CachedProperty(Pinging):
    @functools.cached_property
    def provider_name(self) -> str:
        return "p"


@present("member-dataclass-field", Described, make=lambda: DataField("p"))
@dataclasses.dataclass
class DataField(Pinging):
    provider_name: str


@present("member-dataclass-field-with-factory", Described)
@dataclasses.dataclass(slots=True)
class DataFactory(Pinging):
    provider_name: str = dataclasses.field(default_factory=lambda: "p")


@present("member-pydantic-field", Described, make=lambda: ModelField(provider_name="p"))
class ModelField(Pinging, BaseModel):
    provider_name: str


@present("member-named-tuple-field", Described, make=lambda: TupleField("p"))
class TupleField(NamedTuple):
    provider_name: str

    async def ping(self):
        return "pong"


@present("member-of-an-enum", Described, make=lambda: EnumMember.ONLY)
class EnumMember(Pinging, enum.Enum):
    ONLY = 1

    @property
    def provider_name(self) -> str:
        return self.name


@present("member-slot-filled", Described)
class FilledSlot(Pinging):
    __slots__ = ("provider_name",)

    def __init__(self) -> None:
        self.provider_name = "p"


@present("member-by-getattr", Described)
class ByGetattr(Pinging):
    def __getattr__(self, name: str) -> Any:
        if name == "provider_name":
            return "p"
        raise AttributeError(name)


@present("member-on-the-instance-from-outside", Described, views=("instance",), make=lambda: outside())
class Outside(Pinging): ...


def outside() -> Any:
    provider = Outside()
    provider.provider_name = "p"
    return provider


@present("member-inherited-abstract-property-implemented", Described)
class AbstractProperty(Pinging, type("Base", (abc.ABC,), {"provider_name": property()})):
    provider_name = "p"


@cases.fine("constant-left-out", Constant, proof=pings)
class ConstantLeftOut(Pinging): ...


@cases.fine("constant-overridden", Constant, proof=pings)
class ConstantOverridden(Pinging, Constant):
    API_NAMESPACE = "Other"


@used(ping=Use())
class Kinds(Protocol):
    """Members that are spelled in other ways."""

    kind: ClassVar[str]
    on_event: Callable[[str], str]
    limit: Final[int] = 3
    __private_looking__: int = 1

    async def ping(self) -> str: ...


async def has_kinds(provider: Any) -> None:
    assert provider.kind == "k"
    assert provider.on_event("e") == "e"


@cases.fine("members-class-variable-and-callable", Kinds, proof=has_kinds)
class HasKinds(Pinging):
    kind = "k"

    def on_event(self, event: str) -> str:
        return event


async def lacks_kinds(provider: Any) -> None:
    assert not hasattr(provider, "kind")
    assert not hasattr(provider, "on_event")


@cases.defect("members-all-absent", Kinds, "x09 kind", "x09 on_event", proof=lacks_kinds)
class LacksKinds(Pinging): ...


@used(ping=Use())
class PropertyMember(Protocol):
    @property
    def provider_name(self) -> str: ...

    async def ping(self) -> str: ...


@present("property-of-the-protocol-as-attribute", PropertyMember)
class PropertyAsAttribute(Pinging):
    provider_name = "p"


@present("property-of-the-protocol-as-property", PropertyMember)
class PropertyAsProperty(Pinging):
    @property
    def provider_name(self) -> str:
        return "p"


@present("property-of-the-protocol-set-in-init", PropertyMember)
class PropertySetInInit(Pinging):
    def __init__(self) -> None:
        self.provider_name = "p"


@absent("property-of-the-protocol-absent", PropertyMember, "x09 provider_name")
class PropertyAbsent(Pinging): ...


class Inheriting(Injected, Described, Protocol):
    """Members of a protocol's protocols are members, too."""


@absent("inherited-member-absent", Inheriting, "x09 provider_name")
class InheritedAbsent(Pinging): ...
