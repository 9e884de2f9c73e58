"""The names by which a contract is asked for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from provider_conformance.contracts import installed, probe
from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.load import family_of, load_contract
from provider_conformance.errors import StackIncompleteError, UsageError
from provider_conformance.stack.specs import InlineProviderSpec


def test_builtin_is_the_default() -> None:
    assert load_contract() is builtin_contract()


@pytest.mark.parametrize(
    ("name", "family"), [("installed", None), ("ogx", "ogx"), ("llama-stack", "llama-stack")]
)
def test_an_installed_stack_is_asked_for_by_its_family(
    monkeypatch: pytest.MonkeyPatch, name: str, family: str | None
) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(installed, "installed_contract", lambda family=None: asked.append(family))
    load_contract(name)
    assert asked == [family]


def incomplete(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    def refuse(_family: str | None = None) -> None:
        raise StackIncompleteError(title, "sqlalchemy")

    monkeypatch.setattr(installed, "installed_contract", refuse)


def test_a_release_that_cannot_be_imported_is_read_off_its_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    incomplete(monkeypatch, "llama-stack 0.2.24")
    assert load_contract("installed") is load_contract("llama-stack==0.2.24")


def test_without_a_snapshot_it_is_said_what_the_release_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    incomplete(monkeypatch, "llama-stack 0.2.22")
    with pytest.raises(
        StackIncompleteError, match=r"0\.2\.22 cannot be started here: it imports `sqlalchemy`"
    ):
        load_contract("llama-stack")


@pytest.mark.parametrize("name", ["", "OGX", "llama_stack", "auto"])
def test_any_other_name_is_refused_with_the_accepted_ones(name: str) -> None:
    with pytest.raises(UsageError, match="builtin, installed, llama-stack, ogx"):
        load_contract(name)


def test_the_families_have_names_of_their_own() -> None:
    assert list(probe.FAMILIES) == ["llama-stack", "ogx"]


@pytest.mark.parametrize(
    ("module", "family"),
    [
        ("llama_stack.providers.datatypes", "llama-stack"),
        ("llama_stack_api.datatypes", "llama-stack"),
        ("ogx.core.datatypes", "ogx"),
        ("ogx_api", "ogx"),
        ("ogx_provider", ""),
        ("llama_stack_provider_x.provider", ""),
    ],
)
def test_a_spec_is_of_the_family_whose_module_defines_its_class(module: str, family: str) -> None:
    base = type("ProviderSpec", (), {"__module__": module})
    own = type("OwnSpec", (base,), {"__module__": "somebody.provider"})
    assert family_of(own()) == family_of(own) == family


def test_a_spec_of_the_builtin_stack_is_known() -> None:
    assert family_of(InlineProviderSpec) == "builtin"


def test_what_is_no_spec_has_no_family() -> None:
    assert family_of(SimpleNamespace()) == ""
