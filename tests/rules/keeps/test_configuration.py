"""What the rules about a sample say where an installed stack asks for it, with its folder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Judgement
from provider_conformance.package.model import Provider, Spec, SpecKind
from provider_conformance.rules.keeps.configuration import sample_config, sample_not_yaml
from provider_conformance.run.engine import judged


class TakesNothing(BaseModel):
    @classmethod
    def sample_run_config(cls) -> dict[str, Any]:
        return {}


class TakesTheFolder(BaseModel):
    path: str

    @classmethod
    def sample_run_config(cls, __distro_dir__: str) -> dict[str, Any]:
        return {"path": f"{__distro_dir__}/my.db"}


class HandsItOn(BaseModel):
    model_config = {"extra": "forbid"}

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        return kwargs


class WantsText(BaseModel):
    port: str = ""

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        return {"port": "${env.CONFORMANCE_PORT:=5432}"}


class HoldsASet(BaseModel):
    names: set[str] = set()

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        return {"names": {"a"}}


class HoldsItself(BaseModel):
    names: list[Any] = []

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        names: list[Any] = []
        names.append(names)
        return {"names": names}


class HasNumbersForKeys(BaseModel):
    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[Any, Any]:
        return {1: "x"}


def _judged(config_class: type, rule: Any = sample_config, *, stack: str = "ogx") -> Judgement:
    path = f"{config_class.__module__}.{config_class.__qualname__}"
    spec = Spec("safety", "inline::mine", SpecKind.INLINE, __name__, path)
    contract = replace(builtin_contract(), stack=stack)
    found: Judgement = judged(rule, Subject(Provider("mine", (spec,)), contract, spec))
    return found


def test_an_installed_stack_passes_its_folder() -> None:
    (finding,) = _judged(TakesNothing).findings
    assert "does not take `__distro_dir__`" in finding.message
    assert _judged(TakesTheFolder).findings == ()


def test_the_built_in_stack_does_not() -> None:
    assert _judged(TakesNothing, stack="builtin").findings == ()
    assert _judged(TakesTheFolder, stack="builtin").findings == ()


def test_a_folder_that_is_handed_on_is_a_key_too_many_where_one_is_passed() -> None:
    (finding,) = _judged(HandsItOn).findings
    assert "`__distro_dir__`" in finding.message
    assert _judged(HandsItOn, stack="builtin").findings == ()


@pytest.mark.parametrize("stack", ["builtin", "ogx"])
def test_a_number_for_a_text_is_not_held_against_the_sample(stack: str) -> None:
    assert _judged(WantsText, stack=stack).findings == ()


def test_a_set_is_a_warning() -> None:
    (finding,) = _judged(HoldsASet, sample_not_yaml).findings
    assert finding.severity == "warning"


def test_a_value_that_contains_itself_comes_to_an_end() -> None:
    (finding,) = _judged(HoldsItself, sample_not_yaml).findings
    assert "contains itself" in finding.message


def test_a_key_that_is_no_text_is_told_once() -> None:
    (finding,) = _judged(HasNumbersForKeys, sample_not_yaml).findings
    assert "the key 1" in finding.message
    assert _judged(HasNumbersForKeys).skipped
