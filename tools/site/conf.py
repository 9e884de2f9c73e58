"""The documentation as a site, made of the same pages: `tox run -e docs`, which fails at a warning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from provider_conformance import __version__

ROOT: Final = Path(__file__).resolve().parents[2]
REPOSITORY: Final = "https://github.com/provider-conformance/provider-conformance"
project = "provider-conformance"
author = "The provider-conformance authors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
exclude_patterns = ["schema"]
html_theme = "furo"
html_title = project
html_theme_options = {"source_repository": REPOSITORY, "source_branch": "main", "source_directory": "docs/"}
myst_heading_anchors = 4
myst_links_external_new_tab = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
nitpicky = False

_SECTION: Final = re.compile(r"^## (.+)\n\n((?:.+\n)+)", re.MULTILINE)
_PAGE: Final = re.compile(r"^- \[[^]]+\]\(([^)]+)\.md\)", re.MULTILINE)
_LINK: Final = re.compile(r"\]\((?P<up>(?:\.\./)+)(?P<path>[^)#]*)(?P<anchor>#[^)]*)?\)")


def outside(text: str, page: str) -> str:
    """Let links that leave the documentation's folder lead to the repository.

    Args:
        text: A page.
        page: Its name, from the documentation's folder on.
    """

    def rewritten(link: re.Match[str]) -> str:
        place = (ROOT / "docs" / page).parent / link["up"] / link["path"]
        path = place.resolve().relative_to(ROOT)
        if path.parts[:1] == ("docs",):
            return link[0]
        return f"]({REPOSITORY}/blob/main/{path.as_posix()}{link['anchor'] or ''})"

    return _LINK.sub(rewritten, text)


def contents(page: str) -> str:
    """What stands beside the pages of a site and in no page: which ones belong below this one."""
    if page == "index":
        return "\n".join(_tree(title, names) for title, names in _sections())
    if page.endswith("/README"):
        folder = page.rpartition("/")[0]
        names = sorted(file.stem for file in (ROOT / "docs" / folder).glob("*.md") if file.stem != "README")
        return _tree("", names)
    return ""


def _sections() -> Iterator[tuple[str, list[str]]]:
    """The headings of the index, each with the pages of the documentation that it lists."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for title, listed in _SECTION.findall(index):
        yield title, [name for name in _PAGE.findall(listed) if not name.startswith("../")]


def _tree(title: str, names: Iterable[str]) -> str:
    caption = f":caption: {title}\n" if title else ""
    return "\n```{toctree}\n:hidden:\n" + caption + "\n" + "\n".join(names) + "\n```\n"


def _read(_app: Any, page: str, source: list[str]) -> None:
    source[0] = outside(source[0], page) + contents(page)


def setup(app: Any) -> None:
    """Rewrite each page as it is read; called by sphinx."""
    app.connect("source-read", _read)
