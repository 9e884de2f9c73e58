"""What ``load_provider`` accepts, and that no package keeps it from answering."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.package.model import Provider, SpecKind
from provider_conformance.providers.locate import load_provider
from support.packages import FIXTURES, fixture, package, write

Make = Callable[..., Provider]
PACKAGES = FIXTURES / "packages"


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGES))


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize(
    "argument",
    [
        "pc103_ok_list",
        "pc103_ok_list.provider",
        "pc103_ok_list.provider:get_provider_spec",
        str(PACKAGES / "pc103_ok_list"),
        str(PACKAGES / "pc103_ok_list" / "provider.py"),
    ],
)
def test_every_form_leads_to_the_specs(argument: str) -> None:
    provider = load_provider(argument, root=FIXTURES)
    assert [spec.provider_type for spec in provider.specs] == ["inline::first", "inline::pc103_ok_list"]
    assert provider.problem is None
    assert provider.stack == "builtin"


@pytest.mark.usefixtures("importable")
def test_a_registry_module_is_a_provider() -> None:
    assert len(load_provider("pc102_ok_registry", root=FIXTURES).specs) == 1


@pytest.mark.usefixtures("importable")
def test_the_name_of_a_provider_is_what_the_user_called_it() -> None:
    argument = "pc103_ok_list.provider:get_provider_spec"
    assert load_provider(argument, root=FIXTURES).name == argument


def test_a_provider_named_by_its_path_is_called_after_its_package() -> None:
    assert fixture("pc103_ok_list").name == "pc103_ok_list"


@pytest.mark.usefixtures("importable")
def test_a_class_is_a_provider_of_the_api_that_is_given() -> None:
    provider = load_provider("fixture_parts:ConformingSafety", api="safety", root=FIXTURES)
    (spec,) = provider.specs
    assert (spec.api, spec.kind, spec.raw.__name__) == ("safety", SpecKind.UNKNOWN, "ConformingSafety")
    assert provider.stack == "builtin"


@pytest.mark.usefixtures("importable")
def test_a_class_without_an_api_is_a_usage_error_that_names_the_option() -> None:
    with pytest.raises(UsageError, match="--provider-api"):
        load_provider("fixture_parts:ConformingSafety", root=FIXTURES)


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("", "needs a value"),
        ("fixture_parts:", "not understood"),
        ("fixture parts", "not understood"),
        ("no_such_package_anywhere", "nothing that can be imported"),
        ("fixture_prats", "near: .*`fixture_parts`"),
        ("pc103_ok_list.provder", "near: `pc103_ok_list.provider`"),
        ("fixture_parts:ConformingSaftey", "near: ConformingSafety"),
        ("./no/such/folder", "there is no .*no/such/folder"),
        ("pytest-no-such", "not understood"),
    ],
)
def test_what_names_nothing_is_a_usage_error_with_a_hint(argument: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_provider(argument, root=FIXTURES)


def test_a_package_beside_the_tests_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path / "src", "beside_the_tests")
    monkeypatch.chdir(tmp_path)
    assert len(load_provider("beside_the_tests", root=tmp_path).specs) == 1


def test_an_absent_provider_module_is_told_from_one_that_fails(tmp_path: Path) -> None:
    write(tmp_path / "told_apart", {"__init__.py": "", "provider.py": "import told_apart.absent\n"})
    problem = load_provider(str(tmp_path / "told_apart"), root=tmp_path).problem
    assert problem is not None
    assert problem.kind == "missing-own-module"
    assert "told_apart.absent" in problem.message


def test_a_package_without_specs_is_told_what_was_looked_for() -> None:
    problem = fixture("pc102_only_a_class").problem
    assert problem is not None
    for sought in ("pc102_only_a_class.provider", "get_provider_spec()", "available_providers()"):
        assert sought in problem.message


def test_an_object_that_lies_about_everything_is_named_by_its_real_class() -> None:
    problem = fixture("pc103_lying").problem
    assert problem is not None
    assert "pc103_lying.provider.Anything" in problem.message


def test_a_generator_of_specs_is_read_and_noted(tmp_path: Path) -> None:
    specs = """
        from fixture_parts import inline_spec

        def get_provider_spec():
            yield inline_spec("generating")
    """
    provider = load_provider(str(package(tmp_path, "generating", provider=specs)), root=tmp_path)
    assert len(provider.specs) == 1
    assert "generator" in provider.notes[0]


def test_what_a_package_prints_is_kept_apart_by_stream(make: Make) -> None:
    provider = make("import sys\nprint('out')\nprint('err', file=sys.stderr)\n")
    assert (provider.output, provider.log) == ("out\n", "err\n")


def test_a_package_leaves_the_process_as_it_was() -> None:
    fixture("pc103_ok_list")  # puts the folder of the fixtures first on the import path
    before = (os.environ["PATH"], Path.cwd(), print, sys.stdout)
    path = list(sys.path)
    assert fixture("pc101_ok_changes_process").problem is None
    assert (os.environ["PATH"], Path.cwd(), print, sys.stdout) == before
    assert sys.path in (path, [*path, "/nowhere"])


@pytest.mark.parametrize("name", ["pc101_exits", "pc101_interrupts", "pc101_recurses", "pc103_lying"])
def test_a_hostile_package_does_not_disturb_the_next(name: str) -> None:
    assert fixture(name).problem is not None
    assert fixture("pc103_ok_list").problem is None


def test_the_users_own_interrupt_is_not_swallowed(tmp_path: Path) -> None:
    folder = package(tmp_path, "interrupted", provider="raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_provider(str(folder), root=tmp_path)


def test_each_spec_has_the_line_on_which_it_is_made() -> None:
    lines = [spec.location and spec.location.line for spec in fixture("pc106_twice").specs]
    source = (PACKAGES / "pc106_twice" / "provider.py").read_text().splitlines()
    assert [line and "inline_spec" in source[line - 1] for line in lines] == [True, True]
    assert lines[0] != lines[1]
