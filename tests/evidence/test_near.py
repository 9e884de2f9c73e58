"""A method that is absent, and the one that was meant to be it."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.evidence.near import nearest, with_near_miss
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package.model import Provider
from provider_conformance.protocols.live import View

HERE = Provider("mine", places=(Path(__file__).resolve(),))
ELSEWHERE = Provider("mine", places=(Path(__file__).resolve().parent / "elsewhere.py",))
ABSENT = Finding("PC201", Severity.ERROR, "it is absent", "run_shield", fix="implement it")


class Misspelt:
    async def run_sheild(self) -> None:
        """Meant to be `run_shield`."""


class NotMisspelt:
    runs_shield = 3

    async def register_shield(self) -> None:
        """Another method that the stack knows."""

    async def _run_shield(self) -> None:
        """The author's own."""

    async def running(self) -> None:
        """Something else."""


def told(cls: type, provider: Provider = HERE) -> Finding:
    return with_near_miss(ABSENT, [View(cls)], builtin_contract().apis["safety"], provider)


def test_a_misspelt_method_is_named_with_its_line() -> None:
    found = told(Misspelt)
    line = Misspelt.run_sheild.__code__.co_firstlineno
    assert found.message == f"it is absent; `run_sheild` in line {line} has nearly its name"
    assert found.location == Location(__file__, line)
    assert found.fix == "rename `run_sheild` to `run_shield`, or implement it"


@pytest.mark.parametrize(("cls", "provider"), [(NotMisspelt, HERE), (Misspelt, ELSEWHERE)])
def test_what_was_not_meant_or_is_not_the_author_s_is_left_alone(cls: type, provider: Provider) -> None:
    assert told(cls, provider) == ABSENT


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("unregister_toolgroup", "unregister_tool_group", True),
        ("invoke_tool", "invokeTool", True),
        ("invoke_tool", "invoke_tools", True),
        ("openai_chat_completion", "chat_completion", True),
        ("list_models", "list_shields", False),
        ("rerank", "run", False),
    ],
)
def test_names_are_alike_but_for_a_few_letters(name: str, other: str, alike: bool) -> None:
    assert bool(nearest(name, [other])) is alike
