"""References to environment variables."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.stack.environment import substitute
from provider_conformance.stack.errors import BadReferenceError, MissingVariableError


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("${env.SET}", "value"),
        ("${env.SET:=other}", "value"),
        ("${env.UNSET:=other}", "other"),
        ("${env.EMPTY:=other}", "other"),
        ("http://${env.UNSET:=localhost}:${env.UNSET:=80}/v1", "http://localhost:80/v1"),
        ("${env.UNSET:=http://[::1]:80}", "http://[::1]:80"),
        ("${env.SET:+there}", "there"),
        ("a${env.UNSET:+there}", "a"),
        ("${env.UNSET:=}", None),
        ("${env.UNSET:+there}", None),
        ("$env.SET {env.SET} $", "$env.SET {env.SET} $"),
        ("", ""),
        (17, 17),
        (None, None),
        ([{"deep": "${env.SET}"}], [{"deep": "value"}]),
    ],
)
def test_a_reference_is_replaced(value: Any, result: Any) -> None:
    assert substitute(value, {"SET": "value", "EMPTY": ""}) == result


def test_a_replaced_value_is_not_looked_at_again() -> None:
    assert substitute("${env.A}", {"A": "${env.B}", "B": "b"}) == "${env.B}"


def test_the_tree_is_left_as_it_was() -> None:
    tree = {"a": ["${env.A:=1}"]}
    substitute(tree, {})
    assert tree == {"a": ["${env.A:=1}"]}


def test_a_missing_variable_is_told_with_its_place_and_the_way_out() -> None:
    with pytest.raises(MissingVariableError) as caught:
        substitute({"providers": {"inference": [{"config": {"url": "${env.URL}"}}]}}, {})
    assert caught.value.place == "providers.inference[0].config.url"
    assert "`URL` is not set; set it, or give a default: ${env.URL:=default}" in str(caught.value)


@pytest.mark.parametrize("reference", ["${env.A:b}", "${env.A:-b}", "${env.}", "${env.A", "${env.A-B}"])
def test_a_reference_in_another_form_is_told(reference: str) -> None:
    with pytest.raises(BadReferenceError, match=r"is no reference") as caught:
        substitute({"key": f"x{reference}"}, {"A": "a"})
    assert (caught.value.reference, caught.value.place) == (reference, "key")
