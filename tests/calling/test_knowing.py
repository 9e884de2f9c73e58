"""Which of the registered objects a call is about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from provider_conformance.calling.asking import Asked, Slot
from provider_conformance.calling.knowing import Knowing, placed
from provider_conformance.laws.model import Guide


def model(name: str, kind: str = "llm") -> Any:
    return SimpleNamespace(identifier=name, provider_resource_id=name, model_type=kind)


def chosen(method: str, *models: Any) -> Any:
    """The model that a call on a method is made with."""
    asked = Asked(method, (), (Slot(("model",), str, True),), None, None, False)
    knowing = Knowing(Guide("inference"), nouns=("model",), objects=list(models))
    return knowing.identifiers(asked)["model",]


# Many adapters take every model that a server lists for one that writes texts.
LISTED = [model("tiny-rerank"), model("tiny-embed"), model("tiny-chat")]


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("openai_chat_completion", "tiny-chat"),
        ("openai_completion", "tiny-chat"),
        ("openai_embeddings", "tiny-embed"),
        ("rerank", "tiny-rerank"),
    ],
)
def test_a_model_is_chosen_by_its_name_where_its_kind_says_nothing(method: str, wanted: str) -> None:
    assert chosen(method, *LISTED) == wanted


def test_a_model_s_kind_counts_where_its_name_says_nothing() -> None:
    models = [model("minilm", "embedding"), model("llama")]
    assert chosen("openai_embeddings", *models) == "minilm"
    assert chosen("openai_chat_completion", *models) == "llama"


def test_a_model_of_another_kind_is_better_than_none() -> None:
    assert chosen("openai_embeddings", model("llama")) == "llama"


class Said(BaseModel):
    text: str


@pytest.mark.parametrize(
    ("annotation", "sample", "place"),
    [
        (list[Said], [{"text": "a"}], {("messages",): [Said(text="a")]}),
        (list[Said], [{"content": "a"}], {}),
        (Any, [{"content": "a"}], {("messages",): [{"content": "a"}]}),
    ],
    ids=["fits", "is of another release", "anything goes"],
)
def test_a_sample_is_used_where_its_place_takes_it(
    annotation: Any, sample: object, place: dict[tuple[str, ...], object]
) -> None:
    asked = Asked("run", (), (Slot(("messages",), annotation, True),), None, None, False)
    setting = Knowing(Guide("safety"), nouns=(), objects=[]).setting("a")
    assert placed(asked, {"messages": sample}, setting) == place
