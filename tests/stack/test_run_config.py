"""Run configs: what is read, and how what is wrong in them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.stack.errors import MissingVariableError, RunConfigError
from provider_conformance.stack.run_config import (
    MemoryStoreConfig,
    SqliteStoreConfig,
    load_run_config,
    parse_run_config,
)

SEED_STYLE = """
version: '2'
built_at: '2024-10-08T17:40:45.325529'
image_name: local
docker_image: null
conda_env: local
apis: [models, inference]
providers:
  inference:
  - provider_id: foo
    provider_type: remote::tgi
    config:
      url: ${env.TGI_URL:=http://127.0.0.1:5009}
  - provider_id: bar
    provider_type: remote::tgi
    config:
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_fields_of_the_seeds_run_config_are_read(tmp_path: Path) -> None:
    config = load_run_config(written(tmp_path, SEED_STYLE), {})
    assert config.built_at is not None
    assert (config.image_name, config.conda_env, config.docker_image) == ("local", "local", None)
    assert config.apis == ["models", "inference"]
    assert [(p.provider_id, p.provider_type) for p in config.providers["inference"]] == [
        ("foo", "remote::tgi"),
        ("bar", "remote::tgi"),
    ]


def test_variables_and_their_defaults_are_filled_in(tmp_path: Path) -> None:
    path = written(tmp_path, SEED_STYLE)
    assert load_run_config(path, {}).providers["inference"][0].config["url"] == "http://127.0.0.1:5009"
    there = load_run_config(path, {"TGI_URL": "http://there"})
    assert there.providers["inference"][0].config["url"] == "http://there"


def test_the_variables_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_NAME", "mine")
    assert parse_run_config({"providers": {}, "image_name": "${env.WORKSHOP_NAME}"}).image_name == "mine"


def test_settings_that_are_left_empty_are_none_at_all(tmp_path: Path) -> None:
    assert load_run_config(written(tmp_path, SEED_STYLE), {}).providers["inference"][1].config == {}


def test_only_providers_have_to_be_there() -> None:
    config = parse_run_config({"providers": {}})
    assert (config.apis, config.version, config.metadata_store) == ([], "2", MemoryStoreConfig())


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = (
        "providers: {}\nexternal_providers_dir: specs\nmetadata_store: {type: sqlite, db_path: kept/r.db}\n"
    )
    config = load_run_config(written(tmp_path, text), {})
    assert config.external_providers_dir == tmp_path / "specs"
    assert config.metadata_store == SqliteStoreConfig(db_path=tmp_path / "kept" / "r.db")


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    text = f"providers: {{}}\nexternal_providers_dir: {tmp_path / 'elsewhere'}\n"
    assert load_run_config(written(tmp_path, text), {}).external_providers_dir == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("providers: {inference: [", "line 1, column 25", "is no YAML"),
        ("- a list", "", "a mapping with the key `providers`"),
        ("", "", "a mapping with the key `providers`"),
        ("apis: []", "providers", "Field required"),
        ("providers: []", "providers", "valid dictionary"),
        ("providers: {inference: {provider_id: a}}", "providers.inference", "valid list"),
        ("providers: {inference: [{provider_id: a}]}", "providers.inference[0].provider_type", "required"),
        (
            "providers: {inference: [{provider_id: '', provider_type: b}]}",
            "providers.inference[0].provider_id",
            "1",
        ),
        ("providers: {}\nversion: 1", "version", "reads version 2, not 1"),
        ("provider: {}\nproviders: {}", "provider", "no such key, did you mean `providers`?"),
        (
            "providers: {inference: [{provider_id: a, provider_type: b, confg: {}}]}",
            "providers.inference[0].confg",
            "did you mean `config`?",
        ),
        ("providers: {}\nmetadata_store: {type: redis}", "metadata_store", "'memory', 'sqlite'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, place: str, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RunConfigError) as caught:
        load_run_config(path, {})
    assert caught.value.source == str(path)
    assert caught.value.place == place
    assert told in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "providers: {inference: [{}]}")
    with pytest.raises(RunConfigError, match=r"provider_id: Field required; .*provider_type: Field required"):
        load_run_config(path, {})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunConfigError, match=r"none\.yaml: cannot be read"):
        load_run_config(tmp_path / "none.yaml")


def test_a_variable_that_is_not_set_is_told_with_its_place() -> None:
    with pytest.raises(MissingVariableError, match=r"^image_name: .*`NAME` is not set"):
        parse_run_config({"providers": {}, "image_name": "${env.NAME}"}, {})
