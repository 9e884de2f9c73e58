"""Where a setting comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provider_conformance.contracts import stacks
from provider_conformance.errors import UsageError
from provider_conformance.session.settings import Named, Source, environment_name, read
from support.packages import write

CODES = ("PC101", "PC201")
NEEDS_A_STACK = "[project]\nname = 'b'\ndependencies = ['llama-stack>=0.7']"


def source(
    option: dict[str, Any] | None = None,
    ini: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    folder: Path = Path("/project"),
) -> Source:
    return Source((option or {}).get, (ini or {}).get, environ or {}, folder / "here", folder)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("provider", "PROVIDER_CONFORMANCE_PROVIDER"),
        ("provider_stack", "PROVIDER_CONFORMANCE_STACK"),
        ("provider_known_failures", "PROVIDER_CONFORMANCE_KNOWN_FAILURES"),
    ],
)
def test_every_setting_has_a_variable(key: str, name: str) -> None:
    assert environment_name(key) == name


@pytest.mark.parametrize(
    ("option", "ini", "environ", "expected"),
    [
        ({"provider_stack": "ogx"}, {"provider_stack": "builtin"}, {}, "ogx"),
        ({}, {"provider_stack": "builtin"}, {"PROVIDER_CONFORMANCE_STACK": "ogx"}, "builtin"),
        ({}, {}, {"PROVIDER_CONFORMANCE_STACK": "ogx"}, "ogx"),
        ({}, {}, {}, "auto"),
    ],
)
def test_option_wins_over_ini_over_environment(
    option: dict[str, str], ini: dict[str, str], environ: dict[str, str], expected: str
) -> None:
    assert read(source(option, ini, environ), CODES).stack == expected


def test_paths_are_relative_to_where_they_are_written() -> None:
    assert read(source({"provider": ["./a"]}), CODES).providers == (Named("./a", Path("/project/here")),)
    assert read(source(ini={"provider": ["./a"]}), CODES).providers == (Named("./a", Path("/project")),)


def test_the_environment_separates_by_commas() -> None:
    named = read(source(environ={"PROVIDER_CONFORMANCE_PROVIDER": "a, b,"}), CODES).providers
    assert [provider.argument for provider in named] == ["a", "b"]


def test_known_failures_in_the_environment_stand_on_lines() -> None:
    lines = "PC201: one, two\nPC101: three"
    known = read(source(environ={"PROVIDER_CONFORMANCE_KNOWN_FAILURES": lines}), CODES).policy.known
    assert [entry.reason for entry in known] == ["one, two", "three"]


@pytest.mark.parametrize(
    ("ini", "environ", "expected"),
    [(None, "", False), (None, "yes", True), (None, "0", False), (True, "", True), (False, "1", False)],
)
def test_strictness_is_on_or_off(ini: bool | None, environ: str, expected: bool) -> None:
    settings = read(
        source(ini={"provider_strict": ini}, environ={"PROVIDER_CONFORMANCE_STRICT": environ}), CODES
    )
    assert settings.policy.strict is expected


def test_a_report_may_have_a_colon_in_its_path(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    reports = read(source({"provider_report": ["json:a:b.json"]}, folder=tmp_path), CODES).reports
    assert [(one.format.name, one.path) for one in reports] == [("json", tmp_path / "here" / "a:b.json")]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"provider": ["a", " "]}, "--provider is empty"),
        ({"provider_stack": "seed"}, "--provider-stack: there is no 'seed'"),
        ({"provider_timeout": "soon"}, "--provider-timeout: 'soon' is no number above 0"),
        ({"provider_memory": "-1"}, "--provider-memory: '-1' is no number above 0"),
        ({"provider_view": "sourced"}, "--provider-view: there is no 'sourced'.*did you mean source"),
        ({"provider_select": ["PC1,PC9"]}, "--provider-select: no rule has the code 'PC9'"),
        ({"provider_report": ["xml:a"]}, "--provider-report: there is no format 'xml'"),
        ({"provider_report": ["json:no/a"]}, "the folder /project/here/no does not exist"),
    ],
)
def test_a_mistake_names_its_option(option: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(source(option), CODES)


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """A folder of two projects, one of them for a stack that is not installed."""
    write(tmp_path / "here", {"all/a/pyproject.toml": "", "all/b/pyproject.toml": NEEDS_A_STACK})
    return tmp_path


def test_a_folder_of_several_stands_for_its_projects(several: Path) -> None:
    with stacks.read_instead({}):
        settings = read(source({"provider": ["all"]}, folder=several), CODES)
    assert settings.providers == (Named(str(several / "here" / "all" / "a"), several / "here"),)
    assert settings.left_out == ("all: b is left out, it requires llama-stack, which is not installed here",)


@pytest.mark.parametrize("option", [{"provider_view": "source"}, {"provider_stack": "ogx==1.5.0"}])
def test_what_is_judged_by_its_source_needs_no_stack(several: Path, option: dict[str, str]) -> None:
    with stacks.read_instead({}):
        settings = read(source({"provider": ["all"], **option}, folder=several), CODES)
    assert [Path(named.argument).name for named in settings.providers] == ["a", "b"]
    assert settings.left_out == ()
