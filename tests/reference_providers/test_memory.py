"""The reference memory provider, called directly."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from reference_memory import get_provider_impl
from reference_memory.config import ReferenceMemoryConfig
from reference_memory.memory import ReferenceMemory
from reference_memory.store import PassageStore

from provider_conformance.stack.apis.media import URL
from provider_conformance.stack.apis.memory import MemoryBankDocument, QueryDocumentsResponse
from provider_conformance.stack.apis.memory_banks import KeyValueMemoryBankDef, KeywordMemoryBankDef

NOTES = KeywordMemoryBankDef(identifier="notes")


Opened = Callable[..., ReferenceMemory]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Makes providers of a given configuration; all are shut down in the end."""
    made: list[ReferenceMemory] = []

    def make(**config: Any) -> ReferenceMemory:
        made.append(asyncio.run(get_provider_impl(ReferenceMemoryConfig(**config), {})))
        return made[-1]

    yield make
    for provider in made:
        asyncio.run(provider.shutdown())


@pytest.fixture
def provider(opened: Opened) -> ReferenceMemory:
    provider = opened(chunk_words=4)
    asyncio.run(provider.register_memory_bank(NOTES))
    return provider


def insert(provider: ReferenceMemory, bank: str = "notes", ttl: int | None = None, **texts: Any) -> None:
    documents = [MemoryBankDocument(document_id=name, content=text) for name, text in texts.items()]
    asyncio.run(provider.insert_documents(bank, documents, ttl))


def query(
    provider: ReferenceMemory, words: str, bank: str = "notes", **params: Any
) -> QueryDocumentsResponse:
    return asyncio.run(provider.query_documents(bank, words, params or None))


def found(provider: ReferenceMemory, words: str, bank: str = "notes") -> list[str]:
    return [chunk.document_id for chunk in query(provider, words, bank).chunks]


def banks(provider: ReferenceMemory) -> list[str]:
    return [bank.identifier for bank in asyncio.run(provider.list_memory_banks())]


def test_what_was_inserted_is_found_by_a_word(provider: ReferenceMemory) -> None:
    insert(provider, cats="cats sleep", dogs="dogs bark")
    assert found(provider, "Do dogs dream?") == ["dogs"]


def test_the_best_match_comes_first(provider: ReferenceMemory) -> None:
    insert(provider, one="red apple pie", both="red car", none="blue sky")
    response = query(provider, "red car")
    assert [chunk.document_id for chunk in response.chunks] == ["both", "one"]
    assert response.scores == sorted(response.scores, reverse=True)


def test_there_is_a_score_for_each_chunk(provider: ReferenceMemory) -> None:
    insert(provider, a="x", b="x", c="x")
    response = query(provider, "x")
    assert len(response.scores) == len(response.chunks) == 3


def test_a_long_document_is_found_by_the_passage(provider: ReferenceMemory) -> None:
    insert(provider, poem="one two three four five six seven")
    chunk = query(provider, "six").chunks[0]
    assert (chunk.content, chunk.token_count, chunk.document_id) == ("five six seven", 3, "poem")


def test_a_query_limits_the_chunks(provider: ReferenceMemory) -> None:
    insert(provider, a="x", b="x", c="x")
    assert len(query(provider, "x", max_chunks=2).chunks) == 2


def test_without_a_limit_the_configured_one_holds(opened: Opened) -> None:
    provider = opened(max_chunks=1)
    asyncio.run(provider.register_memory_bank(NOTES))
    insert(provider, a="x", b="x")
    assert len(query(provider, "x").chunks) == 1


@pytest.mark.parametrize("words", ["", "?!", "_"])
def test_a_query_without_words_finds_nothing(provider: ReferenceMemory, words: str) -> None:
    insert(provider, a="x")
    assert query(provider, words) == QueryDocumentsResponse(chunks=[], scores=[])


@pytest.mark.parametrize("words", ['say "hi" NOT', "NEAR(hi", "hi*", "hi' OR 1=1 --", "text:hi"])
def test_a_query_is_words_and_never_syntax(provider: ReferenceMemory, words: str) -> None:
    insert(provider, greeting="hi there")
    assert found(provider, words) == ["greeting"]


def test_a_document_inserted_again_replaces_its_former_self(provider: ReferenceMemory) -> None:
    insert(provider, a="old words")
    insert(provider, a="new text")
    assert (found(provider, "old"), found(provider, "new")) == ([], ["a"])


def test_banks_are_kept_apart(provider: ReferenceMemory) -> None:
    asyncio.run(provider.register_memory_bank(KeywordMemoryBankDef(identifier="other")))
    insert(provider, "other", a="x")
    assert (found(provider, "x"), found(provider, "x", "other")) == ([], ["a"])


def test_a_document_whose_time_is_up_is_not_found(provider: ReferenceMemory) -> None:
    insert(provider, ttl=0, gone="x")
    insert(provider, ttl=3600, stays="x")
    assert found(provider, "x") == ["stays"]


def test_what_has_expired_is_deleted_with_the_next_insertion(tmp_path: Path) -> None:
    now = 0.0
    store = PassageStore(str(tmp_path / "m.db"), clock=lambda: now)
    store.replace("b", [("d", ["x"])], ttl=10)
    now = 11.0
    store.replace("b", [], ttl=None)
    now = 0.0
    assert store.search("b", "x", 10) == []
    store.close()


def test_a_document_by_url_is_refused_and_nothing_of_its_batch_is_kept(provider: ReferenceMemory) -> None:
    with pytest.raises(ValueError, match="'page': nothing is fetched by URL"):
        insert(provider, text="x", page=URL(uri="https://example.org"))
    assert found(provider, "x") == []


@pytest.mark.parametrize("call", ["insert", "query"])
def test_an_unknown_bank_is_refused_with_those_that_there_are(provider: ReferenceMemory, call: str) -> None:
    with pytest.raises(ValueError, match="'nowhere' is not kept here; banks: notes"):
        insert(provider, "nowhere", a="x") if call == "insert" else query(provider, "x", "nowhere")


def test_a_misspelt_query_parameter_is_refused(provider: ReferenceMemory) -> None:
    with pytest.raises(ValueError, match="max_chunk"):
        query(provider, "x", max_chunk=1)


def test_a_registered_bank_is_listed_once_without_its_provider(provider: ReferenceMemory) -> None:
    asyncio.run(provider.register_memory_bank(KeywordMemoryBankDef(identifier="notes", provider_id="p")))
    assert asyncio.run(provider.list_memory_banks()) == [NOTES]


def test_a_bank_registered_again_keeps_its_documents(provider: ReferenceMemory) -> None:
    insert(provider, a="x")
    asyncio.run(provider.register_memory_bank(NOTES))
    assert found(provider, "x") == ["a"]


def test_a_bank_of_another_type_is_refused_and_not_listed(provider: ReferenceMemory) -> None:
    with pytest.raises(ValueError, match="only keyword banks are kept here, not keyvalue banks"):
        asyncio.run(provider.register_memory_bank(KeyValueMemoryBankDef(identifier="kv")))
    assert banks(provider) == ["notes"]


def test_changing_what_was_listed_changes_nothing(provider: ReferenceMemory) -> None:
    asyncio.run(provider.list_memory_banks())[0].provider_id = "p"
    assert asyncio.run(provider.list_memory_banks())[0].provider_id == ""


def test_instances_share_nothing(provider: ReferenceMemory, opened: Opened) -> None:
    assert banks(opened()) == []


def test_a_file_survives_a_restart(tmp_path: Path, opened: Opened) -> None:
    path = str(tmp_path / "new" / "memory.db")
    first = opened(db_path=path)
    asyncio.run(first.register_memory_bank(NOTES))
    insert(first, a="x")
    asyncio.run(first.shutdown())
    assert found(opened(db_path=path), "x") == ["a"]


def test_concurrent_insertions_all_arrive(provider: ReferenceMemory) -> None:
    async def together() -> None:
        batches = [[MemoryBankDocument(document_id=str(number), content="x")] for number in range(20)]
        await asyncio.gather(*(provider.insert_documents("notes", batch) for batch in batches))

    asyncio.run(together())
    assert len(query(provider, "x", max_chunks=100).chunks) == 20


def test_a_provider_that_was_shut_down_says_so(provider: ReferenceMemory) -> None:
    asyncio.run(provider.shutdown())
    with pytest.raises(RuntimeError, match="not initialized"):
        asyncio.run(provider.list_memory_banks())
