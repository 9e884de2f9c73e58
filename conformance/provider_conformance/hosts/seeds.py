"""One stack's sort in several processes, each with a hash seed of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

SEEDS: Final = (1, 2)


class SeededSorts:
    """Sorts a graph under several hash seeds; a context manager that ends its processes.

    Args:
        stack: The stack's name, as :func:`~provider_conformance.hosts.load.load_host` takes it.
        seeds: The hash seeds.
    """

    def __init__(self, stack: str, seeds: Sequence[int] = SEEDS) -> None:
        self._seeds = tuple(seeds)
        self._workers = [_worker(stack, seed) for seed in self._seeds]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.communicate()

    def orders(self, graph: Mapping[str, Sequence[str]]) -> dict[int, tuple[str, ...] | None]:
        """The order under each seed, None where the stack refuses the graph."""
        line = json.dumps(dict(graph)) + "\n"
        for worker in self._workers:
            _pipe(worker.stdin).write(line)
            _pipe(worker.stdin).flush()
        answers = [json.loads(_pipe(worker.stdout).readline()) for worker in self._workers]
        return {
            seed: None if order is None else tuple(order)
            for seed, order in zip(self._seeds, answers, strict=True)
        }


def _worker(stack: str, seed: int) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(seed),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen(  # noqa: S603 - this interpreter and a module of this package
        [sys.executable, "-m", "provider_conformance.hosts.worker", stack],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )


def _pipe(pipe: Any) -> Any:
    assert pipe is not None  # noqa: S101 - both ends were asked for
    return pipe
