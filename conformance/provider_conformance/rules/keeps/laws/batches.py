"""PC851 to PC853: batches of requests: they end, are made once for a key, and are listed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, NoPlaceError, UnseenError
from provider_conformance.laws.uploaded import CHAT, requests
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.pages import MADE, turned

_CREATE: Final = "create_batch"
_RETRIEVE: Final = "retrieve_batch"
_LIST: Final = "list_batches"
_REQUESTS: Final = 3
_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.5)
"""Seconds between looks at a batch that is being worked on."""
_ENDED: Final = ("completed", "failed", "expired", "cancelled")


def _batch(**more: Any) -> dict[str, Any]:
    usual = {"input_file_id": requests(CHAT), "endpoint": CHAT, "completion_window": "24h"}
    return {**usual, **more}


@law(
    "PC851",
    "batch-ends",
    "batches",
    _CREATE,
    _RETRIEVE,
    why="A client asks for its batch until it has ended, and then for the output file.",
    fix="count requests as they are done, and end the batch once none is left",
)
async def batch_ends(client: Client) -> AsyncIterator[Broken]:
    """Check that a batch is retrieved as it was created, and ends with counts that add up.

    What it does:
        Creates a batch of three requests with metadata, and asks for it for a while. It has the identifier,
        endpoint, file and metadata that it was created with. Once it has ended as "completed",
        `request_counts` say that three are done, none more and none twice, and there is an output file. A
        batch that fails here, where files and models are made up, or takes longer, is inconclusive.

    Why is this bad:
        Who waits for a batch that never ends waits for ever; who trusts the counts loses answers.

    Example:
        ```python
        batch.request_counts.completed += len(results)  # the failed ones too
        ```

    How to fix:
        Work counts out of the results.

    Source:
        OpenAI's reference of batches; the protocol's docstrings.
    """
    made = await client.answer(_CREATE, **_batch(metadata={"purpose": "conformance"}))
    told = await client.answer(_RETRIEVE, batch_id=made.id)
    for name in ("id", "endpoint", "input_file_id", "metadata", "created_at"):
        if (was := getattr(made, name)) != (now := getattr(told, name)):
            message = f"a batch is created with {name}={was!r} and retrieved with {now!r}"
            yield client.broken(
                _RETRIEVE, message, remark=f"{name}={now!r}", fix="answer with what was created"
            )
            return
    for pause in _PAUSES:
        if told.status in _ENDED:
            break
        await asyncio.sleep(pause)
        client.lines.pop()
        told = await client.answer(_RETRIEVE, batch_id=made.id)
    if told.status != "completed":
        errors = getattr(told.errors, "data", None) or ()
        why = f": {errors[0].message}" if errors else ""
        raise UnseenError(f"a batch is {told.status} here after a while{why}")
    counts = told.request_counts
    shown = (
        f"total={counts.total}, completed={counts.completed}, failed={counts.failed}" if counts else "None"
    )
    if counts is None or counts.total != _REQUESTS or counts.completed + counts.failed != counts.total:
        message = f"a completed batch of three requests counts {shown}"
        yield client.broken(_RETRIEVE, message, remark=shown)
    elif counts.completed and not told.output_file_id:
        message = "a completed batch has no output file"
        yield client.broken(_RETRIEVE, message, remark="output_file_id=None", fix="write and name the output")


@law(
    "PC852",
    "batch-key-is-one",
    "batches",
    _CREATE,
    why="A client that does not know whether its request went through makes it again with the same key.",
    fix="keep the key with the batch, and answer with that batch where the key comes again",
    proves=False,
)
async def batch_key_is_one(client: Client) -> AsyncIterator[Broken]:
    """Check that a batch is made once for an idempotency key, and anew without one.

    What it does:
        Creates a batch twice with one `idempotency_key`: one and the same batch. With that key and other
        metadata: refused. Twice without a key: two batches.

    Why is this bad:
        The same requests are worked on, and paid for, twice.

    Example:
        ```python
        async def create_batch(self, request):
            batch_id = f"batch_{uuid4()}"  # whatever the key says
        ```

    How to fix:
        Make the identifier of the key where there is one.

    Source:
        The protocol's docstring: "idempotent batch creation".
    """
    if not client.has(_CREATE, "idempotency_key"):
        raise NoPlaceError("batches have no idempotency key in this release")
    own = client.apart()
    first = await own.answer(_CREATE, **_batch(idempotency_key="conformance-key"))
    again = await own.answer(_CREATE, **_batch(idempotency_key="conformance-key"))
    if first.id != again.id:
        message = "the same key makes a second batch"
        yield own.broken(_CREATE, message, remark=f"id={again.id!r}, and before {first.id!r}")
        return
    own.lines.pop()
    other = _batch(idempotency_key="conformance-key", metadata={"purpose": "another"})
    if await own.taken(_CREATE, **other) is not None:
        message = "a key that is used for another batch is taken"
        fix = "raise `ConflictError` where the parameters are others"
        yield own.broken(_CREATE, message, remark="answered", fix=fix)
        return
    own = client.apart()
    both = [await own.answer(_CREATE, **_batch()) for _ in range(2)]
    if both[0].id == both[1].id:
        message = "two batches that were created without a key are one"
        yield own.broken(_CREATE, message, remark="the same id", fix="make a new batch where there is no key")


@law(
    "PC853",
    "batches-listed-in-pages",
    "batches",
    _CREATE,
    _LIST,
    why="A client that lists its batches follows `after` until `has_more` is false.",
    fix="give at most `limit` from behind `after` on, and say whether there are more",
    after=("PC851",),
)
async def batches_listed_in_pages(client: Client) -> AsyncIterator[Broken]:
    """Check that whoever turns the pages of the listing of batches gets each one once.

    What it does:
        Creates five batches and lists them two at a time, following `after`: no page has more, the ends are
        the page's, none comes twice, it ends, and all five were there.

    Why is this bad:
        A listing that ignores `after` never ends for a client that follows it.

    Example:
        ```python
        batches = list(self.batches.values())[:limit]  # and `after`?
        ```

    How to fix:
        Sort, begin behind `after`, cut to `limit`, and set `has_more` by what is left.

    Source:
        The fields of `ListBatchesRequest`; OpenAI's reference of batches.
    """
    made = [(await client.answer(_CREATE, **_batch())).id for _ in range(MADE)]
    async for broken in turned(client, _LIST, made):
        yield broken
