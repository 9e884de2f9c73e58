"""Providers judged by releases that are not installed, by the snapshots that are shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from provider_conformance.contracts.snapshots import Release, available
from provider_conformance.errors import UsageError
from provider_conformance.evidence.fit import Fit, Standing
from provider_conformance.releases.matrix import Matrix
from provider_conformance.releases.survey import Survey
from support.packages import FIXTURES, write

FOLDER = FIXTURES / "releases"


@cache
def fixture(name: str) -> Matrix:
    survey = Survey(str(FOLDER / name), root=FOLDER, here=FOLDER)
    return Matrix(survey.name, tuple(map(survey.fit, available())))


def row(matrix: Matrix, stack: str, release: str) -> Fit:
    return next(fit for fit in matrix.fits if fit.release == Release(stack, release))


def told(fit: Fit) -> list[str]:
    return [finding.message for finding in fit.findings]


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("evals_since_requests", "llama-stack 0.5.4 to llama-stack 0.7.3"),
        ("tools_before_authorization", "llama-stack 0.2.12 to llama-stack 0.3.5"),
        ("tools_under_both_names", "llama-stack 0.4.7 to ogx 1.5.0"),
    ],
)
def test_a_provider_fits_from_one_release_to_another(name: str, span: str) -> None:
    matrix = fixture(name)
    assert [str(found) for found in matrix.spans] == [span]
    assert all(fit.is_seen for fit in matrix.fits if fit.fits)


def test_every_fixture_is_judged_here() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == {"evals_since_requests", "tools_before_authorization", "tools_under_both_names"}


def test_an_edge_names_the_api_that_is_gone_and_the_new_name_in_a_line_each() -> None:
    last = fixture("evals_since_requests").edges[-1]
    assert [finding.message for finding in last.findings] == [
        "ogx 0.8.0 has no `Api.eval`",
        "ogx 0.8.0 has no `llama_stack_api`: the import name is `ogx_api` there",
    ]
    assert all(f.location and (FOLDER / f.location.path).is_file() and f.location.line for f in last.findings)


def test_an_edge_names_what_is_not_there_yet() -> None:
    first = fixture("evals_since_requests").edges[0]
    (finding,) = first.findings
    assert first.opens
    assert "`llama_stack_api` of llama-stack 0.4.7 has no `EvaluateRowsRequest`" in finding.message


def test_an_edge_names_the_method_that_changed() -> None:
    last = fixture("tools_before_authorization").edges[-1]
    assert (last.broken, last.opens) == (Release("llama-stack", "0.4.7"), False)
    assert [f.code for f in last.findings] == ["PC903", "PC903"]
    assert "`invoke_tool(tool_name, kwargs)` does not take `authorization` (PC203)" in told_by(last)


def told_by(edge: object) -> str:
    return "\n".join(finding.message for finding in getattr(edge, "findings", ()))


def test_where_an_api_is_gone_no_method_is_missing() -> None:
    fit = row(fixture("evals_since_requests"), "ogx", "1.5.0")
    assert [aspect.standing for aspect in fit.aspects] == [Standing.BROKEN, Standing.BROKEN, Standing.SKIPPED]
    assert fit.methods.reason == "see PC901: nothing else can be judged there"


def test_where_a_name_is_gone_no_method_is_missing() -> None:
    fit = row(fixture("evals_since_requests"), "llama-stack", "0.3.5")
    assert [aspect.standing for aspect in fit.aspects] == [Standing.OK, Standing.BROKEN, Standing.SKIPPED]
    assert told(fit) == ["llama-stack 0.3.5 has no `llama_stack_api`: its API is part of `llama_stack`"]


# -- small packages -------------------------------------------------------------------------------

STACK = Release("llama-stack", "0.7.3")
SPEC = """
from llama_stack_api import Api, InlineProviderSpec

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.files, provider_type="inline::x", module="small.impl", config_class="small.impl.Config"
    )
"""


def small(tmp_path: Path, **modules: str) -> Fit:
    files = {"__init__": "", "provider": SPEC, **modules}
    write(tmp_path / "small", {f"{name}.py": text for name, text in files.items()})
    return Survey(str(tmp_path / "small"), root=tmp_path, here=tmp_path).fit(STACK)


def test_a_spec_that_the_release_does_not_take_is_of_the_first_column(tmp_path: Path) -> None:
    text = SPEC.replace("config_class=", "configuration=")
    fit = small(tmp_path, provider=text)
    assert fit.api.standing is Standing.BROKEN
    assert "(PC103)" in told(fit)[0]
    assert fit.methods.standing is Standing.SKIPPED


def test_a_module_that_is_no_stacks_says_nothing(tmp_path: Path) -> None:
    impl = "import heavy_library_that_is_not_here\nclass Config: ...\nasync def get_provider_impl(c, d): ..."
    fit = small(tmp_path, impl=impl)
    assert fit.imports.standing is Standing.OK


def test_a_base_class_that_is_not_here_leaves_methods_unseen(tmp_path: Path) -> None:
    impl = """
    from pydantic import BaseModel
    from heavy_library_that_is_not_here import Base

    class Config(BaseModel): ...
    class Impl(Base): ...
    async def get_provider_impl(config, deps):
        return Impl()
    """
    fit = small(tmp_path, impl=impl)
    assert (fit.imports.standing, fit.methods.standing) == (Standing.OK, Standing.UNSEEN)
    assert "heavy_library_that_is_not_here" in fit.methods.reason
    assert fit.fits
    assert not fit.is_seen


def test_an_import_on_a_condition_is_unseen_and_the_rest_is_judged(tmp_path: Path) -> None:
    impl = """
    import os
    if os.environ.get("OLD"):
        from llama_stack.apis.files import Files
    from pydantic import BaseModel
    class Config(BaseModel): ...
    class Impl: ...
    async def get_provider_impl(config, deps):
        return Impl()
    """
    fit = small(tmp_path, impl=impl)
    assert fit.imports.standing is Standing.UNSEEN
    assert "it depends on `os.environ.get('OLD')`" in fit.imports.reason
    assert fit.methods.standing is Standing.BROKEN


def test_specs_of_another_stack_are_no_specs_of_a_release(tmp_path: Path) -> None:
    built_in = FIXTURES.parent / "reference_providers" / "inference"
    fit = Survey(str(built_in), root=tmp_path, here=tmp_path).fit(STACK)
    assert told(fit) == ["llama-stack 0.7.3: the specs are those of the built-in stack"]
    assert fit.methods.standing is Standing.SKIPPED


def test_own_source_that_does_not_parse_is_an_import_that_fails(tmp_path: Path) -> None:
    fit = small(tmp_path, provider="def get_provider_spec(:")
    assert fit.imports.standing is Standing.BROKEN
    assert "(PC101)" in told(fit)[0]


def test_nothing_of_the_provider_is_run(tmp_path: Path) -> None:
    marker = tmp_path / "run"
    small(tmp_path, __init__=f"open({str(marker)!r}, 'w')")
    assert not marker.exists()


def test_a_class_is_judged_with_the_api_that_is_given(tmp_path: Path) -> None:
    write(tmp_path / "small", {"__init__.py": "", "impl.py": "class Impl: ..."})
    survey = Survey("small.impl:Impl", api="files", root=tmp_path, here=tmp_path)
    assert survey.fit(STACK).methods.standing is Standing.BROKEN
    gone = Survey("small.impl:Impl", api="evaluation", root=tmp_path, here=tmp_path).fit(STACK)
    assert gone.api.standing is Standing.BROKEN


def test_a_release_is_judged_once(tmp_path: Path) -> None:
    loaded: list[Release] = []

    def load(release: Release) -> object:
        from provider_conformance.contracts.snapshots import load as shipped  # noqa: PLC0415 - wrapped here

        loaded.append(release)
        return shipped(release)

    write(tmp_path / "small", {"__init__.py": "", "provider.py": SPEC})
    survey = Survey(str(tmp_path / "small"), root=tmp_path, here=tmp_path, load=load)  # type: ignore[arg-type] - it counts
    assert survey.fit(STACK) is survey.fit(STACK)
    assert loaded == [STACK]


@pytest.mark.parametrize("argument", ["ogx.providers.registry", "llama_stack.providers"])
def test_a_part_of_a_stack_is_refused(argument: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {f"{argument.partition('.')[0]}/__init__.py": ""})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="is part of a stack"):
        Survey(argument, root=tmp_path, here=tmp_path)
