"""A process that sorts graphs with a stack's sort: a graph in JSON a line in, an order a line out.

It is a process of its own because the seed of string hashes is fixed when Python starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TextIO

from provider_conformance.hosts.load import load_host
from provider_conformance.hosts.model import Host


def serve(host: Host, graphs: TextIO, orders: TextIO) -> None:
    """Answer each graph with its order, or with null where the stack refuses it."""
    for line in graphs:
        sorting = host.sort(json.loads(line))
        orders.write(json.dumps(None if sorting.error else sorting.order) + "\n")
        orders.flush()


def main(stack: str) -> None:
    """Serve on the standard streams; what the stack prints does not get between the answers."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers, contextlib.redirect_stdout(sys.stderr):
        serve(load_host(stack), sys.stdin, answers)


if __name__ == "__main__":
    main(sys.argv[1])
