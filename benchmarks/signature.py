"""Time one signature check of a class against the check that the first stacks run on each provider.

Run it in an interpreter that has a llama-stack whose resolver has ``check_protocol_compliance``, the
older the more it looks at (0.0.42 is the measure). For every public protocol of that stack a conforming
class is made; both functions judge the same class and the same protocol, in pairs that alternate in
order, and the median of the pairs' ratios counts. The protocol's side is cached, as it is in a run.

    python benchmarks/signature.py [--pairs 200] [--limit 0.6]
"""

from __future__ import annotations

import argparse
import gc
import importlib
import inspect
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from provider_conformance import check_protocol

RESOLVERS = ("llama_stack.distribution.resolver", "llama_stack.core.resolver")


def resolver() -> Any:
    """Import the resolver of the installed stack."""
    for name in RESOLVERS:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise SystemExit("this interpreter has no llama-stack to compare with")


def conforming(protocol: type) -> type:
    """Make a class that has every method of ``protocol``, with its signature and a body of its own."""
    namespace: dict[str, Any] = {}
    for name, function in inspect.getmembers(protocol, inspect.isfunction):
        if not name.startswith("_"):
            namespace[name] = implemented(name, function)
    return type(f"{protocol.__name__}Impl", (), namespace)


class Name(str):
    """A text that shows itself without quotes, so that a signature can be printed as source."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def implemented(name: str, function: Callable[..., Any]) -> Any:
    """Write a function with the parameters and the very defaults of ``function`` that does something."""
    signature = inspect.signature(function)
    names = {
        p.name: Name(f"default_{p.name}") for p in signature.parameters.values() if p.default is not p.empty
    }
    shown = [
        p.replace(annotation=p.empty, default=names.get(p.name, p.empty))
        for p in signature.parameters.values()
    ]
    promise = "async def" if inspect.iscoroutinefunction(function) else "def"
    source = f"{promise} {name}{inspect.Signature(shown)}:\n    return len(locals())\n"
    namespace = {text: signature.parameters[parameter].default for parameter, text in names.items()}
    exec(compile(source, f"<{name}>", "exec"), namespace)  # noqa: S102 - made from an imported signature
    return namespace[name]


def subjects(stack: Any) -> Iterator[tuple[str, type, type]]:
    """Yield each public protocol of the stack that the stack's check looks into, and a conforming class."""
    for api, protocol in stack.api_protocol_map().items():
        if any(hasattr(value, "__webmethod__") for value in vars(protocol).values()):
            yield str(getattr(api, "value", api)), conforming(protocol), protocol


def seconds(call: Callable[[], Any], times: int) -> float:
    """Time ``times`` calls."""
    begin = time.perf_counter()
    for _ in range(times):
        call()
    return time.perf_counter() - begin


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], pairs: int, times: int = 20) -> float:
    """Take the median of the paired ratios; who goes first alternates."""
    ratios = []
    for pair in range(pairs):
        if pair % 2:
            a, b = seconds(ours, times), seconds(theirs, times)
        else:
            b, a = seconds(theirs, times), seconds(ours, times)
        ratios.append(a / b)
    return statistics.median(ratios)


def main() -> int:
    """Print a line per protocol and the median over all; return 1 where that is over the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--limit", type=float, default=0.6)
    options = parser.parse_args()
    stack = resolver()
    ratios = []
    for api, cls, protocol in subjects(stack):
        instance = cls()
        stack.check_protocol_compliance(instance, protocol)  # raises where the class does not conform
        if findings := check_protocol(cls, protocol):
            raise SystemExit(f"{api}: the class was meant to conform: {findings}")
        gc.collect()
        gc.disable()
        value = ratio(
            lambda cls=cls, protocol=protocol: check_protocol(cls, protocol),
            lambda instance=instance, protocol=protocol: stack.check_protocol_compliance(instance, protocol),
            options.pairs,
        )
        gc.enable()
        ratios.append(value)
        print(f"{api:<14} {value:5.2f}", flush=True)
    overall = statistics.median(ratios)
    print(
        f"{'median':<14} {overall:5.2f}  limit {options.limit}{'' if overall <= options.limit else ': OVER'}"
    )
    return int(overall > options.limit)


if __name__ == "__main__":
    sys.exit(main())
