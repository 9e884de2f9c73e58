"""Finding and importing a stack, shown on packages made for the purpose."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_conformance.contracts import probe
from provider_conformance.contracts.installed import installed_contract
from provider_conformance.contracts.probe import Family, installed_families, open_part, open_stack
from provider_conformance.errors import (
    AmbiguousStackError,
    ContractError,
    StackIncompleteError,
    StackNotInstalledError,
)

ONE = Family("one", "stack_one", "stack-one", "stack-one-api")
TWO = Family("two", "stack_two", "stack-two", "stack-two-api")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, and no stack known but the two made here."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(probe, "FAMILIES", {"one": ONE, "two": TWO})
    monkeypatch.setattr("provider_conformance.contracts.installed.FAMILIES", {"one": ONE, "two": TWO})
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("stack_")]:
        del sys.modules[name]


def stack(site: Path, family: Family, resolver: str = "", folder: str = "core") -> None:
    package = site / family.package
    (package / folder).mkdir(parents=True)
    (package / "__init__.py").write_text("import sys\nsys.modules[__name__].__dict__['seen'] = True\n")
    (package / folder / "__init__.py").touch()
    (package / folder / "resolver.py").write_text(resolver)


def distribution(site: Path, name: str, version: str, top_level: str = "") -> None:
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "top_level.txt").write_text(top_level)


def test_no_stack_is_told_with_the_choices(site: Path) -> None:
    with pytest.raises(
        StackNotInstalledError, match="install one of one, two, or choose --provider-stack=builtin"
    ):
        installed_contract()


def test_a_stack_is_found_without_importing_it(site: Path) -> None:
    stack(site, ONE)
    assert installed_families() == ("one",)
    assert "stack_one" not in sys.modules


def test_a_package_of_that_name_without_a_resolver_is_no_stack(site: Path) -> None:
    (site / "stack_one").mkdir()
    (site / "stack_one" / "__init__.py").touch()
    assert installed_families() == ()


def test_several_stacks_are_ambiguous_and_both_are_named(site: Path) -> None:
    stack(site, ONE)
    stack(site, TWO)
    with pytest.raises(AmbiguousStackError, match="--provider-stack=one or --provider-stack=two"):
        installed_contract()


def test_another_stack_than_the_installed_one_is_not_installed(site: Path) -> None:
    stack(site, ONE)
    with pytest.raises(StackNotInstalledError, match="two is not installed here; there is one"):
        installed_contract("two")


@pytest.mark.parametrize("folder", ["core", "distribution"])
def test_the_resolver_is_found_where_any_release_has_it(site: Path, folder: str) -> None:
    stack(site, ONE, folder=folder)
    assert open_stack(ONE).core_package == f"stack_one.{folder}"


def test_places_are_shown_against_the_folder_of_the_package(site: Path) -> None:
    stack(site, ONE)
    assert open_stack(ONE).root == site


def test_versions_come_from_the_metadata(site: Path) -> None:
    stack(site, ONE)
    distribution(site, "stack-one", "1.2.3")
    distribution(site, "stack-one-api", "1.2.4")
    opened = open_stack(ONE)
    assert (opened.release, opened.api_release) == ("1.2.3", "1.2.4")


@pytest.mark.parametrize("statement", ["import nowhere_at_all", "from nowhere_at_all.part import Thing"])
def test_a_stack_that_imports_what_is_not_installed_is_incomplete(site: Path, statement: str) -> None:
    stack(site, ONE, statement)
    distribution(site, "stack-one", "1.0")
    with pytest.raises(StackIncompleteError) as caught:
        open_stack(ONE)
    told = "one 1.0 cannot be started here: it imports `nowhere_at_all`, which is not installed"
    assert str(caught.value) == told


def test_a_part_of_a_stack_that_imports_what_is_not_installed_is_told_alike(site: Path) -> None:
    stack(site, ONE)
    (site / "stack_one" / "core" / "routers.py").write_text(
        "try:\n    import nowhere_at_all\nexcept ImportError as e:\n    raise RuntimeError('no') from e\n"
    )
    with pytest.raises(StackIncompleteError, match="it imports `nowhere_at_all`, which is not installed"):
        open_part(open_stack(ONE), "routers")


def test_a_part_that_a_stack_does_not_have_is_no_missing_requirement(site: Path) -> None:
    stack(site, ONE)
    with pytest.raises(ContractError, match="one cannot be imported: it needs the module") as caught:
        open_part(open_stack(ONE), "routers")
    assert not isinstance(caught.value, StackIncompleteError)


def test_a_module_that_an_installed_package_lacks_is_named_with_the_package(site: Path) -> None:
    stack(site, ONE, "import stack_helper.gone")
    (site / "stack_helper").mkdir()
    (site / "stack_helper" / "__init__.py").touch()
    distribution(site, "stack-helper", "9.9", "stack_helper")
    with pytest.raises(ContractError, match=r"'stack_helper\.gone', which stack-helper 9\.9 does not have"):
        open_stack(ONE)


def test_an_api_package_of_another_release_is_given_as_the_likely_cause(site: Path) -> None:
    stack(site, ONE, "from os import no_such_name")
    distribution(site, "stack-one", "1.0")
    distribution(site, "stack-one-api", "2.0")
    with pytest.raises(ContractError, match=r"stack-one-api is at 2\.0.*stack-one-api==1\.0"):
        open_stack(ONE)


@pytest.mark.parametrize("statement", ["raise SystemExit(3)", "raise RuntimeError('no')", "def ("])
def test_any_failure_of_the_import_is_an_error_of_the_contract(site: Path, statement: str) -> None:
    stack(site, ONE, statement)
    with pytest.raises(ContractError, match="one cannot be imported"):
        open_stack(ONE)


def test_warnings_of_the_stack_are_not_the_users(site: Path) -> None:
    stack(site, ONE, "import warnings\nwarnings.warn('old', DeprecationWarning)")
    assert open_stack(ONE).resolver.__name__ == "stack_one.core.resolver"


def test_the_root_logger_stays_the_users(site: Path) -> None:
    stack(site, ONE, "import logging\nlogging.basicConfig(force=True, level=1)")
    before = logging.getLogger().handlers[:], logging.getLogger().level
    open_stack(ONE)
    assert (logging.getLogger().handlers, logging.getLogger().level) == before


def test_a_stack_that_cannot_be_read_is_an_error_that_names_it(site: Path) -> None:
    stack(site, ONE)
    distribution(site, "stack-one", "1.0")
    with pytest.raises(ContractError, match=r"contract of one 1\.0 cannot be read off"):
        installed_contract("one")
