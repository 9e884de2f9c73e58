"""Objects to register are valid, and their identifiers are any text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.strategies.objects import identifiers, models, objects, renamed
from provider_conformance.strategies.search import smallest

QUICK = settings(max_examples=30, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize("api", ["inference", "safety", "memory"])
def test_objects_survive_their_own_json(api: str) -> None:
    @QUICK
    @given(objects(api))
    def check(obj: Any) -> None:
        assert type(obj).model_validate_json(obj.model_dump_json()) == obj

    check()


def test_objects_of_a_provider_name_it() -> None:
    model = smallest(models(provider_id=st.just("me")), lambda _: True, examples=5)
    assert isinstance(model, ModelDefWithProvider)
    assert model.provider_id == "me"


@pytest.mark.parametrize("sign", ["/", ":", " ", ".", "ä"])
def test_identifiers_have_signs_that_code_stumbles_over(sign: str) -> None:
    assert smallest(identifiers(), lambda name: sign in name, examples=2_000)


def test_a_copy_under_another_name_keeps_the_rest() -> None:
    template = ModelDef(identifier="a", llama_model="echo")
    copy = smallest(renamed(template), lambda m: m.identifier != "a", examples=20)
    assert copy is not None
    assert copy.llama_model == "echo"
    assert template.identifier == "a"
