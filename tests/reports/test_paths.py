"""Paths in reports: from the folder in which the run began, wherever and however the check was run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.paths import finding_from, location_from, text_from
from provider_conformance.session.items import RESULT
from support.packages import FIXTURES
from support.running import read_json

HERE = Path("/somewhere/else/project")
PLACES = {
    "/somewhere/else/project/pkg/a.py": "pkg/a.py",
    "/somewhere/else/project/../project/pkg/a.py": "pkg/a.py",
    "/somewhere/else/project/../other/a.py": "/somewhere/else/other/a.py",
    "/somewhere/else/project-two/a.py": "/somewhere/else/project-two/a.py",
    "/usr/lib/a.py": "/usr/lib/a.py",
    "pkg/a.py": "pkg/a.py",
    "<string>": "<string>",
    "": "",
}
TEXTS = {
    "called at /somewhere/else/project/pkg/a.py:12": "called at pkg/a.py:12",
    "(/somewhere/else/project/a.py:1), (/somewhere/else/project/b.py:2)": "(a.py:1), (b.py:2)",
    "at /somewhere/else/project-two/a.py:12": "at /somewhere/else/project-two/a.py:12",
    "at /srv/somewhere/else/project/a.py:12": "at /srv/somewhere/else/project/a.py:12",
    "no such file: '/somewhere/else/project/data.db'": "no such file: '/somewhere/else/project/data.db'",
    "": "",
}


@pytest.mark.parametrize("path", PLACES)
def test_a_path_below_is_relative_and_any_other_absolute(path: str) -> None:
    assert location_from(HERE, Location(path, 3)) == Location(PLACES[path], 3)


def test_a_link_to_the_folder_is_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert location_from(tmp_path / "real", Location(f"{tmp_path}/link/a.py")) == Location("a.py")


@pytest.mark.parametrize("text", TEXTS)
def test_a_place_in_a_text_is_relative_and_a_path_that_was_quoted_stays(text: str) -> None:
    assert text_from(HERE, text) == TEXTS[text]


def test_a_finding_is_the_same_but_for_its_paths() -> None:
    place = Location("/somewhere/else/project/a.py", 1)
    finding = Finding(
        "PC201", Severity.ERROR, f"m {place}", location=place, why=f"w {place}", fix=f"f {place}"
    )
    shown = finding_from(HERE, finding)
    assert (shown.message, shown.why, shown.fix) == ("m a.py:1", "w a.py:1", "f a.py:1")
    assert (shown.location, shown.key) == (Location("a.py", 1), finding.key)


# -- runs -------------------------------------------------------------------------------------------

FACTORY = "pc112_by_keyword"
NEWER = """
from ogx_api import Api, InlineProviderSpec, OfALaterRelease

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.files, provider_type="inline::newer", module="newer", config_class="newer.Config"
    )
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two providers in a folder of their own, and another folder."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(FIXTURES / "packages" / FACTORY, folder / "providers" / FACTORY)
    shutil.copytree(FIXTURES / "packages" / "fixture_parts", folder / "library" / "fixture_parts")
    newer = folder / "providers" / "newer"
    newer.mkdir()
    (newer / "__init__.py").write_text("")
    (newer / "provider.py").write_text(NEWER)
    (folder / "elsewhere").mkdir()
    return folder


def run(here: Path, *options: str, **environ: str) -> str:
    """What a run that begins in a folder of the repository, or in itself, prints."""
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    reports = ["--provider-report=json:report.json", "--junitxml=junit.xml"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST_"))}
    path = os.pathsep.join(
        [str(here.parent / "library"), str(here / "library"), os.environ.get("PYTHONPATH", "")]
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *reports, *options],
        cwd=here,
        env=clean | {"PYTHONPATH": path} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    ).stdout


def place_told(here: Path) -> Location:
    """The place of the one finding that the JSON report has, and junit too."""
    (finding,) = read_json(here / "report.json")["findings"]
    place = Location(**finding["location"])
    tree = ElementTree.parse(here / "junit.xml")  # noqa: S314 - written by pytest just now
    results = [json.loads(p.attrib["value"]) for p in tree.iter("property") if p.attrib["name"] == RESULT]
    told = [Location(**found["location"]) for result in results for found in result["findings"]]
    assert told == [place]
    return place


WAYS = {
    "in this process": (FACTORY, "--provider-select=PC112"),
    "by two workers": (FACTORY, "--provider-select=PC112", "-n", "2"),
    "isolated": (FACTORY, "--provider-select=PC112", "--provider-isolate"),
    "by source": (FACTORY, "--provider-select=PC112", "--provider-view=source"),
    "over releases": ("newer", "--provider-select=PC90", "--provider-releases=ogx==1.5.0"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_run_shows_paths_from_where_it_began(project: Path, way: str) -> None:
    name, *options = WAYS[way]
    printed = run(project, f"--provider={project / 'providers' / name}", *options)
    place = place_told(project)
    assert place.path.startswith(f"providers/{name}/")
    assert (project / place.path).is_file()
    assert f"\n{place}: error " in printed
    assert f"{project}/providers/{name}/" not in printed


@pytest.mark.parametrize("way", ["by two workers", "over releases"])
def test_a_file_outside_of_where_the_run_began_stays_absolute(project: Path, way: str) -> None:
    name, *options = WAYS[way]
    printed = run(project / "elsewhere", f"--provider=../providers/{name}", *options)
    place = place_told(project / "elsewhere")
    assert Path(place.path).is_relative_to(project / "providers" / name)
    assert f"\n{place}: error " in printed


def test_an_ini_file_in_another_folder_changes_nothing(project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nprovider = providers/newer\nprovider_select = PC90\n")
    run(project / "providers", "-c", "../pytest.ini", "--provider-releases=ogx==1.5.0")
    (project / "pytest.ini").unlink()
    assert place_told(project / "providers").path == "newer/provider.py"


@pytest.mark.parametrize("folder", ["providers", "elsewhere"])
def test_github_gets_paths_from_its_workspace_on(project: Path, folder: str) -> None:
    job = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(project)}
    printed = run(
        project / folder, f"--provider={project}/providers/{FACTORY}", WAYS["in this process"][1], **job
    )
    assert f"::error file=providers/{FACTORY}/" in printed
