"""What an API's file is made of: ways to call a method, and what answers give to later calls.

The files hold plain data: texts, numbers, lists and dicts, as a client sends them. Whoever makes the call
turns them into the classes of the release that is installed, and leaves out what that has no place for.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

TEXT: Final = "hello world"
"""What texts say unless told: those of one API share a word, so that a search finds them."""
DIMENSION: Final = 8
"""The length of vectors."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a client uploads it.

    Attributes:
        data: Its bytes.
        name: Its name; kinds of files are told by its end.
    """

    data: bytes
    name: str

    def of(self, cls: type) -> Any:
        """The same in the class that the server makes of an upload."""
        return cls(io.BytesIO(self.data), filename=self.name, size=len(self.data))


@dataclass(frozen=True, slots=True)
class Setting:
    """What a call is made in, for samples that depend on it.

    Attributes:
        fresh: A name that no call has had.
        text: What texts say.
        provider_id: The provider's id in the run config.
        known: What earlier answers gave: identifiers, by the names of the places that ask for them.
        objects: The objects that are registered with the provider.
    """

    fresh: str
    text: str = TEXT
    provider_id: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    objects: Sequence[Any] = ()

    @property
    def dimension(self) -> int:
        """The length of vectors that what is registered says, or else the usual one."""
        told = (getattr(one, "embedding_dimension", None) for one in self.objects)
        return next((size for size in told if isinstance(size, int) and size), DIMENSION)


Sample = Any
"""Plain data for one place of a call, or a function that makes it of a :class:`Setting`."""


@dataclass(frozen=True, slots=True)
class Until:
    """What a call waits for: an earlier one is made again until a field of its answer says so.

    Attributes:
        method: The method to ask.
        field: The field of its answer.
        values: What the field has to be.
    """

    method: str
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registers:
    """An object that the stack registers with the provider before a call.

    Attributes:
        place: The place of the call that takes the object's identifier.
        fields: Samples for the fields of the object.
    """

    place: str
    fields: Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Way:
    """How a method is called.

    Attributes:
        method: The method.
        usual: Samples by the names of its places; what is not named is made up of the annotations.
        others: Further calls that a client makes as well, each with what differs from the usual one.
        uses_up: The names of identifiers that cannot be used again after the call: each call gets new ones.
        made_with: What differs from the usual call on the method that makes such a new one.
        registers: What has to be registered before each call.
        until: What has to be so before the call.
        own: What the provider's author sends in the usual call: it goes before all else.
        refused: Calls of the author's that the provider is expected to refuse.
    """

    method: str
    usual: Mapping[str, Sample] = field(default_factory=dict)
    others: tuple[Mapping[str, Sample], ...] = ()
    uses_up: tuple[str, ...] = ()
    made_with: Mapping[str, Sample] = field(default_factory=dict)
    registers: Registers | None = None
    until: Until | None = None
    own: Mapping[str, Sample] = field(default_factory=dict)
    refused: tuple[Mapping[str, Sample], ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether one and the same call can be made again and again."""
        return not self.uses_up and self.registers is None and self.until is None


@dataclass(frozen=True, slots=True)
class Making:
    """Where an identifier comes from.

    Attributes:
        name: The name of the places that ask for it.
        method: The method whose answer has it.
        field: The field of that answer.
    """

    name: str
    method: str
    field: str = "id"


@dataclass(frozen=True, slots=True)
class Guide:
    """How an API is called.

    Attributes:
        api: The API.
        ways: Its methods, in the order in which they are called; methods that are not among them follow.
        makes: Where identifiers come from.
        listings: The methods that list what there is: they are asked before there is anything.
        names: What the provider's author puts in the places of these names.
        further: Methods that only the author's samples are about: they have no place in the order.
        registered: Samples for the fields of an object that is registered where the provider lists none.
        beside: What agents add to the arguments that a model makes for a tool: these stand in no schema.
    """

    api: str
    ways: tuple[Way, ...] = ()
    makes: tuple[Making, ...] = ()
    listings: tuple[str, ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)
    further: tuple[Way, ...] = ()
    registered: Mapping[str, Sample] = field(default_factory=dict)
    beside: Mapping[str, Sample] = field(default_factory=dict)

    def way(self, method: str) -> Way:
        """How a method is called; one that is not known is called by its annotations alone."""
        return next((way for way in (*self.ways, *self.further) if way.method == method), Way(method))

    def making(self, name: str) -> Making | None:
        """Where the identifier for places of that name comes from."""
        return next((making for making in self.makes if making.name == name), None)

    def place(self, method: str) -> int | None:
        """The place of a method in the order, None where it is not known."""
        return next((number for number, way in enumerate(self.ways) if way.method == method), None)


def of(sample: Sample, setting: Setting) -> Any:
    """The plain data that a sample stands for."""
    return sample(setting) if callable(sample) else sample


def text(setting: Setting) -> str:
    """What texts say."""
    return setting.text


def fresh(setting: Setting) -> str:
    """A name that no call has had."""
    return setting.fresh
