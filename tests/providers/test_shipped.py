"""One provider in all the forms in which it is shipped: each comes to the same specs, in either view."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.package import requirements
from provider_conformance.package.loading import home_of
from provider_conformance.package.model import Provider
from provider_conformance.package.targets import parse
from provider_conformance.providers import views
from support.packages import findings_of, write

FILES = {
    "kept_form/__init__.py": "",
    "kept_form/provider.py": """
        from provider_conformance.stack.specs import Api, InlineProviderSpec

        def get_provider_spec():
            return InlineProviderSpec(
                api=Api.safety, provider_type="inline::form", module="kept_form.impl",
                config_class="kept_form.impl.Config",
            )
        """,
    "kept_form/impl.py": """
        from pydantic import BaseModel
        from provider_conformance.stack.apis.safety import Safety

        class Config(BaseModel):
            limit: int = 3

        class Guard(Safety):
            async def run_shield(self, shield_id, messages, params=None):
                return None

        async def get_provider_impl(config, deps):
            return Guard()
        """,
}
METADATA = "Metadata-Version: 2.1\nName: kept-form\nVersion: 1.0\nRequires-Dist: not-a-package-of-anybody\n"
DIST_INFO = {
    "kept_form-1.0.dist-info/METADATA": METADATA,
    "kept_form-1.0.dist-info/top_level.txt": "kept_form\n",
    "kept_form-1.0.dist-info/RECORD": "kept_form/__init__.py,,\nkept_form/provider.py,,\n",
    "kept_form-1.0.dist-info/entry_points.txt": "[provider_conformance.providers]\nannounced = kept_form\n",
}
PROJECT = {"pyproject.toml": "[project]\nname = 'kept-form'\ndependencies = ['not-a-package-of-anybody']\n"}


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "kept_form"]:
        del sys.modules[name]


def project(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> str:
    return str(write(folder / "project", {**FILES, **PROJECT}))


def wheel(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> str:
    inside = write(folder / "inside", {**FILES, **DIST_INFO})
    with zipfile.ZipFile(folder / "kept_form-1.0-py3-none-any.whl", "w") as file:
        for path in (path for path in inside.rglob("*") if path.is_file()):
            file.write(path, path.relative_to(inside))
    return str(folder / "kept_form-1.0-py3-none-any.whl")


def sdist(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> str:
    inside = write(folder / "inside", {**FILES, **PROJECT})
    with tarfile.open(folder / "kept_form-1.0.tar.gz", "w:gz") as file:
        file.add(inside, "kept_form-1.0")
    return str(folder / "kept_form-1.0.tar.gz")


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.syspath_prepend(write(folder / "site", {**FILES, **DIST_INFO}))
    return "kept_form"


def distribution(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    installed(folder, monkeypatch)
    return "kept-form"


def entry_point(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    installed(folder, monkeypatch)
    return "announced"


FORMS = [project, wheel, sdist, installed, distribution, entry_point]


def load(argument: str, view: str) -> Provider:
    return views.load(argument, view=view, root=Path.cwd())


@pytest.mark.parametrize("view", ["live", "source"])
@pytest.mark.parametrize("form", FORMS)
def test_each_form_comes_to_the_same_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Callable[..., str], view: str
) -> None:
    provider = load(form(tmp_path, monkeypatch), view)
    assert (provider.name, provider.package, provider.problem) == ("kept_form", "kept_form", None)
    assert [spec.provider_type for spec in provider.specs] == ["inline::form"]
    assert findings_of(provider, "PC110") == []


@pytest.mark.parametrize("form", [project, wheel, sdist])
def test_what_it_requires_is_known_where_it_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Callable[..., str]
) -> None:
    provider = load(form(tmp_path, monkeypatch), "live")
    unmet = requirements.unmet(home_of("kept_form"), provider.specs[0])
    assert [line for line, _ in unmet] == ["not-a-package-of-anybody"]


def test_packages_within_a_package_that_have_specs_are_found(tmp_path: Path) -> None:
    files = {name.replace("kept_form/", "kept_form/inner/"): text for name, text in FILES.items()}
    texts = {name: text.replace("kept_form.", "kept_form.inner.") for name, text in files.items()}
    write(tmp_path, {"kept_form/__init__.py": "", **texts})
    for view in ("live", "source"):
        assert [s.module for s in load(str(tmp_path / "kept_form"), view).specs] == ["kept_form.inner.impl"]


def test_what_is_there_as_a_path_comes_before_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, {"announced/other/__init__.py": "", "announced/other/provider.py": ""}))
    entry_point(tmp_path / "more", monkeypatch)
    assert parse("announced", tmp_path).module == "other"


def test_an_archive_leads_no_file_out_of_its_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad-1.0.tar.gz", "w:gz") as file:
        member = tarfile.TarInfo("../outside.py")
        file.addfile(member, io.BytesIO())
    with pytest.raises(UsageError, match="cannot be unpacked"):
        parse(str(tmp_path / "bad-1.0.tar.gz"), tmp_path)


@pytest.mark.parametrize("name", ["a.whl", "a.zip", "a.tar.gz"])
def test_what_is_no_archive_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("nothing")
    with pytest.raises(UsageError, match="cannot be unpacked"):
        parse(str(tmp_path / name), tmp_path)
