"""Paths as a reader wants them: from the folder in which the run began, where they are below it."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from provider_conformance.findings import Finding, Location


def location_from(here: Path, location: Location) -> Location:
    """A place with its path from a folder on, if it is below; elsewhere the path stays absolute."""
    path = Path(os.path.normpath(location.path))
    if not path.is_absolute():
        return location
    for inside, top in ((path, here), (Path(os.path.realpath(path)), Path(os.path.realpath(here)))):
        if inside.is_relative_to(top):
            return replace(location, path=inside.relative_to(top).as_posix())
    return replace(location, path=str(path))


def finding_from(here: Path, finding: Finding) -> Finding:
    """A finding whose place, and places that its texts name, are shown from a folder on."""
    return replace(
        finding,
        message=text_from(here, finding.message),
        why=text_from(here, finding.why),
        fix=text_from(here, finding.fix),
        seen=tuple(text_from(here, line) for line in finding.seen),
        location=location_from(here, finding.location) if finding.location else None,
    )


def text_from(here: Path, text: str) -> str:
    """A text in which places (``/path/to/file.py:12``) below a folder are written from there on.

    Other paths stay: they may be what a provider has said itself.
    """
    top = f"{here}{os.sep}"
    return re.sub(rf"(?<![\w./-]){re.escape(top)}(?=[^\s:]+\.py:\d)", "", text) if top in text else text
