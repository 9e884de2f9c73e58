"""Judging a provider as its author would: pytest in a process and a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Run:
    """One run of pytest: its exit code, its JSON report, and what it printed."""

    exit_code: int
    report: dict[str, Any]
    output: str

    def found(self, severity: str, provider_type: str = "") -> set[str]:
        return {
            " ".join(filter(None, (f["provider_type"], f["code"], f["method"])))
            for f in self.report["findings"]
            if f["severity"] == severity and provider_type in ("", f["provider_type"])
        }

    def outcomes(self, outcome: str) -> set[str]:
        return {c["reason"] for c in self.report["checks"] if c["outcome"] == outcome}


def judged_in_a_process(
    folder: Path, *providers: str, options: tuple[str, ...] = (), paths: Sequence[Path] = ()
) -> Run:
    """Judge providers.

    Args:
        folder: Where pytest runs; the report is left there.
        providers: What ``--provider`` says.
        options: Further options of pytest.
        paths: Where Python looks first for what is imported.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    command += [f"--provider={provider}" for provider in providers]
    command += ["--provider-report=json:report.json", *options]
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    if paths:
        before = filter(None, [environment.get("PYTHONPATH")])
        environment["PYTHONPATH"] = os.pathsep.join([*map(str, paths), *before])
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    path = folder / "report.json"
    assert path.exists(), done.stdout + done.stderr
    return Run(done.returncode, json.loads(path.read_text()), done.stdout)
