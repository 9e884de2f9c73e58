"""Made-up providers behave as real ones do, as far as others rely on it."""

from __future__ import annotations

import asyncio
import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.laws.uploaded import id_of
from provider_conformance.neighbours import evaluating, inference, stores, tools
from provider_conformance.neighbours.handlers import handlers_of
from provider_conformance.neighbours.heard import Heard, NotThereError
from provider_conformance.package.exceptions import Nature, nature

TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


class File:
    filename = "a.txt"

    def __init__(self, data: bytes) -> None:
        self.data = io.BytesIO(data)

    async def read(self) -> bytes:
        return self.data.read()


def ask(handler: Any, kept: dict[str, Any] | None = None, **arguments: Any) -> Any:
    return asyncio.run(handler(Heard(arguments, {} if kept is None else kept)))


def test_an_argument_is_found_in_a_request_too() -> None:
    heard = Heard({"params": SimpleNamespace(model="m", n=None), "request": {"size": 1}})
    assert (heard.get("model"), heard.get("size"), heard.get("n", 5)) == ("m", 1, 5)


def test_files_that_were_uploaded_come_back() -> None:
    kept: dict[str, Any] = {}
    made = ask(stores.upload, kept, file=File(b"bytes"), purpose="assistants")
    assert made["bytes"] == 5
    assert ask(stores.content, kept, file_id=made["id"]).data == b"bytes"
    assert [file["id"] for file in ask(stores.listed, kept)["data"]] == [made["id"]]


def test_files_that_were_deleted_are_gone() -> None:
    kept: dict[str, Any] = {}
    made = ask(stores.upload, kept, file=File(b"bytes"))
    ask(stores.delete, kept, file_id=made["id"])
    with pytest.raises(NotThereError):
        ask(stores.content, kept, file_id=made["id"])
    assert ask(stores.listed, kept)["data"] == []


def test_a_file_that_is_not_there_is_a_refusal() -> None:
    with pytest.raises(NotThereError) as raised:
        ask(stores.retrieve, file_id="never")
    assert nature(raised.value) is Nature.REFUSAL


def test_a_processed_file_says_what_is_in_it_and_whose_it_is() -> None:
    (chunk,) = ask(stores.process, file_id=id_of("text"))["chunks"]
    assert chunk["content"] == "hello world"
    assert chunk["metadata"]["document_id"] == chunk["chunk_metadata"]["document_id"] == id_of("text")


def test_a_tool_that_is_offered_is_called_once() -> None:
    first = ask(inference.chat, messages=[{"role": "user"}], tools=[TOOL])["choices"][0]
    assert first["finish_reason"] == "tool_calls"
    assert json.loads(first["message"]["tool_calls"][0]["function"]["arguments"]) == {}
    answered = [{"role": "user"}, {"role": "tool"}]
    assert ask(inference.chat, messages=answered, tools=[TOOL])["choices"][0]["finish_reason"] == "stop"


def test_a_model_that_is_to_choose_between_words_says_the_first() -> None:
    said = [{"role": "user", "content": "- First line must read 'safe' or 'unsafe'."}]
    assert ask(inference.chat, messages=said)["choices"][0]["message"]["content"] == "safe"


def test_rows_of_a_dataset_are_as_many_as_asked() -> None:
    assert len(ask(evaluating.rows, dataset_id="d", limit=2)["data"]) == 2
    rest = ask(evaluating.rows, dataset_id="d", start_index=1)
    assert (len(rest["data"]), rest["has_more"]) == (2, False)


def test_each_row_is_scored_by_each_function() -> None:
    results = ask(evaluating.score, input_rows=[{}, {}], scoring_functions={"f": None})["results"]
    assert list(results) == ["f"]
    assert len(results["f"]["score_rows"]) == 2


def test_pieces_of_an_answer_have_one_id_and_end_once() -> None:
    pieces = ask(inference.chat, messages=[{"role": "user"}], stream=True).items
    assert len({piece["id"] for piece in pieces}) == 1
    ends = [choice["finish_reason"] for piece in pieces for choice in piece["choices"]]
    assert ends == [None, None, "stop"]


def test_two_answers_have_two_ids() -> None:
    kept: dict[str, Any] = {}
    assert ask(inference.chat, kept)["id"] != ask(inference.chat, kept)["id"]


@pytest.mark.parametrize(
    ("given", "count"), [("a", 1), (["a", "b"], 2), ([1, 2, 3], 1), ([[1], [2, 3]], 2), ([], 0)]
)
def test_there_is_a_vector_for_each_text(given: Any, count: int) -> None:
    data = ask(inference.embeddings, input=given, dimensions=4)["data"]
    assert [len(item["embedding"]) for item in data] == [4] * count


def test_what_is_ranked_is_as_long_as_asked() -> None:
    data = ask(inference.rerank, items=["a", "b", "c"], max_num_results=2)["data"]
    assert [item["index"] for item in data] == [0, 1]


def test_the_tool_adds() -> None:
    assert ask(tools.invoke, kwargs={"a": 1, "b": 2, "c": "x"})["content"] == "3"


def test_of_other_apis_nothing_is_known() -> None:
    assert handlers_of("telepathy") == {}
