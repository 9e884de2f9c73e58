"""What a protocol promises, as frozen data: filled from a live class, from source or from a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provider_conformance.findings import Location
from provider_conformance.protocols.signature import Signature


class ResultKind(StrEnum):
    """What a caller holds right after the call, before any ``await``."""

    AWAITABLE = "awaitable"
    ASYNC_ITERATOR = "async iterator"
    GENERATOR = "generator"
    PLAIN = "plain"
    ANY = "any"


class Calls(StrEnum):
    """How the stack passes arguments to a method."""

    KEYWORD = "keyword"
    POSITIONAL = "positional"
    BOTH = "both"


class Binding(StrEnum):
    """What a method is called on, which decides what its first parameter is."""

    INSTANCE = "instance"
    CLASS = "class"
    STATIC = "static"
    FUNCTION = "function"
    """Nothing: a function that stands for an object with ``__call__``."""


@dataclass(frozen=True, slots=True)
class ProtocolMethod:
    """A method that a protocol declares.

    ``optional`` is true where the protocol gives a body that runs: who inherits the
    protocol need not write the method. ``overloads`` are further signatures of a method that
    has several. ``returns`` is the return annotation as text. Class and static methods (``binding``)
    can be called on the class as well as on an instance.
    """

    name: str
    signature: Signature
    result: ResultKind
    overloads: tuple[Signature, ...] = ()
    optional: bool = False
    returns: str = ""
    returns_none: bool = False
    location: Location | None = None
    owner: str = ""
    binding: Binding = Binding.INSTANCE


@dataclass(frozen=True, slots=True)
class ProtocolAttribute:
    """A data member that a protocol declares, by an annotation or as a property.

    ``has_value``: the protocol itself gives a value, so an implementation need not.
    ``injected``: the stack sets it on the provider, so it must be assignable, not present.
    ``settable``: it is a property with a setter, so callers may assign it.
    ``data``: its annotation rules out that a function is its value.
    ``kind``: what reading it gives, ANY where the annotation does not tell.
    """

    name: str
    annotation: str = ""
    has_value: bool = False
    injected: bool = False
    settable: bool = False
    data: bool = False
    kind: ResultKind = ResultKind.ANY


@dataclass(frozen=True, slots=True)
class ProtocolModel:
    """A protocol: its name, where it is defined, and its members in declaration order.

    ``live`` is the class it was read off, None where it came from source or a snapshot;
    it takes no part in equality, so that a snapshot equals the contract it was taken from.
    ``abstract``: it is an abstract base class, whose concrete methods are implementations,
    whatever stands in their bodies.
    """

    name: str
    module: str
    methods: Mapping[str, ProtocolMethod]
    attributes: Mapping[str, ProtocolAttribute] = field(default_factory=dict)
    live: type | None = field(default=None, compare=False, repr=False)
    abstract: bool = False


class State(StrEnum):
    """What stands behind a method's name in an implementation."""

    PRESENT = "present"
    MISSING = "missing"
    STUB = "stub"
    DEFAULT = "the protocol's own body"
    SHADOWED = "a real method that the protocol's own body hides"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Implemented:
    """What an implementation has under a method's name, read off a live object or off source.

    ``signature`` is that of what really runs; ``claimed`` what introspection would report, where
    that may differ. ``kinds`` are the results a call may yield; ``ResultKind.ANY`` among them
    means that not all could be seen, an empty set that it only raises. ``note`` explains
    MISSING, STUB, SHADOWED and UNSEEN. A STUB has a signature where a call runs through: where it is not
    abstract and hides nothing. ``remedy`` is how to mend it where that takes no new method;
    ``hidden`` the class whose real method an empty or default one of a protocol hides, None where
    there is none. ``on_class`` is the signature that a call on the class meets, where a protocol's
    class or static method promises such calls. ``called`` is what callers write for a function that
    is its own ``__call__``. ``plain_stream``: what comes of awaiting the result may be a
    plain generator, where an asynchronous one is promised.
    """

    state: State
    signature: Signature | None = None
    kinds: frozenset[ResultKind] = frozenset()
    claimed: Signature | None = None
    location: Location | None = None
    owner: str = ""
    note: str = ""
    remedy: str = ""
    hidden: type | None = None
    on_class: Signature | None = None
    called: str = ""
    plain_stream: bool = False
