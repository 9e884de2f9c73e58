"""Time the built-in stack's sort against other sorts on the same graphs.

Compared are graphlib alone and, where the interpreter that runs this has them, the sorts of the
stacks: ``topological_sort`` of llama-stack (``llama_stack.distribution.resolver``) and of ogx
(``ogx.core.resolver``). Those recurse or need ``provider.spec.deps__``, so their input is made
beforehand and the recursion limit is lifted; only the sort itself is timed.

    python benchmarks/graph.py [--repeat 7] [--sizes 1000 10000 100000]
"""

from __future__ import annotations

import argparse
import gc
import importlib
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from types import SimpleNamespace
from typing import Any

from provider_conformance.stack.graph import topological_order

Graph = dict[str, list[str]]
Sort = Callable[[Any], Any]

STACK_SORTS = {"seed": "llama_stack.distribution.resolver", "ogx": "ogx.core.resolver"}
LIMITS = {"seed": 1.0, "ogx": 0.4}


def permuted(edges: list[list[int]], rng: random.Random) -> Graph:
    """Name the nodes and declare them in a random order: an order that fits already hides faults."""
    order = list(range(len(edges)))
    rng.shuffle(order)
    return {f"api-{i}": [f"api-{j}" for j in edges[i]] for i in order}


def chain(size: int, rng: random.Random) -> Graph:
    """Each node needs the one before it."""
    return permuted([[i - 1] if i else [] for i in range(size)], rng)


def scattered(size: int, rng: random.Random) -> Graph:
    """Each node needs up to four earlier ones."""
    return permuted([rng.sample(range(i), min(i, rng.randint(0, 4))) for i in range(size)], rng)


def layered(size: int, rng: random.Random) -> Graph:
    """Twenty layers; each node needs three nodes of the layer below."""
    width = max(size // 20, 1)
    edges: list[list[int]] = []
    for i in range(size):
        start = (i // width - 1) * width
        edges.append(rng.sample(range(start, start + width), min(3, width)) if start >= 0 else [])
    return permuted(edges, rng)


def graphlib_sort(graph: Graph) -> list[str]:
    """The standard library's sort."""
    return list(TopologicalSorter(graph).static_order())


def as_providers(graph: Graph) -> dict[str, list[Any]]:
    """The shape that the stacks' own sorts take."""
    return {node: [SimpleNamespace(spec=SimpleNamespace(deps__=needed))] for node, needed in graph.items()}


def installed_sorts() -> Iterator[tuple[str, Sort]]:
    """The sorts of the stacks that can be imported here."""
    for name, module in STACK_SORTS.items():
        try:
            yield name, importlib.import_module(module).topological_sort
        except ImportError as error:
            print(f"# {name}: not here ({error})")


def medians(sorts: dict[str, tuple[Sort, Any]], repeat: int) -> dict[str, float]:
    """Median seconds per sort; the sorts take turns, so that a slow moment of the machine hits all."""
    times: dict[str, list[float]] = {name: [] for name in sorts}
    for _ in range(repeat):
        for name, (sort, graph) in sorts.items():
            gc.collect()
            begin = time.process_time()
            sort(graph)
            times[name].append(time.process_time() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def row(kind: str, size: int, seconds: dict[str, float]) -> str:
    """One line: the times, and ours as a share of each of the others."""
    ours = seconds["ours"]
    cells = [f"{kind:<9}", f"{size:>7}", f"ours {ours * 1e3:9.2f} ms"]
    for name, value in seconds.items():
        if name != "ours":
            limit = LIMITS.get(name)
            verdict = "" if limit is None else (" ok" if ours <= limit * value else f" OVER {limit}")
            cells.append(f"{name} {value * 1e3:9.2f} ms ({ours / value:.2f}{verdict})")
    return "  ".join(cells)


def within(seconds: dict[str, float]) -> bool:
    """Whether every limit holds."""
    return all(seconds["ours"] <= limit * seconds[name] for name, limit in LIMITS.items() if name in seconds)


def main() -> int:
    """Print a line per kind and size of graph; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    options = parser.parse_args()
    sys.setrecursionlimit(10**7)
    others = dict(installed_sorts())
    held = True
    for make in (chain, scattered, layered):
        for size in options.sizes:
            graph = make(size, random.Random(size))  # noqa: S311
            providers = as_providers(graph)
            sorts: dict[str, tuple[Sort, Any]] = {
                "ours": (topological_order, graph),
                "graphlib": (graphlib_sort, graph),
                **{name: (sort, providers) for name, sort in others.items()},
            }
            seconds = medians(sorts, options.repeat)
            held = within(seconds) and held
            print(row(make.__name__, size, seconds), flush=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
