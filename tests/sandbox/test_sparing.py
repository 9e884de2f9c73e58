"""The time for which a stack is imported is not charged to the provider that imports it first."""

from __future__ import annotations

import sys
from typing import Any

from provider_conformance.sandbox import sparing

Code = tuple[str, str, str]
"""A file, the name of its module, and a line that is run there."""


def is_spared(*codes: Code) -> bool:
    """Whether time is spared while the last of several modules is run, each of which imports the next."""
    found: list[bool] = []

    def go(left: tuple[Code, ...]) -> None:
        if not left:
            found.append(sparing.imports_stack(sys._getframe(1), lambda file: file == PROVIDER[0]))
            return
        (file, name, line), *others = left
        names: dict[str, Any] = {"__name__": name, "go": lambda: go(tuple(others))}
        exec(compile(line, file, "exec"), names)  # noqa: S102 - a line of this file's

    go(codes)
    return found[0]


PROVIDER: Code = ("/provider.py", "my_provider.provider", "go()")
STACK: Code = ("/ogx.py", "ogx_api.inference", "go()")
FURTHER: Code = ("/pydantic.py", "pydantic.main", "go()")
RESOLVER: Code = ("/resolver.py", "ogx.core.resolver", "def resolve(): go()\nresolve()")


def test_an_import_of_the_stack_is_spared() -> None:
    assert is_spared(PROVIDER, STACK)


def test_so_is_what_the_stack_imports() -> None:
    assert is_spared(PROVIDER, STACK, FURTHER)


def test_so_is_what_a_function_of_the_stack_imports() -> None:
    assert is_spared(PROVIDER, RESOLVER, FURTHER)


def test_what_the_provider_imports_is_not() -> None:
    assert not is_spared(PROVIDER, FURTHER)


def test_nor_is_a_provider_that_the_stack_imports() -> None:
    assert not is_spared(STACK, PROVIDER, FURTHER)


def test_nobody_is_spared_nowhere() -> None:
    assert not sparing.imports_stack(None, lambda _file: True)
