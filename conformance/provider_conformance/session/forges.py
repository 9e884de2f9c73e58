"""What the forge that a job runs on is told: annotations, a job summary, and where its files are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from provider_conformance.reports import github, markdown
from provider_conformance.run.account import Account
from provider_conformance.run.overview import Line
from provider_conformance.run.report import Report

_LARGEST = 1 << 20
"""GitHub shows no summary of a step that is larger than this, in bytes."""


def _on_github(environ: Mapping[str, str]) -> bool:
    return environ.get("GITHUB_ACTIONS") == "true"


def annotated(report: Report, account: Account, environ: Mapping[str, str] = os.environ) -> list[Line]:
    """The findings as GitHub reads them off the log, in one of its jobs."""
    if not _on_github(environ):
        return []
    return [Line(line) for line in github.render(report, account).splitlines()]


def summarize(report: Report, account: Account, environ: Mapping[str, str] = os.environ) -> str:
    """Add the report to the summary of a GitHub job; return why that could not be done, or nothing."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not _on_github(environ) or not path:
        return ""
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            text = markdown.render(report, account)
            if file.tell() + len(text.encode("utf-8", "backslashreplace")) > _LARGEST:
                return f"GITHUB_STEP_SUMMARY: {path} has no room for this report"
            file.write(text)
    except OSError as error:
        return f"GITHUB_STEP_SUMMARY: {path} was not written: {error.strerror}"
    return ""


def top(here: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """The top folder of the repository that a folder belongs to, itself where nothing shows one."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        if (known := environ.get(name)) and here.is_relative_to(known):
            return Path(known)
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def address(environ: Mapping[str, str] = os.environ) -> str:
    """The address of the repository's files at the commit that a job runs for, "" outside of a job."""
    if _on_github(environ):
        server, project = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
        commit = environ.get("GITHUB_SHA")
        return f"{server}/{project}/blob/{commit}" if server and project and commit else ""
    project, commit = environ.get("CI_PROJECT_URL"), environ.get("CI_COMMIT_SHA")
    return f"{project}/-/blob/{commit}" if project and commit else ""
