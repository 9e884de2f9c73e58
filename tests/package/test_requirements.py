"""Whose fault a failing import is."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.package import loading, requirements
from provider_conformance.package.loading import Home
from provider_conformance.package.model import Spec, SpecKind
from provider_conformance.source.reading import SourceReader, environment
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


GONE = ImportError("cannot import name 'Gone' from 'pydantic' (elsewhere)", name="pydantic")
NO_INNER = ModuleNotFoundError("No module named 'pydantic.gone'", name="pydantic.gone")


@pytest.mark.parametrize("error", [GONE, NO_INNER], ids=["name", "module"])
@pytest.mark.parametrize(
    "packages", [[], ["pydantic"], ["pydantic>=1", "no-such"], ["pydantic>=99; extra == 'x'"]]
)
def test_what_another_package_never_had_is_the_providers(error: ImportError, packages: list[str]) -> None:
    failure = requirements.judge(error, HOME, _spec(*packages), "importing")
    assert failure.problem is not None
    assert failure.problem.kind in ("missing-name", "missing-submodule")


@pytest.mark.parametrize("error", [GONE, NO_INNER], ids=["name", "module"])
def test_what_the_declared_release_of_another_package_may_have_is_open(error: ImportError) -> None:
    failure = requirements.judge(error, HOME, _spec("pydantic>=99"), "importing")
    assert failure.problem is None
    assert "pydantic" in failure.unseen


def test_source_alone_does_not_tell_what_another_package_has() -> None:
    with loading.reading(SourceReader(environment())):
        assert requirements.judge(GONE, HOME, _spec(), "importing").problem is None
