"""The reference inference provider, called directly."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable
from itertools import islice
from typing import Any, TypeVar

import pytest
from reference_inference import get_provider_impl
from reference_inference.config import ReferenceInferenceConfig
from reference_inference.embeddings import embed
from reference_inference.engines import Markov, choose
from reference_inference.inference import ReferenceInference

from provider_conformance.stack.apis.inference import LogProbConfig
from provider_conformance.stack.apis.messages import StopReason, UserMessage
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.stack.apis.sampling import SamplingParams, SamplingStrategy
from provider_conformance.stack.apis.tools import ToolChoice, ToolDefinition

T = TypeVar("T")
ECHO, MARKOV = "reference-echo", "reference-markov"
MINE = ModelDef(identifier="mine", llama_model="echo", metadata={"a": [1]})


@pytest.fixture
def provider() -> ReferenceInference:
    return asyncio.run(get_provider_impl(ReferenceInferenceConfig(), {}))


def awaited(result: Awaitable[T] | AsyncIterator[Any]) -> T:
    assert isinstance(result, Awaitable)

    async def wait() -> T:
        return await result

    return asyncio.run(wait())


def chunks(result: Awaitable[Any] | AsyncIterator[T]) -> list[T]:
    assert isinstance(result, AsyncIterator)

    async def collect() -> list[T]:
        return [chunk async for chunk in result]

    return asyncio.run(collect())


def identifiers(provider: ReferenceInference) -> list[str]:
    return [model.identifier for model in asyncio.run(provider.list_models())]


def test_the_configured_models_are_listed(provider: ReferenceInference) -> None:
    assert identifiers(provider) == [ECHO, MARKOV]


def test_an_echo_says_what_it_was_told(provider: ReferenceInference) -> None:
    message = awaited(provider.completion(ECHO, "to be  or not")).completion_message
    assert (message.content, message.stop_reason) == ("to be  or not", StopReason.end_of_turn)


def test_a_stream_is_the_answer_in_pieces(provider: ReferenceInference) -> None:
    deltas = [chunk.delta for chunk in chunks(provider.completion(ECHO, "a b c", stream=True))]
    assert deltas == ["a", " b", " c", ""]


def test_the_last_chunk_says_why_it_stopped(provider: ReferenceInference) -> None:
    reasons = [c.stop_reason for c in chunks(provider.completion(ECHO, "a b", stream=True))]
    assert reasons == [None, None, StopReason.end_of_turn]


def test_a_limit_cuts_the_answer_off(provider: ReferenceInference) -> None:
    result = provider.completion(ECHO, "a b c", SamplingParams(max_tokens=2))
    message = awaited(result).completion_message
    assert (message.content, message.stop_reason) == ("a b", StopReason.out_of_tokens)


def test_an_answer_of_just_the_limit_is_whole(provider: ReferenceInference) -> None:
    message = awaited(provider.completion(ECHO, "a b", SamplingParams(max_tokens=2))).completion_message
    assert message.stop_reason is StopReason.end_of_turn


def test_without_a_limit_the_configured_one_holds() -> None:
    config = ReferenceInferenceConfig(corpus="round and round", max_tokens=5)
    provider = asyncio.run(get_provider_impl(config, {}))
    message = awaited(provider.completion(MARKOV, "round", None)).completion_message
    assert (message.content, message.stop_reason) == (
        "and round and round and",
        StopReason.out_of_tokens,
    )


def test_a_chat_answers_the_last_message(provider: ReferenceInference) -> None:
    messages = [UserMessage(content="one"), UserMessage(content="two")]
    assert awaited(provider.chat_completion(ECHO, messages)).completion_message.content == "two"  # type: ignore[arg-type]


def test_a_chat_streams_from_start_to_complete(provider: ReferenceInference) -> None:
    events = chunks(provider.chat_completion(ECHO, [UserMessage(content="a b")], stream=True))
    assert [event.event.event_type.value for event in events] == ["start", "progress", "progress", "complete"]


def test_a_stream_may_be_left_early(provider: ReferenceInference) -> None:
    async def first() -> str:
        stream = provider.completion(ECHO, "a b c", stream=True)
        assert isinstance(stream, AsyncIterator)
        return (await anext(stream)).delta

    assert asyncio.run(first()) == "a"


def test_concurrent_calls_do_not_mix(provider: ReferenceInference) -> None:
    texts = [f"call {number} says {number}" for number in range(20)]

    async def together() -> list[Any]:
        return await asyncio.gather(*(provider.completion(ECHO, text) for text in texts))  # type: ignore[arg-type]

    assert [r.completion_message.content for r in asyncio.run(together())] == texts


@pytest.mark.parametrize("stream", [False, True])
def test_an_unknown_model_is_refused_before_anything_is_awaited(
    provider: ReferenceInference, stream: bool
) -> None:
    with pytest.raises(ValueError, match="'nobody' is not served here; served models: reference-echo"):
        provider.completion("nobody", "x", stream=stream)


def test_embeddings_of_an_unknown_model_are_refused(provider: ReferenceInference) -> None:
    with pytest.raises(ValueError, match="nobody"):
        asyncio.run(provider.embeddings("nobody", ["x"]))


def test_a_chat_without_messages_is_refused(provider: ReferenceInference) -> None:
    with pytest.raises(ValueError, match="at least one message"):
        provider.chat_completion(ECHO, [])


def test_a_required_tool_call_is_refused(provider: ReferenceInference) -> None:
    with pytest.raises(NotImplementedError, match="call no tools"):
        provider.chat_completion(
            ECHO,
            [UserMessage(content="x")],
            tools=[ToolDefinition(tool_name="t")],
            tool_choice=ToolChoice.required,
        )


def test_log_probabilities_come_for_each_token_where_asked_for(provider: ReferenceInference) -> None:
    response = awaited(provider.completion(ECHO, "a b", logprobs=LogProbConfig(top_k=1)))
    assert [item.logprobs_by_token for item in response.logprobs or ()] == [{"a": 0.0}, {" b": 0.0}]


def test_log_probabilities_do_not_come_unasked(provider: ReferenceInference) -> None:
    assert awaited(provider.completion(ECHO, "a b")).logprobs is None


def test_a_registered_model_is_listed_once_and_served(provider: ReferenceInference) -> None:
    async def scenario() -> None:
        await provider.register_model(MINE)
        await provider.register_model(MINE)

    asyncio.run(scenario())
    assert identifiers(provider).count("mine") == 1
    assert awaited(provider.completion("mine", "hi")).completion_message.content == "hi"


def test_a_definition_with_a_provider_is_listed_without(provider: ReferenceInference) -> None:
    asyncio.run(provider.register_model(ModelDefWithProvider(**MINE.model_dump(), provider_id="p")))
    assert asyncio.run(provider.list_models())[-1] == MINE


def test_a_model_without_an_engine_is_refused(provider: ReferenceInference) -> None:
    with pytest.raises(ValueError, match="no engine is called 'gpt'; there are echo, markov"):
        asyncio.run(provider.register_model(ModelDef(identifier="x", llama_model="gpt")))


def test_changing_what_was_registered_or_listed_changes_nothing(provider: ReferenceInference) -> None:
    model = MINE.model_copy(deep=True)
    asyncio.run(provider.register_model(model))
    model.metadata["a"].append(2)
    asyncio.run(provider.list_models())[-1].metadata["a"].append(3)
    assert asyncio.run(provider.list_models())[-1].metadata == {"a": [1]}


def test_instances_share_nothing(provider: ReferenceInference) -> None:
    other = asyncio.run(get_provider_impl(ReferenceInferenceConfig(), {}))
    asyncio.run(provider.register_model(MINE))
    assert "mine" not in identifiers(other)


def test_a_corpus_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="corpus"):
        ReferenceInferenceConfig(corpus="  ")


def test_a_markov_chain_ends_where_the_corpus_does() -> None:
    tokens = Markov("one two three").generate("one", SamplingParams())
    assert "".join(token.text for token in tokens) == "two three"


def test_a_markov_chain_starts_with_the_corpus_after_an_unknown_word() -> None:
    tokens = Markov("one two three").generate("what", SamplingParams())
    assert next(tokens).text == "two"


def test_a_prompt_always_gets_the_same_answer() -> None:
    sampling = SamplingParams(strategy=SamplingStrategy.top_p, temperature=1.0)
    chain = Markov("a b a c a d a e a")
    walks = [[t.text for t in islice(chain.generate("a", sampling), 50)] for _ in range(2)]
    assert walks[0] == walks[1]


def test_sampling_leaves_the_greedy_path() -> None:
    sampling = SamplingParams(strategy=SamplingStrategy.top_p, temperature=1.0, top_p=1.0)
    tokens = islice(Markov("a b a c a d a e a").generate("a", sampling), 50)
    assert {token.text.strip() for token in tokens} == {"a", "b", "c", "d", "e"}


CANDIDATES = {"rare": 0.1, "usual": 0.6, "other": 0.3}


def sampled(fraction: float, **knobs: Any) -> str:
    return choose(CANDIDATES, SamplingParams(**{"temperature": 1.0, **knobs}), fraction)


@pytest.mark.parametrize(("fraction", "expected"), [(0.0, "usual"), (0.61, "other"), (0.95, "rare")])
def test_chance_points_at_a_candidate_by_its_share(fraction: float, expected: str) -> None:
    assert sampled(fraction, strategy="top_p", top_p=1.0) == expected


def test_top_k_leaves_the_likeliest_k() -> None:
    assert sampled(0.999, strategy="top_k", top_k=2) == "other"


def test_top_k_of_zero_leaves_all() -> None:
    assert sampled(0.999, strategy="top_k", top_k=0) == "rare"


def test_top_p_leaves_the_likeliest_that_reach_p() -> None:
    assert sampled(0.999, strategy="top_p", top_p=0.5) == "usual"


@pytest.mark.parametrize("temperature", [None, 0.0, 1e-300])
def test_without_heat_the_likeliest_is_taken(temperature: float | None) -> None:
    assert sampled(0.999, strategy="top_p", top_p=1.0, temperature=temperature) == "usual"


def test_embeddings_come_in_order_and_of_the_configured_length() -> None:
    provider = asyncio.run(get_provider_impl(ReferenceInferenceConfig(embedding_dimension=8), {}))
    response = asyncio.run(provider.embeddings(ECHO, ["a", "b"]))
    assert response.embeddings == [embed("a", 8), embed("b", 8)]


def test_an_embedding_has_length_one() -> None:
    assert math.hypot(*embed("the quick brown fox", 16)) == pytest.approx(1.0)


def test_an_embedding_without_words_is_zero() -> None:
    assert embed("...", 4) == [0.0] * 4


def test_texts_that_share_words_point_the_same_way() -> None:
    cat, kitten, tax = (embed(text, 64) for text in ("the cat sat", "The cat slept", "income tax form"))

    def cosine(left: list[float], right: list[float]) -> float:
        return sum(a * b for a, b in zip(left, right, strict=True))

    assert cosine(cat, kitten) > cosine(cat, tax) + 0.3
