"""Renderings of a report, one module a format; each has ``render(report) -> str``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from provider_conformance.reports import json
from provider_conformance.run.report import Report

FORMATS: Final[dict[str, Callable[[Report], str]]] = {"json": json.render}
"""The formats that can be written to a file."""
