"""What has a name is called by it, whatever its repr shows."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

import pytest

from provider_conformance.protocols.careful import short_repr
from provider_conformance.protocols.classes import by_name


class Order(Enum):
    UP = 1


class Loud(type):
    def __repr__(cls) -> str:
        raise RuntimeError


class Shouting(metaclass=Loud):
    """Its own repr raises."""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (json, "the module `json`"),
        (json.dumps, "the function `dumps`"),
        (len, "the function `len`"),
        (Order, "the class `Order`"),
        (Order.UP, "Order.UP"),
        (Shouting, "the class `Shouting`"),
    ],
)
def test_it_goes_by_its_name(value: Any, text: str) -> None:
    assert by_name(value) == text == short_repr(value)


@pytest.mark.parametrize("value", [3, "json", None, [json], Shouting()])
def test_a_value_has_none(value: Any) -> None:
    assert by_name(value) == ""
