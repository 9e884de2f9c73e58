"""The callers of providers in two releases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_conformance.contracts.model import ApiContract, Contract, StackCall
from provider_conformance.contracts.snapshots import Release, available, load
from provider_conformance.releases.changes import Kind, compare
from provider_conformance.releases.changes.calls import call_changes
from provider_conformance.releases.changes.seen import Seen

CALL = StackCall("go", 1, awaited=True, caller="Router.go", text="provider.go(a)")


def seen(*calls: StackCall) -> Seen:
    api = ApiContract("jobs", calls={"go": calls})
    return Seen(Release("ogx", "1.5.0"), Contract("ogx", "1.5.0", {"jobs": api}), {})


def kinds(old: Seen, new: Seen) -> list[Kind]:
    return [change.kind for change in call_changes(old, new)]


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ((CALL,), []),
        ((replace(CALL, text="impl.go(b)"),), []),
        ((replace(CALL, caller="Table.go"),), []),
        ((CALL, CALL), []),
        ((replace(CALL, positional=0, keywords=("a",)),), [Kind.CALL_CHANGED]),
        ((replace(CALL, awaited=False),), [Kind.CALL_CHANGED]),
        ((replace(CALL, guarded=True, caller="Table.go"),), [Kind.CALL_CHANGED]),
        ((CALL, replace(CALL, positional=2)), [Kind.CALL_ADDED]),
        ((), [Kind.CALL_REMOVED]),
    ],
)
def test_a_change_is_what_a_provider_notices(calls: tuple[StackCall, ...], expected: list[Kind]) -> None:
    assert kinds(seen(CALL), seen(*calls)) == expected


def test_a_router_that_contradicts_its_protocol_from_now_on_is_told() -> None:
    old, new = (load(Release("llama-stack", release)) for release in ("0.4.7", "0.5.4"))
    found = {
        (change.method, change.after)
        for change in compare(old, new, map(load, available())).changes
        if change.kind is Kind.CALL_AGAINST
    }
    assert ("rerank", "provider.rerank(provider_resource_id, query, items, max_num_results)") in found
    assert {method for method, _ in found} >= {"rerank", "iterrows", "append_rows"}
