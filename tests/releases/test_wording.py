"""One finding for one cause, however many names it takes away."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from provider_conformance.findings import Location
from provider_conformance.releases.wording import api_findings, import_findings, unsure_reasons
from provider_conformance.source.lacks import Lack


class Stack:
    title = "ogx 1.5.0"

    def __init__(self, **modules: str) -> None:
        self.modules: Mapping[str, str] = {name.replace("__", "."): names for name, names in modules.items()}

    def has_module(self, name: str) -> bool:
        return any(module == name or module.startswith(f"{name}.") for module in self.modules)

    def has_name(self, module: str, name: str) -> bool | None:
        return name in self.modules.get(module, "").split()


OGX = Stack(ogx__log="get_logger", ogx_api="Api Chat")
OLD = Stack(llama_stack__log="get_logger", llama_stack__apis__chat="Chat")
HALF = Stack(llama_stack__log="get_logger", llama_stack_api="Api Chat Message")


def lack(name: str, line: int = 1, **more: str) -> Lack:
    """``module:name``, or a module alone."""
    module, _, inner = name.partition(":")
    return Lack(module, inner, Location("pkg/a.py", line), **more)


@pytest.mark.parametrize(
    ("stack", "lacks", "expected"),
    [
        (OGX, ["llama_stack_api"], ["has no `llama_stack_api`: the import name is `ogx_api` there"]),
        (
            OGX,
            ["llama_stack.apis.a", "llama_stack.log"],
            ["has no `llama_stack`: the import name is `ogx` there"],
        ),
        (
            OGX,
            ["llama_stack_api", "llama_stack.log", "llama_stack.a", "llama_stack.b"],
            ["has no `llama_stack_api`, `llama_stack`: the import names are `ogx_api`, `ogx` there"],
        ),
        (OLD, ["llama_stack_api"], ["has no `llama_stack_api`: its API is part of `llama_stack`"]),
        (
            OLD,
            ["ogx_api", "llama_stack_api"],
            ["has no `ogx_api`, `llama_stack_api`: its API is part of `llama_stack`"],
        ),
        (HALF, ["ogx_api"], ["has no `ogx_api`: the import name is `llama_stack_api` there"]),
        (
            HALF,
            ["llama_stack.apis.chat", "llama_stack.apis.tools", "llama_stack.apis.tools"],
            ["has no module `llama_stack.apis`"],
        ),
        (
            OLD,
            ["llama_stack.gone", "llama_stack.lost"],
            ["no module `llama_stack.gone`", "no module `llama_stack.lost`"],
        ),
        (OLD, ["llama_stack.log:a", "llama_stack.log:b", "llama_stack.log:a"], ["has no `a`, `b`"]),
        (HALF, ["llama_stack.log:Chat"], ["has no `Chat`: it is in `llama_stack_api` there"]),
        (
            HALF,
            ["llama_stack.log:Chat", "llama_stack.log:Message"],
            ["has no `Chat`, `Message`: they are in `llama_stack_api` there"],
        ),
        (HALF, ["llama_stack.log:Chat", "llama_stack.log:gone"], ["has no `Chat`, `gone`"]),
        # the attribute that the module is of its package is the same cause
        (HALF, ["llama_stack.apis.chat", "llama_stack:apis"], ["has no module `llama_stack.apis`"]),
        (OLD, [f"llama_stack.log:n{n}" for n in range(9)], ["`n5` and 3 more"]),
        (OLD, [], []),
    ],
)
def test_a_cause_is_told_once(stack: Stack, lacks: list[str], expected: list[str]) -> None:
    told = import_findings([lack(name, line) for line, name in enumerate(lacks, start=1)], stack)
    assert len(told) == len(expected)
    for finding, part in zip(told, expected, strict=True):
        assert finding.message.endswith(part)


def test_a_finding_has_its_first_place_and_how_many_more_there_are() -> None:
    (finding,) = import_findings([lack("llama_stack.a", 3), lack("llama_stack.b", 5)], OGX)
    assert finding.location == Location("pkg/a.py", 3)
    assert (
        finding.why
        == "importing the provider asks for it, which raises ModuleNotFoundError (and 1 more such line)"
    )
    assert "try" in finding.fix


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({}, "importing the provider asks for it, which raises ImportError"),
        ({"function": "f"}, "calling `f` asks for it, which raises ImportError"),
        ({"member": "gone"}, "which raises AttributeError"),
    ],
)
def test_who_trips_over_it_is_told(more: dict[str, str], part: str) -> None:
    (finding,) = import_findings([lack("llama_stack.log:gone", **more)], OLD)
    assert part in finding.why


def test_an_api_is_told_once_and_not_among_the_imports() -> None:
    lacks = [
        lack("ogx_api:Api", line, member=name)
        for line, name in enumerate(["eval", "safety", "eval"], start=1)
    ]
    told = api_findings(lacks, OGX)
    assert [(f.message, f.location.line if f.location else None) for f in told] == [
        ("ogx 1.5.0 has no `Api.eval`", 1),
        ("ogx 1.5.0 has no `Api.safety`", 2),
    ]
    assert import_findings(lacks, OGX) == ()


def test_keys_do_not_depend_on_the_release() -> None:
    other = Stack(ogx__log="", ogx_api="")
    other.title = "ogx 1.4.1"
    lacks = [lack("llama_stack_api"), lack("ogx_api:gone")]
    assert [f.key for f in import_findings(lacks, OGX)] == [f.key for f in import_findings(lacks, other)]


def test_what_is_not_certain_is_a_reason() -> None:
    lacks = [lack("ogx_api:x", unsure="it depends on `NEW`"), lack("ogx_api:y")]
    assert [*unsure_reasons(lacks)] == ["pkg/a.py:1: `ogx_api.x` may be missing: it depends on `NEW`"]
