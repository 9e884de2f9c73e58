"""Sorting under several hash seeds."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence

from provider_conformance.hosts.model import Resolution, Sorting, StackSketch, Vocabulary
from provider_conformance.hosts.seeds import SeededSorts
from provider_conformance.hosts.worker import serve


class Moody:
    """A stack that refuses graphs without nodes."""

    stack = "moody"
    vocabulary = Vocabulary(())

    def sort(self, graph: Mapping[str, Sequence[str]]) -> Sorting:
        return Sorting(tuple(graph)) if graph else Sorting(error=ValueError("nothing"))

    def resolve(self, sketch: StackSketch) -> Resolution:
        return Resolution()


def test_a_worker_answers_a_line_with_a_line() -> None:
    answers = io.StringIO()
    serve(Moody(), io.StringIO('{"a": ["b"], "b": []}\n{}\n'), answers)
    assert [json.loads(line) for line in answers.getvalue().splitlines()] == [["a", "b"], None]


def test_our_order_is_the_same_under_every_seed() -> None:
    graph = {f"n{i}": tuple(f"n{j}" for j in range(i + 1, 30, i + 2)) for i in range(30)}
    with SeededSorts("builtin", seeds=(1, 2, 3)) as sorts:
        orders = sorts.orders(graph)
    assert set(orders) == {1, 2, 3}
    assert len(set(orders.values())) == 1
    assert None not in orders.values()
