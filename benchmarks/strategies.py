"""How many examples a second the strategies give, compared with a plain integer strategy.

Prints ratios and ends with 1 where a limit is passed. Rates are of CPU time: other work on the machine
does not count.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from provider_conformance.strategies.graphs import dense_graphs, dependency_graphs, graphs_with_cycle
from provider_conformance.strategies.stacks import stacks

EXAMPLES = 1000
ROUNDS = 3
LIMIT = 0.25
LIMITED = {
    "dependency_graphs(min_nodes=12, max_nodes=12)": dependency_graphs(min_nodes=12, max_nodes=12),
    "dense_graphs(min_nodes=12, max_nodes=12)": dense_graphs(min_nodes=12, max_nodes=12),
    "graphs_with_cycle(max_others=8)": graphs_with_cycle(max_others=8),
}
TOLD = {"stacks(max_apis=5)": stacks(max_apis=5), "permutations of 12": st.permutations(range(12))}


def rate(strategy: st.SearchStrategy[Any]) -> float:
    """Examples a second of CPU time."""

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(_example: Any) -> None:
        pass

    begun = time.process_time()
    draw()
    return EXAMPLES / (time.process_time() - begun)


def ratio(strategy: st.SearchStrategy[Any]) -> float:
    """The median over rounds in which the two take turns."""
    return statistics.median(rate(strategy) / rate(st.integers()) for _ in range(ROUNDS))


def main() -> int:
    """Print the ratios; 1 where one is below the limit."""
    slow = False
    for name, strategy in {**LIMITED, **TOLD}.items():
        found = ratio(strategy)
        slow |= name in LIMITED and found < LIMIT
        print(f"{name:50} {found:.2f} x plain integers")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
