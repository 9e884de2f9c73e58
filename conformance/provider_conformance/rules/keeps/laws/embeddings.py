"""PC831 and PC837 to PC839: models that embed, their vectors, and ranking."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, NoPlaceError, UnansweredError, meaning
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.scores import rising

_EMBED: Final = "openai_embeddings"
_RERANK: Final = "rerank"
_LIST: Final = "list_models"
_TEXTS: Final = ("hello world apple", "the train leaves at noon", "red green blue")
_NEAR: Final = 1e-3
_FEW: Final = 16
_BYTES: Final = 4
_ROUTER: Final = (
    "The router makes vector stores of the dimension that is listed, and zips vectors with chunks."
)


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    length = math.hypot(*one) * math.hypot(*other)
    return math.sumprod(one, other) / length if length and len(one) == len(other) else 0.0


def _alike(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and _cosine(one, other) > 1 - _NEAR


def _floats(value: Any) -> list[float] | None:
    """A vector that is a list of numbers, None for any other value."""
    if isinstance(value, list) and all(isinstance(number, int | float) for number in value):
        return [float(number) for number in value]
    return None


async def _vectors(client: Client, given: Any, **more: Any) -> list[list[float]]:
    """The vectors of an input; none where one of them is no list of numbers."""
    answer = await client.answer(_EMBED, input=given, **more)
    found = [_floats(item.embedding) for item in answer.data]
    return [one for one in found if one is not None]


def _listed(models: Sequence[Any]) -> dict[str, int]:
    """The dimensions that models which embed are listed with, by their identifiers at the provider."""
    found = {}
    for model in models:
        kind = getattr(model, "model_type", "")
        size = (getattr(model, "metadata", None) or {}).get("embedding_dimension")
        if str(getattr(kind, "value", kind)) == "embedding" and size is not None:
            found[str(model.provider_resource_id or model.identifier)] = size
    return found


@law(
    "PC831",
    "dimension-is-true",
    "inference",
    _EMBED,
    why=_ROUTER,
    fix="list the length that the model's vectors have as `metadata['embedding_dimension']`",
    proves=False,
)
async def dimension_is_true(client: Client) -> AsyncIterator[Broken]:
    """Check that models which embed are listed with the dimension of their vectors.

    What it does:
        Asks the provider for its models. Each one of type embedding has `metadata["embedding_dimension"]`,
        an int, and a text that is embedded with it has a vector of that length. Where the model's server is
        stood in for, the length is not judged, and no dimension is a warning.

    Why is this bad:
        A vector store is made of the listed dimension: every insertion into it fails.

    Example:
        ```python
        Model(..., model_type=ModelType.embedding, metadata={"embedding_dimension": 384})  # it gives 768
        ```

    How to fix:
        Ask the model once, or keep the list in step with what is served.

    Source:
        ogx's vector_io router and memory, which read it.
    """
    models = await client.running.listed()
    kinds = [(m, getattr(m.model_type, "value", m.model_type)) for m in models if hasattr(m, "model_type")]
    embedding = [model for model, kind in kinds if str(kind) == "embedding"]
    if not embedding:
        raise NoPlaceError("it lists no model that embeds")
    client.note("provider.list_models()", _LIST)
    for model in embedding[:3]:
        size = (model.metadata or {}).get("embedding_dimension")
        name = str(model.provider_resource_id or model.identifier)
        if not isinstance(size, int):
            message = f"the model {name!r} embeds and is listed with embedding_dimension={size!r}"
            # A real server may say of its models what the stand-in does not.
            unsure = client.standin
            yield client.broken(_LIST, message, remark=f"metadata={model.metadata}", warning=unsure)
            return
        if client.standin:
            continue
        vectors = await _vectors(client, "hello", model=name)
        if vectors and len(vectors[0]) != size:
            message = (
                f"the model {name!r} is listed with vectors of {size} and makes them of {len(vectors[0])}"
            )
            yield client.broken(_LIST, message, remark=f"{len(vectors[0])} numbers")
            return
        client.lines.pop()


@law(
    "PC837",
    "embeddings-in-order",
    "inference",
    _EMBED,
    why=_ROUTER,
    fix="give one vector for each input, in the inputs' order, numbered from 0",
    proves=False,
)
async def embeddings_in_order(client: Client) -> AsyncIterator[Broken]:
    """Check that each text gets its own vector, in the order of the texts.

    What it does:
        Embeds three texts at once: there are three vectors, with the indices 0, 1, 2, of one length, finite
        and not all zero. Each is nearest to the vector that its own text has alone. A text and a list of
        that one text have the same vector. 60 texts, also, are answered with 60 vectors, or refused.

    Why is this bad:
        Chunks are stored with the vectors of others: nothing fails, and a search finds the wrong thing.

    Example:
        ```python
        vectors = [future.result() for future in as_completed(futures)]  # in the order of completion
        ```

    How to fix:
        Keep the order (`gather`, `map`), or sort by the index that the model's server gives.

    Source:
        OpenAI's reference of embeddings; ogx's vector stores, which zip texts and vectors.
    """
    own = client.apart()
    data = (await own.answer(_EMBED, input=[*_TEXTS])).data
    vectors = [_floats(item.embedding) for item in data]
    if told := _wrong_vectors(data, vectors):
        yield own.broken(_EMBED, told, remark=told)
        return
    for number, text in enumerate(_TEXTS):
        before = len(own.lines)
        alone = (await _vectors(own, text) or [[]])[0]
        near = [_cosine(alone, vector or []) for vector in vectors]
        if max(near) > near[number] + _NEAR:
            other = near.index(max(near))
            message = f"text {number} of three has the vector of text {other}"
            yield own.broken(_EMBED, message, remark=f"nearest to vector {other}")
            return
        del own.lines[before:]
    own = client.apart()
    both = [await _vectors(own, given) for given in (_TEXTS[0], [_TEXTS[0]])]
    if all(both) and not _alike(both[0][0], both[1][0]):
        message = "a text has another vector than a list of that one text"
        yield own.broken(_EMBED, message, remark="another vector")
        return
    own = client.apart()
    many = await own.taken(_EMBED, input=[f"hello {number}" for number in range(60)])
    if many is not None and len(many.data) != 60:
        yield own.broken(_EMBED, f"60 texts get {len(many.data)} vectors", remark=f"{len(many.data)} vectors")


def _wrong_vectors(data: Sequence[Any], vectors: Sequence[list[float] | None]) -> str:
    """What is wrong with the vectors of three texts; "" where nothing is."""
    if len(vectors) != len(_TEXTS):
        return f"three texts get {len(vectors)} vectors"
    if (indices := [item.index for item in data]) != [*range(len(_TEXTS))]:
        return f"the vectors of three texts have the indices {indices}"
    found = [vector for vector in vectors if vector is not None]
    if len(found) < len(vectors):
        return "a vector is no list of numbers, and no other form was asked for"
    if len({len(vector) for vector in found}) > 1:
        return f"vectors of one model have the lengths {[len(vector) for vector in found]}"
    if not all(math.isfinite(number) for vector in found for number in vector):
        return "a vector has numbers that are not finite"
    return "" if all(any(vector) for vector in found) else "the vector of a text with words is all zeros"


@law(
    "PC838",
    "embedding-options",
    "inference",
    _EMBED,
    why="The stack sends `dimensions` with each file of a store; OpenAI's clients ask for base64.",
    fix="pass `dimensions` and `encoding_format` on, or refuse what cannot be done with a ValueError",
    after=("PC831", "PC837"),
    proves=False,
)
async def embedding_options(client: Client) -> AsyncIterator[Broken]:
    """Check that `dimensions` and `encoding_format` are done or refused, and not ignored.

    What it does:
        Asks for the dimension that the model is listed with: answered. Asks for fewer: vectors of that
        length, or a refusal. Asks for base64: the same vector as little-endian 32-bit floats, or a refusal;
        that it is a list of numbers all the same is a warning.

    Why is this bad:
        A store is made for short vectors and gets long ones: the insertion fails, or worse, does not.

    Example:
        ```python
        return await self.client.embeddings.create(model=params.model, input=params.input)
        ```

    How to fix:
        Build the request of all that the caller has set.

    Source:
        OpenAI's reference of embeddings; ogx's vector stores, which ask for the store's dimension.
    """
    plain = await _vectors(client, _TEXTS[0])
    if not plain:
        raise NoPlaceError("it gives no vectors as lists")
    client.lines.clear()
    if client.has(_EMBED, "dimensions"):
        async for broken in _dimensions(client, len(plain[0])):
            yield broken
            return
    if client.has(_EMBED, "encoding_format"):
        own = client.apart()
        packed = await own.taken(_EMBED, input=_TEXTS[0], encoding_format="base64")
        if packed is not None and packed.data:
            for broken in _unpacked(own, packed.data[0].embedding, plain[0]):
                yield broken


async def _dimensions(client: Client, size: int) -> AsyncIterator[Broken]:
    """Ask for the dimension that there is anyway, and for fewer."""
    if size in _listed(client.knowing.objects).values():
        own = client.apart()
        seen = await own.ask(_EMBED, input=_TEXTS[0], dimensions=size)
        if not seen.answered and meaning(seen) in (Nature.REFUSAL, Nature.UNSUPPORTED):
            message = f"the dimension that the model is listed with, {size}, is refused"
            yield own.broken(_EMBED, message, fix="take the dimension that the model has anyway")
        elif not seen.answered:
            raise UnansweredError(seen, own.script)
    own, few = client.apart(), _FEW if size > _FEW else max(size // 2, 1)
    short = await own.taken(_EMBED, input=_TEXTS[0], dimensions=few)
    lengths = [len(item.embedding) for item in short.data] if short is not None else []
    if any(length != few for length in lengths):
        message = f"`dimensions={few}` gives a vector of {lengths[0]}"
        yield own.broken(_EMBED, message, remark=f"{lengths[0]} numbers")


def _unpacked(client: Client, value: Any, plain: list[float]) -> list[Broken]:
    """What is wrong with a vector that was asked for in base64."""
    if not isinstance(value, str):
        message = '`encoding_format="base64"` is ignored: a list of numbers comes'
        return [client.broken(_EMBED, message, remark="a list", warning=True)]
    try:
        data = base64.b64decode(value, validate=True)
        numbers = [*struct.unpack(f"<{len(data) // _BYTES}f", data)]
    except (ValueError, struct.error):
        return [client.broken(_EMBED, "what comes for base64 is none", remark=value[:20])]
    if not _alike(numbers, plain):
        message = "in base64 a text has another vector than as a list of numbers"
        fix = "pack little-endian 32-bit floats: `struct.pack(f'<{len(v)}f', *v)`"
        return [client.broken(_EMBED, message, remark=f"{len(numbers)} numbers", fix=fix)]
    return []


@law(
    "PC839",
    "ranked-by-score",
    "inference",
    _RERANK,
    why="A search that ranks its hits takes them by `index`, in the order of the answer.",
    fix="give each item once, by its place in the request, the most relevant first",
    proves=False,
)
async def ranked_by_score(client: Client) -> AsyncIterator[Broken]:
    """Check that ranking gives each item once, by its place, the most relevant first.

    What it does:
        Ranks three texts: each index comes once and is one of theirs, scores do not rise, and
        `max_num_results=2` gives two at most.

    Why is this bad:
        A hit is shown twice and another one is lost, or the worst stands first.

    Example:
        ```python
        data = [Ranked(index=rank, relevance_score=s) for rank, s in enumerate(scores)]  # whose?
        ```

    How to fix:
        Keep the item's place beside its score before sorting.

    Source:
        `InferenceProvider.rerank`; ogx's vector_io router.
    """
    items = ["car", "apple pie", "apple"]
    given = {"query": "apple pie", "items": items}
    data = (await client.answer(_RERANK, **given)).data
    indices, scores = [one.index for one in data], [one.relevance_score for one in data]
    if sorted(indices) != [*range(len(items))]:
        message = f"three texts are ranked with the indices {indices}"
        yield client.broken(_RERANK, message, remark=f"{indices}")
    elif rising(scores):
        yield client.broken(_RERANK, "scores rise from one item to the next", remark=f"{scores}")
    elif client.has(_RERANK, "max_num_results"):
        client.lines.clear()
        two = (await client.answer(_RERANK, **given, max_num_results=2)).data
        if len(two) > 2:
            message = f"`max_num_results=2` gives {len(two)}"
            yield client.broken(_RERANK, message, remark=f"{len(two)} items", fix="look at `max_num_results`")
