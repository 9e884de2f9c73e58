"""The findings as annotations: workflow commands that GitHub shows beside the changed lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.report import Report


def render(report: Report, workspace: Path | None = None) -> str:
    """One workflow command a finding; accepted findings give none.

    Args:
        report: The report.
        workspace: The folder that GitHub takes the repository's files from; paths below it are
            written relative to it.
    """
    roots = {subject.provider.name: subject.provider.root for subject in report.subjects}
    return "".join(
        f"{_command(finding, roots, workspace)}\n"
        for finding, record in report.findings
        if record.result.outcome is not Outcome.KNOWN
    )


def _command(finding: Finding, roots: Mapping[str, Path | None], workspace: Path | None) -> str:
    level = "error" if finding.severity is Severity.ERROR else "warning"
    properties = {"title": " ".join(part for part in (finding.code, finding.provider, finding.api) if part)}
    if finding.location:
        path = _in_workspace(finding.location.path, roots.get(finding.provider), workspace)
        line = {"line": str(finding.location.line)} if finding.location.line else {}
        properties = {"file": path, **line, **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join(part for part in (finding.message, finding.why, finding.fix) if part)
    return f"::{level} {listed}::{_data(text)}"


def _in_workspace(path: str, root: Path | None, workspace: Path | None) -> str:
    absolute = (root or Path.cwd()) / path
    if workspace and absolute.is_relative_to(workspace):
        return absolute.relative_to(workspace).as_posix()
    return path


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
