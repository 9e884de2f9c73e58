"""The report as a page: one file without requests to anywhere, that also works without its script."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any, Final

from provider_conformance.reports.html.view import view_of
from provider_conformance.run.account import Account, printable
from provider_conformance.run.report import Report

FORMAT: Final = "html"
NEEDS: Final = "jinja2"


def render(report: Report, account: Account) -> str:
    """The page. The template engine escapes every text; what cannot be shown is written as an escape."""
    import jinja2  # noqa: PLC0415 - an extra; only who asks for a page needs it

    folder = files(__name__)
    style, script = ((folder / name).read_text("utf-8") for name in ("style.css", "script.js"))
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
    )
    environment.filters["code"] = _code
    environment.filters["broken"] = _broken
    page = environment.get_template("page.html")
    given = view_of(report, account)
    return page.render(v=given, style=style, script=script, digest=_digest(script))


def _shown(value: Any) -> Any:
    return printable(value) if type(value) is str else value


def _digest(script: str) -> str:
    """What allows this script and no other one to run in the page."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _code(text: str) -> Any:
    """A text in which what stands between backticks is code."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with jinja2

    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape(printable(text))
    made = (Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))
    return Markup("").join(made)


def _broken(text: str) -> Any:
    """A name or path that may be broken into lines at its joints."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with jinja2

    safe = Markup("")
    for character in printable(text):
        safe += escape(character)
        safe += Markup("<wbr>") if character in "_:./" else Markup("")
    return safe
