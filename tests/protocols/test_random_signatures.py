"""Whatever two signatures meet: an error is raised exactly where a call of the stack raises TypeError."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_conformance import check_protocol

NAMES = ("a", "b", "c", "d")
KINDS = ("positional only", "ordinary", "keyword only")


@dataclass(frozen=True)
class Drawn:
    """A parameter list as text, and what a caller must know of it."""

    parameters: tuple[tuple[str, str, str], ...]
    args: bool = False
    kwargs: bool = False

    def __str__(self) -> str:
        parts = ["self"]
        named = {kind: [p for p in self.parameters if p[1] == kind] for kind in KINDS}
        parts += [name + default for name, _, default in named["positional only"]]
        parts += ["/"] if named["positional only"] else []
        parts += [name + default for name, _, default in named["ordinary"]]
        parts += ["*args"] if self.args else ["*"] if named["keyword only"] else []
        parts += [name + default for name, _, default in named["keyword only"]]
        return ", ".join([*parts, "**kwargs"] if self.kwargs else parts)

    def shapes(self, positionally: bool) -> list[tuple[list[int], dict[str, int]]]:
        """The stack's calls: all arguments, and only the required ones."""
        return [self._shape(positionally, given_all) for given_all in (True, False)]

    def _shape(self, positionally: bool, given_all: bool) -> tuple[list[int], dict[str, int]]:
        args: list[int] = []
        kwargs: dict[str, int] = {}
        for value, (name, kind, default) in enumerate(self.parameters):
            if default and not given_all:
                continue
            if kind == "positional only" or (positionally and kind == "ordinary"):
                args.append(value)
            else:
                kwargs[name] = value
        return args, kwargs


@st.composite
def drawn(draw: st.DrawFn, *, stars: bool) -> Drawn:
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, len(NAMES)))]
    kinds = sorted((draw(st.sampled_from(KINDS)) for _ in names), key=KINDS.index)
    first_default = draw(st.integers(0, len(names)))
    parameters = []
    for index, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        optional = draw(st.booleans()) if kind == "keyword only" else index >= first_default
        parameters.append((name, kind, "=None" if optional else ""))
    variadic = st.booleans() if stars else st.just(False)
    return Drawn(tuple(parameters), draw(variadic), draw(variadic))


def built(signature: Drawn, *bases: Any) -> type:
    namespace: dict[str, Any] = {}
    exec(f"def call({signature}): return dict(locals())", namespace)  # noqa: S102
    return type("Built", bases, {"call": namespace["call"]})


def promising(signature: Drawn) -> type:
    namespace: dict[str, Any] = {"Protocol": Protocol}
    source = f"class Promise(Protocol):\n    def call({signature}) -> dict: ...\n"
    exec(source, namespace)  # noqa: S102
    return namespace["Promise"]


def binds(provider: Any, shape: tuple[list[int], dict[str, int]]) -> bool:
    try:
        provider.call(*shape[0], **shape[1])
    except TypeError:
        return False
    return True


def misplaced(promise: Drawn, provider: Any, shape: tuple[list[int], dict[str, int]]) -> bool:
    """Whether a parameter that the protocol names exists and does not get the value meant for it."""
    arrived = provider.call(*shape[0], **shape[1])
    arrived = arrived | arrived.pop("kwargs", {})
    given = {*shape[0], *shape[1].values()}
    return any(
        value in given and arrived.get(name, value) != value
        for value, (name, _, _) in enumerate(promise.parameters)
    )


@pytest.mark.parametrize("calls", ["keyword", "positional", "both"])
@settings(deadline=None, max_examples=150, derandomize=True)
@given(promise=drawn(stars=False), kept=drawn(stars=True))
def test_errors_are_exactly_the_calls_that_fail(calls: str, promise: Drawn, kept: Drawn) -> None:
    provider = built(kept)()
    ways = {"keyword": [False], "positional": [True], "both": [False, True]}[calls]
    shapes = [shape for way in ways for shape in promise.shapes(way)]
    bound = all(binds(provider, shape) for shape in shapes)
    found = check_protocol(provider, promising(promise), calls=calls)
    unbound = [f for f in found if f.code.endswith("03")]
    assert bool(unbound) is not bound, f"({promise}) against ({kept}): {found}"
    nameless = any(kind == "positional only" for _, kind, _ in promise.parameters)
    if bound and calls != "keyword" and not nameless:  # what has no name can have no wrong one
        swapped = any(misplaced(promise, provider, shape) for shape in shapes)
        errors = [f for f in found if f.severity == "error"]
        assert bool(errors) is swapped, f"({promise}) against ({kept}): {found}"
    elif bound and calls == "keyword":
        assert all(f.severity == "warning" for f in found)
