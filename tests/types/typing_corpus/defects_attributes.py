"""Classes with a data member of another type; `CASES` says which."""

# ruff: noqa: RUF012

from __future__ import annotations

from typing import ClassVar

from typing_corpus.promises import (
    Described,
)
from typing_corpus.whole import Whole


class TitleIsBytes:
    title: bytes = b""
    limits: dict[str, int] = {}
    shared: ClassVar[int] = 1
    ready = True


class TitleMayBeNone:
    title: str | None = None
    limits: dict[str, int] = {}
    shared = 1

    @property
    def ready(self) -> bool:
        return True


class LimitsOfAnotherType(Described):
    limits: dict[str, str]  # type: ignore[assignment]

    def __init__(self) -> None:
        self.title = ""
        self.limits = {}


class ReadyIsAMethod:
    title = ""
    limits: dict[str, int] = {}
    shared = 1

    def ready(self) -> bool:
        return True


class PropertyOfAnotherType:
    limits: dict[str, int] = {}
    shared = 1
    ready = True

    @property
    def title(self) -> int:
        return 1


class SetInTheConstructor:
    shared = 1
    ready = True

    def __init__(self) -> None:
        self.title: int = 3
        self.limits: dict[str, int] = {}


class StoreOfAnotherType(Whole):
    model_store: dict[str, int]


class NamespaceIsANumber(Whole):
    NAMESPACE = 3


CASES = {
    "TitleIsBytes": ("Described", "PC403 title"),
    "TitleMayBeNone": ("Described", "PC403 title"),
    "LimitsOfAnotherType": ("Described", "PC403 limits"),
    "ReadyIsAMethod": ("Described", "PC403 ready"),
    "PropertyOfAnotherType": ("Described", "PC403 title"),
    "SetInTheConstructor": ("Described", "PC403 title"),
    "StoreOfAnotherType": ("Chat", "PC403 model_store"),
    "NamespaceIsANumber": ("Chat", "PC403 NAMESPACE"),
}
