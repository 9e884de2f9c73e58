"""A run config as a file: its providers, their lines, and the folders that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.package import run_files

RUN = """version: 2
external_providers_dir: ./providers.d
providers:
  inference:
  - provider_id: mine
    provider_type: remote::mine
    module: my-pkg[extra]==1.0
    config:
      url: http://localhost
      tls:
        verify: true
  - provider_id: other
    provider_type: remote::openai
  safety:
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "run.yaml").write_text(RUN)
    return tmp_path / "run.yaml"


def test_each_provider_is_there_with_its_lines(file: Path) -> None:
    first, second = run_files.read(file).entries
    assert (first.api, first.provider_id, first.import_name) == ("inference", "mine", "my_pkg")
    assert [first.at(key).line for key in ("", "module", "config.tls.verify", "config.tls.none")] == [
        5, 7, 11, 10
    ]  # fmt: skip
    assert (second.module, second.at("config").line) == ("", 1) or second.at().line == 12


def test_a_folder_is_looked_for_beside_the_file_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "providers.d").mkdir()
    monkeypatch.chdir(file.parents[1])
    assert run_files.read(file).providers_dir == file.parent / "providers.d"


def test_a_folder_is_looked_for_where_one_is_too(
    file: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    (here / "providers.d").mkdir()
    monkeypatch.chdir(here)
    assert run_files.read(file).providers_dir == here / "providers.d"


def test_a_folder_may_be_named_by_a_variable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(RUN.replace("./providers.d", "${env.MY_SPECS:=./specs}/more"))
    assert run_files.read(file).providers_dir == file.parent / "specs" / "more"
    monkeypatch.setenv("MY_SPECS", "/elsewhere")
    assert run_files.read(file).providers_dir == Path("/elsewhere/more")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("providers: [", "run.yaml:1: it is no YAML"),
        ("a: 1", "is no run config"),
        ("providers:\n  inference: {}", "run.yaml:2: the providers of an API are a list"),
    ],
)
def test_what_is_no_run_config_is_refused(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError, match=r".") as caught:
        run_files.read(file)
    assert told in str(caught.value)
