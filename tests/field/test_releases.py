"""The matrix of published providers, against what the stack beside the tests says of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.field import ENVIRONMENT, only

MADE_FOR = {
    "provider-csoai": ("llama_stack_provider_csoai", "llama-stack==0.7.3"),
    "provider-ramalama": ("ramalama_stack", "llama-stack==0.2.12"),
}
FITS = {
    "provider-csoai": ("llama-stack 0.5.4", "llama-stack 0.7.3"),
    "provider-ramalama": ("llama-stack 0.2.12", "llama-stack 0.2.12"),
}


def judged(folder: Path, releases: str) -> dict[str, Any]:
    """The report of a run over the provider and ``releases``, as its author would start it."""
    provider, _ = MADE_FOR[ENVIRONMENT]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    command += [
        f"--provider={provider}",
        f"--provider-releases={releases}",
        "--provider-select=PC1,PC2,PC3,PC9",
    ]
    command += ["--provider-report=json:report.json"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    path = folder / "report.json"
    assert path.exists(), done.stdout + done.stderr
    report: dict[str, Any] = json.loads(path.read_text())
    return {**report, "exit_code": done.returncode}


@only("provider-csoai", "provider-ramalama")
def test_the_snapshot_of_the_release_says_what_the_stack_itself_says(tmp_path: Path) -> None:
    """Ramalama's stack is 0.2.14; the snapshot is of 0.2.12, whose protocols it shares."""
    report = judged(tmp_path, MADE_FOR[ENVIRONMENT][1])
    assert report["exit_code"] == pytest.ExitCode.OK
    live = [check for check in report["checks"] if not check["code"].startswith("PC9")]
    assert len(live) > 40
    assert {check["outcome"] for check in live} <= {"passed", "skipped"}
    (row,) = report["releases"][0]["releases"]
    assert [row[name]["standing"] for name in ("api", "imports", "methods")] == ["ok", "ok", "ok"]


@only("provider-csoai", "provider-ramalama")
def test_a_published_provider_fits_from_here_to_there(tmp_path: Path) -> None:
    report = judged(tmp_path, "all")
    assert report["exit_code"] == pytest.ExitCode.OK
    (span,) = report["releases"][0]["fits"]
    shown = tuple(f"{span[end]['name']} {span[end]['release']}" for end in ("first", "last"))
    assert shown == FITS[ENVIRONMENT]
