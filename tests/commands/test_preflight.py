"""``provider-conformance preflight``: lines, data and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provider_conformance.__main__ import main

RUN = """providers:
  inference:
  - provider_id: far
    provider_type: {kind}
    config: {{host: localhost, port: 1}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.yaml").write_text(RUN.format(kind="remote"))
    return tmp_path / "run.yaml"


def test_a_sound_run_config_is_0_and_shows_its_plan(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preflight", str(file), "--stack=builtin"]) == 0
    out = capsys.readouterr().out
    assert "1.  inference remote `far`\n2.  models (routing table)\n3.  inference (router)\n" in out
    assert "    port = 1\n" in out
    assert out.endswith("1 provider, 0 errors, 0 warnings\n")


def test_an_error_is_1_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(RUN.format(kind="remote::nobody"))
    assert main(["preflight", "run.yaml", "--stack=builtin"]) == 1
    assert "run.yaml:4: error unknown-type\n" in capsys.readouterr().out


def test_it_is_there_as_data(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(RUN.format(kind="remote::nobody"))
    assert main(["preflight", str(file), "--stack=builtin", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["findings"][0]["location"] == {"path": str(file), "line": 4}
    assert [one["provider_type"] for one in data["providers"]] == ["remote::nobody"]


def test_a_missing_file_is_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preflight", str(file.parent / "none.yaml")]) == 2
    assert "none.yaml cannot be read" in capsys.readouterr().err
