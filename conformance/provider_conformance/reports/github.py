"""The findings as annotations: workflow commands that GitHub shows beside the changed lines."""

from __future__ import annotations

from pathlib import Path

from provider_conformance.findings import Finding, Location, Outcome, Severity
from provider_conformance.paths import location_from
from provider_conformance.run.report import Report


def render(report: Report, here: Path, workspace: Path | None = None) -> str:
    """One workflow command a finding; accepted findings give none.

    Args:
        report: The report.
        here: The folder that the report's paths are shown from, where the run began.
        workspace: The folder that GitHub takes the repository's files from; paths below it are
            written relative to it.
    """
    return "".join(
        f"{_command(finding, here, workspace)}\n"
        for finding, record in report.findings
        if record.result.outcome is not Outcome.KNOWN
    )


def _command(finding: Finding, here: Path, workspace: Path | None) -> str:
    level = "error" if finding.severity is Severity.ERROR else "warning"
    properties = {"title": " ".join(part for part in (finding.code, finding.provider, finding.api) if part)}
    if finding.location:
        path = _in_workspace(finding.location.path, here, workspace)
        line = {"line": str(finding.location.line)} if finding.location.line else {}
        properties = {"file": path, **line, **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join(part for part in (finding.message, finding.why, finding.fix) if part)
    return f"::{level} {listed}::{_data(text)}"


def _in_workspace(path: str, here: Path, workspace: Path | None) -> str:
    inside = location_from(workspace, Location(str(here / path))) if workspace else None
    return path if inside is None or Path(inside.path).is_absolute() else inside.path


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
