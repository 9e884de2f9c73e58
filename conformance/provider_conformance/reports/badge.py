"""The verdict as a badge: an SVG of twenty pixels' height, without fonts or addresses from elsewhere."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from provider_conformance.run import last_line, verdict
from provider_conformance.run.account import Account, printable
from provider_conformance.run.report import Report
from provider_conformance.run.verdict import Verdict

FORMAT: Final = "badge"
_COLOURS: Final = {
    Verdict.CONFORMS: "#1a6e3a",
    Verdict.FAILS: "#b3261e",
    Verdict.BROKEN: "#b3261e",
    Verdict.INCOMPLETE: "#875400",
    Verdict.PARTIAL: "#875400",
}
_WIDTHS: Final = {**dict.fromkeys(" .,:;·/|!'ijlI()[]", 4.4), **dict.fromkeys("mwMW", 9.8)}
_USUAL: Final = 6.6
"""How wide a character is in Verdana; where another font is there the text is fitted to it."""


def render(report: Report, _account: Account) -> str:
    """The badge as a document."""
    said = verdict.of_report(report)
    left, right = map(printable, last_line.in_short(report, said))
    colour = _COLOURS[last_line.final(report, said)]
    first, second = _width(left) + 14, _width(right) + 14
    whole, title = first + second, f"{left}: {right}"
    texts = "".join(
        f'<text x="{x:.1f}" y="14" textLength="{_width(text)}">{escape(text)}</text>'
        for text, x in ((left, first / 2), (right, first + second / 2))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>"
        f'<clipPath id="round"><rect width="{whole}" height="20" rx="4"/></clipPath>'
        f'<g clip-path="url(#round)"><rect width="{first}" height="20" fill="#44474d"/>'
        f'<rect x="{first}" width="{second}" height="20" fill="{colour}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" '
        f'text-anchor="middle">{texts}</g></svg>\n'
    )


def _width(text: str) -> int:
    return round(sum(_WIDTHS.get(character, _USUAL) for character in text))
