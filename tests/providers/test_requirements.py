"""Whose fault a failing import is."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.providers import requirements
from provider_conformance.providers.loading import Home
from provider_conformance.providers.model import Spec, SpecKind
from provider_conformance.stack.specs import Api, InlineProviderSpec
from support.packages import write


def _spec(*packages: str) -> Spec:
    raw = InlineProviderSpec(
        api=Api.safety, provider_type="mine", module="m", config_class="m.C", pip_packages=[*packages]
    )
    return Spec("safety", "mine", SpecKind.INLINE, "m", "m.C", raw=raw)


MISSING = ModuleNotFoundError("No module named 'no_such_module'", name="no_such_module")
HOME = Home("my_pkg")


@pytest.mark.parametrize(
    "packages",
    [["no-such-distribution>=1"], ["pydantic", "no-such torch --index-url https://example.org"]],
)
def test_a_declared_requirement_that_is_not_here_leaves_it_open(packages: list[str]) -> None:
    failure = requirements.judge(MISSING, HOME, _spec(*packages), "importing")
    assert failure.problem is None
    assert failure.unseen == "needs module `no_such_module`, which is not installed here"


@pytest.mark.parametrize(
    "packages", [[], ["pydantic>=1"], ["no-such; python_version < '3'"], ["no-such; extra == 'dev'"]]
)
def test_where_all_that_is_declared_is_here_it_is_the_providers(packages: list[str]) -> None:
    failure = requirements.judge(MISSING, HOME, _spec(*packages), "importing")
    assert failure.problem is not None
    assert failure.problem.kind == "missing-module"


def test_the_project_files_requirements_count(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[project]\ndependencies = ['no-such-distribution']"})
    home = Home("my_pkg", (tmp_path / "src" / "my_pkg",))
    assert requirements.judge(MISSING, home, _spec(), "importing").problem is None


def test_a_module_that_the_package_itself_lacks_is_its_own_fault() -> None:
    error = ModuleNotFoundError("No module named 'my_pkg.x'", name="my_pkg.x")
    failure = requirements.judge(error, HOME, _spec("no-such-distribution"), "importing")
    assert failure.problem is not None
    assert failure.problem.kind == "missing-own-module"


def test_a_library_that_fails_by_itself_leaves_it_open() -> None:
    try:
        Path("/no/such/file").read_text()
    except OSError as error:
        failure = requirements.judge(error, HOME, _spec(), "importing")
    assert failure.problem is None
    assert "FileNotFoundError" in failure.unseen
