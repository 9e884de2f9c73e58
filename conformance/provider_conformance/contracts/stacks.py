"""Which stack a module, class or spec belongs to, and which stacks are installed here."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro

BUILTIN: Final = "builtin"
_FAMILIES: Final = {
    "llama_stack": "llama-stack",
    "llama_stack_api": "llama-stack",
    "ogx": "ogx",
    "ogx_api": "ogx",
    "provider_conformance": BUILTIN,
}
PACKAGES: Final = _FAMILIES
"""The import names of all stacks, and the family of each."""
DISTRIBUTIONS: Final = ("llama-stack", "ogx")


def family_of_module(module: str) -> str:
    """The family of the stack that ``module`` is part of, "" for any other module."""
    return _FAMILIES.get(module.partition(".")[0], "")


def family_of_class(cls: type) -> str:
    """The family of the nearest class in the method resolution order that a stack defines, "" without one."""
    families = (family_of_module(careful.class_module(base)) for base in mro(cls))
    return next((family for family in families if family), "")


def family_of(specs: Iterable[object]) -> str:
    """The family of which the first of ``specs`` is an instance, "" where none is."""
    families = (family_of_class(type(spec)) for spec in specs)
    return next((family for family in families if family), "")


_read: Final[ContextVar[Mapping[str, str] | None]] = ContextVar("read", default=None)


@contextmanager
def read_instead(releases: Mapping[str, str] | None) -> Iterator[None]:
    """Take ``releases``, by distribution, for all there is of the stacks; None changes nothing."""
    before = _read.set(_read.get() if releases is None else releases)
    try:
        yield
    finally:
        _read.reset(before)


def version_of(distribution: str) -> str:
    """The version of a distribution that is installed, or read instead of it; "" where there is none."""
    releases = _read.get()
    if releases is not None and distribution.removesuffix("-api") in DISTRIBUTIONS:
        return releases.get(distribution, "")
    return _installed_version(distribution)


@cache
def _installed_version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def title(family: str) -> str:
    """A family as a person would say it, with its installed version: "ogx 1.5.0".

    A distribution with the stack's API of another version is said too: it is what has the names.
    """
    if family == BUILTIN:
        return "the built-in stack"
    version, api = version_of(family), version_of(f"{family}-api")
    skew = f" with {family}-api {api}" if api and api != version else ""
    return f"{family} {version}".strip() + skew


def installed() -> tuple[str, ...]:
    """The titles of the stacks that are installed beside this package."""
    return tuple(title(family) for family in DISTRIBUTIONS if version_of(family))
