"""The verdict as the JSON that a badge service makes a badge of (shields' endpoint, version 1)."""

from __future__ import annotations

import json
from typing import Final

from provider_conformance.run import last_line, verdict
from provider_conformance.run.account import Account, printable
from provider_conformance.run.report import Report
from provider_conformance.run.verdict import Verdict

FORMAT: Final = "badge-json"
_COLOURS: Final = {
    Verdict.CONFORMS: "brightgreen",
    Verdict.FAILS: "red",
    Verdict.BROKEN: "red",
    Verdict.INCOMPLETE: "yellow",
    Verdict.PARTIAL: "yellow",
}


def render(report: Report, _account: Account) -> str:
    """The document."""
    said = verdict.of_report(report)
    label, message = map(printable, last_line.in_short(report, said))
    colour = _COLOURS[last_line.final(report, said)]
    data = {"schemaVersion": 1, "label": label, "message": message, "color": colour}
    return json.dumps(data, ensure_ascii=False) + "\n"
