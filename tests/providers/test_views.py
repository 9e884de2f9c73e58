"""Which view is taken: live, source, or source where a declared requirement is not installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provider_conformance.findings import Outcome
from provider_conformance.package import staging
from provider_conformance.providers import views
from support.views import results

PROVIDER = """
{imports}
from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec():
    return InlineProviderSpec(
        api=Api.safety,
        provider_type="inline::guarding",
        module="{package}.guard",
        config_class="{package}.config.Config",
        pip_packages={packages},
    )
"""
GUARD = """
{imports}


class Guard:
    async def run_shield(self, shield_type, messages):  # without `params`
        return messages

    async def list_shields(self):
        return []

    async def register_shield(self, shield): ...

    async def shutdown(self): ...


async def get_provider_impl(config, deps):
    return Guard()
"""
CONFIG = "from pydantic import BaseModel\n\n\nclass Config(BaseModel): ...\n"

Make = Callable[..., str]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Writes a provider whose specs or whose guard need something, and hands out its path."""

    def write(package: str, *, specs_need: str = "", guard_needs: str = "", declares: str = "") -> str:
        folder = tmp_path / package
        folder.mkdir()
        packages = [declares] if declares else []
        provider = PROVIDER.format(imports=specs_need, package=package, packages=packages)
        texts = {"__init__": "", "provider": provider, "guard": GUARD.format(imports=guard_needs)}
        for name, text in {**texts, "config": CONFIG}.items():
            (folder / f"{name}.py").write_text(text)
        return str(folder)

    yield write
    staging.unstage()


def test_what_can_be_imported_is_looked_at_live(make: Make, tmp_path: Path) -> None:
    provider = views.load(make("guarding_one"), view="auto", root=tmp_path)
    assert provider.reader is None
    assert not provider.not_imported


def test_auto_reads_the_source_where_a_declared_requirement_is_not_installed(
    make: Make, tmp_path: Path
) -> None:
    path = make("guarding_two", specs_need="import heavy_models", declares="heavy-models")
    provider = views.load(path, view="auto", root=tmp_path)
    assert [spec.provider_type for spec in provider.specs] == ["inline::guarding"]
    assert provider.problem is None
    assert "`heavy_models`" in provider.notes[-1]


def test_the_import_is_inconclusive_then_and_the_other_rules_run(make: Make, tmp_path: Path) -> None:
    path = make("guarding_three", specs_need="import heavy_models", declares="heavy-models")
    judged = results(path, "auto", root=tmp_path)
    assert judged["guarding_three::PC101"].outcome is Outcome.INCONCLUSIVE
    assert "heavy_models" in judged["guarding_three::PC101"].reason
    binding = judged["guarding_three::safety::PC203[inline::guarding.run_shield]"]
    assert [found.code for found in binding.findings] == ["PC203"]


def test_a_requirement_that_is_not_declared_is_the_providers_fault(make: Make, tmp_path: Path) -> None:
    path = make("guarding_four", specs_need="import heavy_models")
    judged = results(path, "auto", root=tmp_path)
    assert judged["guarding_four::PC101"].outcome is Outcome.FAILED
    assert set(judged) == {name for name in judged if "::PC1" in name}


def test_an_import_that_fails_for_another_reason_is_a_finding(make: Make, tmp_path: Path) -> None:
    path = make("guarding_five", specs_need="raise RuntimeError('no')", declares="heavy-models")
    assert results(path, "auto", root=tmp_path)["guarding_five::PC101"].outcome is Outcome.FAILED


def test_auto_reads_the_class_off_its_source_where_only_that_cannot_be_imported(
    make: Make, tmp_path: Path
) -> None:
    path = make("guarding_six", guard_needs="import heavy_models", declares="heavy-models")
    judged = results(path, "auto", root=tmp_path)
    assert judged["guarding_six::PC101"].outcome is Outcome.PASSED
    module = judged["guarding_six::safety::PC110[inline::guarding]"]
    assert module.outcome is Outcome.INCONCLUSIVE
    assert "heavy_models" in module.reason
    assert judged["guarding_six::safety::PC203[inline::guarding.run_shield]"].outcome is Outcome.FAILED


def test_live_leaves_open_what_cannot_be_imported(make: Make, tmp_path: Path) -> None:
    path = make("guarding_seven", guard_needs="import heavy_models", declares="heavy-models")
    judged = results(path, "live", root=tmp_path)
    binding = judged["guarding_seven::safety::PC203[inline::guarding.run_shield]"]
    assert binding.outcome is Outcome.INCONCLUSIVE


def test_source_skips_what_needs_an_import(make: Make, tmp_path: Path) -> None:
    judged = results(make("guarding_eight"), "source", root=tmp_path)
    for code in ("PC101", "PC116"):
        assert judged[f"guarding_eight::{code}"].outcome is Outcome.SKIPPED
    assert judged["guarding_eight::PC102"].outcome is Outcome.PASSED
