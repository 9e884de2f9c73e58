"""Which releases the user's words stand for, and what is refused."""

from __future__ import annotations

import pytest

from provider_conformance.contracts.snapshots import Release
from provider_conformance.errors import UsageError
from provider_conformance.releases.asking import parse_releases

KNOWN = [
    Release(stack, version)
    for stack, versions in (("llama-stack", "0.2.24 0.6.1 0.7.3"), ("ogx", "0.8.0 1.0.4 1.5.0"))
    for version in versions.split()
]


def asked(text: str) -> str:
    return " ".join(release.release for release in parse_releases(text, KNOWN).releases)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", "0.2.24 0.6.1 0.7.3 0.8.0 1.0.4 1.5.0"),
        ("llama-stack", "0.2.24 0.6.1 0.7.3"),
        ("ogx", "0.8.0 1.0.4 1.5.0"),
        ("ogx==1.5.0", "1.5.0"),
        ("ogx==1.5.0,llama-stack==0.7.3", "0.7.3 1.5.0"),
        (" ogx == 1.5.0 , llama_stack==0.7.3 ,", "0.7.3 1.5.0"),
        ("LLAMA.STACK>=0.6", "0.6.1 0.7.3"),
        (">=0.6", "0.6.1 0.7.3 0.8.0 1.0.4 1.5.0"),
        (">=0.6,<1.5", "0.6.1 0.7.3 0.8.0 1.0.4"),
        ("ogx>=1.0,<1.4", "1.0.4"),
        ("ogx>=1.0,!=1.0.4,llama-stack", "0.2.24 0.6.1 0.7.3 1.5.0"),
        ("ogx~=1.0", "1.0.4 1.5.0"),
        ("==0.7.*", "0.7.3"),
        ("ogx,ogx", "0.8.0 1.0.4 1.5.0"),
    ],
)
def test_words_stand_for_releases_in_the_order_of_the_releases(text: str, expected: str) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(("text", "survey"), [("all", True), (">=0", False), ("ogx", False)])
def test_only_all_is_a_survey(text: str, survey: bool) -> None:
    assert parse_releases(text, KNOWN).survey is survey


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (",", ["is empty", "`ogx==1.5.0`"]),
        ("ogx==9.9", ["no known release fits `ogx==9.9`", "ogx 0.8.0, 1.0.4, 1.5.0"]),
        ("ogx,llama-stack==0.7.2", ["no known release fits `llama-stack==0.7.2`", "llama-stack 0.2.24"]),
        ("llama", ["no stack `llama`", "llama-stack and ogx"]),
        ("0.7.3", ["`0.7.3` is not understood", "`>=0.6`"]),
        ("all,ogx", ["`all` is not understood"]),
        ("ogx=1.5.0", ["`ogx=1.5.0` names no versions"]),
        ("ogx>=one", ["`ogx>=one` names no versions"]),
        ("ogx 1.5.0", ["`ogx 1.5.0` is not understood"]),
        ("/some/path", ["is not understood"]),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_forms_and_the_releases(text: str, parts: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        parse_releases(text, KNOWN, "--provider-releases")
    assert str(refused.value).startswith("--provider-releases")
    assert [part for part in parts if part not in str(refused.value)] == []
