"""Contracts survive being written and read: whatever a signature, a default or a call may be."""

from __future__ import annotations

import abc
import json
from dataclasses import replace
from enum import Enum, StrEnum
from pathlib import PurePosixPath
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.model import ApiContract, Contract, Factory, Role, StackCall
from provider_conformance.contracts.snapshots.codec import decode, encode, portable
from provider_conformance.findings import Location
from provider_conformance.protocols.defaults import same_default, undecided
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import (
    Binding,
    ProtocolAttribute,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
)
from provider_conformance.protocols.signature import MISSING, Kind, Parameter, Signature, SourceDefault

names = st.text(st.sampled_from("abcdefgh_"), min_size=1, max_size=6)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=6,
)
defaults = st.just(MISSING) | plain | st.builds(SourceDefault, names, names | st.just(""))
parameters = st.builds(Parameter, names, st.sampled_from(Kind), defaults)
signatures = st.builds(Signature, st.lists(parameters, max_size=5).map(tuple), st.booleans())
places = st.none() | st.builds(Location, names.map("{}.py".format), st.integers(1, 9_999))
methods = st.builds(
    ProtocolMethod,
    names,
    signatures,
    st.sampled_from(ResultKind),
    st.lists(signatures, max_size=2).map(tuple),
    st.booleans(),
    names,
    st.booleans(),
    places,
    names,
)
protocols = st.builds(
    ProtocolModel,
    names,
    names,
    st.dictionaries(names, methods, max_size=3),
    st.dictionaries(names, st.builds(ProtocolAttribute, names, names, st.booleans(), st.booleans())),
)
calls = st.builds(
    StackCall,
    names,
    st.integers(0, 3),
    st.lists(names).map(tuple),
    *[st.booleans()] * 5,
    names,
    names,
    places,
)
apis = st.builds(
    ApiContract,
    names,
    st.sampled_from(Role),
    st.none() | protocols,
    st.none() | protocols,
    st.none() | names,
    st.dictionaries(names, st.lists(calls, max_size=2).map(tuple), max_size=2),
    st.lists(names).map(tuple),
    st.booleans(),
)


# A contract is large: how long one takes to draw says something of the machine alone.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(names, apis, max_size=3), st.lists(names).map(tuple), st.text(max_size=5))
def test_a_contract_comes_back_as_it_was(
    found: dict[str, ApiContract], listed: tuple[str, ...], text: str
) -> None:
    factories = {"inline": Factory("get_provider_impl", ("config",), listed)}
    contract = Contract("ogx", text, found, factories, {"Spec": listed}, listed, text)
    back = decode(json.loads(json.dumps(encode(contract))))
    assert back == contract
    assert repr(back) == repr(contract)  # which tells True from 1 and a tuple from a list


def test_the_built_in_contract_comes_back_too() -> None:
    contract = portable(builtin_contract(), PurePosixPath("/nowhere"))
    assert decode(json.loads(json.dumps(encode(contract)))) == contract


class Colour(Enum):
    RED = "red"


class Size(StrEnum):
    BIG = "big"


class Model:
    def __init__(self, value: int) -> None:
        self.value = value


MODEL = Model(3)


class Promise(Protocol):
    async def paint(
        self, colour: Colour = Colour.RED, size: Size = Size.BIG, model: Model = MODEL, n: int = 3
    ) -> None: ...


def kept() -> dict[str, Any]:
    protocol = read_protocol(Promise)
    contract = Contract("ogx", "1.0", {"art": ApiContract("art", public=protocol)})
    place = PurePosixPath(str(protocol.methods["paint"].location).rpartition(":")[0])
    found = decode(encode(portable(contract, place.parent))).apis["art"].public
    assert found is not None
    assert str(found.methods["paint"].location).partition(":")[0] == place.name
    assert found.live is None
    return {p.name: p.default for p in found.methods["paint"].signature.parameters}


def test_objects_become_what_they_can_be_known_by() -> None:
    assert kept() == {
        "colour": SourceDefault("Colour.RED", f"{__name__}.Colour.RED"),
        "size": "big",
        "model": SourceDefault("MODEL"),
        "n": 3,
    }


@pytest.mark.parametrize(
    ("name", "real", "same"),
    [
        ("colour", Colour.RED, True),
        ("colour", SourceDefault("art.Colour.RED", f"{__name__}.Colour.RED"), True),
        ("colour", "red", False),
        ("colour", None, False),
        ("size", Size.BIG, True),
        ("size", "small", False),
        ("model", SourceDefault("MODEL"), True),
        ("n", 3, True),
        ("n", True, False),
    ],
)
def test_a_provider_s_default_is_compared_with_what_was_kept(name: str, real: Any, same: bool) -> None:
    assert same_default(kept()[name], real) is same
    assert not undecided(kept()[name], real)


def test_an_object_and_another_spelling_of_it_remain_undecided() -> None:
    assert undecided(kept()["model"], SourceDefault("Model(3)"))


class Art(abc.ABC):
    """Members of every kind."""

    @classmethod
    @abc.abstractmethod
    def draw(cls, name: str) -> str: ...

    @staticmethod
    def count() -> int:
        return 0

    @property
    @abc.abstractmethod
    def frame(self) -> str: ...

    @frame.setter
    def frame(self, value: str) -> None:
        raise NotImplementedError

    def __getitem__(self, key: str) -> str:
        return key


def test_how_members_are_called_and_read_is_kept() -> None:
    api = ApiContract("art", public=replace(read_protocol(Art), live=None))
    contract = replace(builtin_contract(), apis={"art": api})
    public = decode(json.loads(json.dumps(encode(contract)))).apis["art"].public
    assert public == api.public
    assert public is not None
    bindings = [method.binding for method in public.methods.values()]
    assert bindings == [Binding.CLASS, Binding.STATIC, Binding.INSTANCE]
    assert {type(binding) for binding in bindings} == {Binding}
    assert (public.abstract, public.attributes["frame"].settable) == (True, True)
    assert public.attributes["frame"].kind is ResultKind.PLAIN


def test_what_cannot_be_kept_is_refused() -> None:
    contract = builtin_contract()
    method = ProtocolMethod("m", Signature((Parameter("p", default=Model(1)),)), ResultKind.ANY)
    api = ApiContract("art", public=ProtocolModel("P", "m", {"m": method}))
    with pytest.raises(TypeError, match="default of type Model"):
        encode(replace(contract, apis={"art": api}))
