"""``provider-conformance serve``, whose name was `run`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from provider_conformance.__main__ import main

PROVIDER = """
from pathlib import Path
from pydantic import BaseModel
from provider_conformance.stack.specs import Api, InlineProviderSpec

class Config(BaseModel):
    folder: Path

class Telemetry:
    def __init__(self, folder):
        self.folder = folder

    async def log_event(self, event):
        self.last = event

    async def get_trace(self, trace_id):
        raise ValueError(f"no trace {trace_id}")

    async def shutdown(self):
        (self.folder / "stopped").touch()

async def get_provider_impl(config, deps):
    return Telemetry(config.folder)

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.telemetry, provider_type="kept", module="kept", config_class="kept.Config"
    )
"""
RUN = """
providers:
  telemetry:
  - provider_id: mine
    provider_type: kept
    config: {folder: "${env.KEPT_FOLDER}"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a provider package and a run config."""
    (tmp_path / "kept.py").write_text(PROVIDER)
    (tmp_path / "run.yaml").write_text(RUN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("KEPT_FOLDER", str(tmp_path))
    yield tmp_path
    sys.modules.pop("kept", None)


def command(folder: Path, *options: str) -> list[str]:
    return ["serve", str(folder / "run.yaml"), *options]


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command as a process, and the URL that it says it serves at."""
    arguments = [
        sys.executable,
        "-m",
        "provider_conformance",
        *command(folder, "--provider=kept", "--port=0"),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        try:
            said = next((line for line in process.stderr if "running on" in line), "")
            yield process, next(word for word in said.split() if word.startswith("http://"))
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_config_is_served_until_the_process_is_told_to_stop(folder: Path, number: int) -> None:
    with running(folder) as (process, url):
        response = httpx.get(f"{url}/telemetry/get_trace", params={"trace_id": "7"}, trust_env=False)
        assert (response.status_code, response.json()["error"]["message"]) == (400, "no trace 7")
        process.send_signal(number)
        process.wait(timeout=20)
    assert (folder / "stopped").exists()


def test_the_plan_is_printed_and_nothing_is_started(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(folder, "--provider=kept", "--plan")) == 0
    assert capsys.readouterr().out == "1. telemetry provider `mine`, inspect\n"


def test_a_mistake_is_one_line_and_exit_code_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(folder)) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: there is no provider `kept` for the API `telemetry`.")
    assert told.count("\n") == 1


def test_a_missing_server_extra_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "provider_conformance.stack.server", None)
    assert main(command(folder, "--provider=kept")) == 2
    assert "pip install fastapi httpx uvicorn" in capsys.readouterr().err


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml: cannot be read" in capsys.readouterr().err


def test_its_old_name_still_serves(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *command(folder, "--provider=kept", "--plan")[1:]]) == 0
    assert capsys.readouterr().out == "1. telemetry provider `mine`, inspect\n"
