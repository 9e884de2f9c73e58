"""The HTML report: what it holds, and what a real browser makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from provider_conformance.contracts.model import ApiContract, Contract, Role
from provider_conformance.findings import Status
from provider_conformance.package.model import Spec
from provider_conformance.reports import formats, html
from provider_conformance.reports.html.graph import graph_of
from provider_conformance.run.account import Account
from provider_conformance.run.report import Report
from support import chromium, levels
from support.chromium import Browser
from support.fake_stack import spec
from support.hostile_report import ACCOUNT, NASTY, accepted_report, broken_report, hostile_report

pytest.importorskip("jinja2", reason="the extra html is not installed")

REPORTS = {
    "hostile": hostile_report,
    "accepted": accepted_report,
    "broken": broken_report,
    "sound": levels.report_of,
    "empty": lambda: Report((), ()),
}
VOID = {"meta", "link", "br", "wbr", "input", "path", "rect", "circle", "use"}


class Tags(HTMLParser):
    """The tags of a page, which have to be closed as they were opened, and the addresses in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on")]
        self.addresses += [value for name in ("href", "src") if (value := given.get(name))]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_is_whole(name: str) -> None:
    page = formats()["html"].render(REPORTS[name](), ACCOUNT)
    page.encode("utf-8")
    tags = Tags(page)
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    inside = {address[1:] for address in tags.addresses if address.startswith("#")}
    assert inside <= set(tags.ids)


def test_nothing_that_a_provider_says_is_markup() -> None:
    page = html.render(hostile_report(), ACCOUNT)
    tags = Tags(page)
    assert {"b", "img"} & tags.names <= {"b"}
    assert page.count("<script>") == 1
    assert all(a.startswith(("#", "data:,", "https://forge.example/o/p/blob/abc/")) for a in tags.addresses)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e\ud800]", page)
    assert "{{7*7}}" in page


def test_a_finding_has_all_that_repairs_it() -> None:
    page = html.render(hostile_report(), ACCOUNT)
    assert '<span class="hit"><i>2</i>class &lt;b&gt;Foo&lt;/b&gt;:</span>' in page
    assert "pytest --provider=p &#34;p::inference::PC203[" in page
    assert "PC203 pc203" in page


def test_a_verdict_is_the_first_thing_on_the_page() -> None:
    assert re.search(r"<h1>Fails <small>level 1 of 5: loads", html.render(hostile_report(), ACCOUNT))
    assert re.search(r"<h1>Conforms <small>level 5 of 5: keeps", html.render(levels.report_of(), Account()))


# -- the graph --------------------------------------------------------------------------------------

ROUTED = Contract(
    "fake",
    "1.0",
    {
        "inference": ApiContract("inference", role=Role.ROUTED, routed_by="models"),
        "models": ApiContract("models", role=Role.ROUTING_TABLE),
        "agents": ApiContract("agents"),
    },
)


def needing(api: str, *needs: str, optional: tuple[str, ...] = (), name: str = "a") -> Spec:
    return replace(spec(api, f"inline::{name}"), api_dependencies=needs, optional_api_dependencies=optional)


def test_what_is_needed_stands_left_and_comes_first() -> None:
    specs = [
        needing("agents", "inference", "files"),
        needing("inference", name="x"),
        needing("inference", name="y"),
    ]
    graph = graph_of(ROUTED, specs)
    assert graph is not None
    boxes = {(box.name, box.kind): box for box in graph.boxes}
    served, router = boxes["inference", "provider"], boxes["inference", "router"]
    agents, files = boxes["agents", "provider"], boxes["files", "neighbour"]
    assert served.x < router.x < agents.x
    assert files.x == served.x
    assert served.lines == ("inline::x", "inline::y")
    assert served.count == 2
    assert served.place_number < router.place_number < agents.place_number == 5
    ends = {(graph.boxes[edge.start].name, graph.boxes[edge.end].name) for edge in graph.edges}
    assert ends == {("inference", "inference"), ("inference", "agents"), ("files", "agents")}


def test_boxes_of_a_column_do_not_lie_on_one_another() -> None:
    specs = [needing("agents", "inference", f"api_{n}", name=str(n)) for n in range(5)]
    graph = graph_of(ROUTED, specs)
    assert graph is not None
    by_column: dict[float, list[tuple[float, float]]] = {}
    for box in graph.boxes:
        by_column.setdefault(box.x, []).append((box.y, box.y + box.height))
        assert box.y >= 0
        assert box.y + box.height <= graph.height
    for spans in by_column.values():
        spans.sort()
        assert all(end < start for (_, end), (start, _) in pairwise(spans))


def test_an_optional_need_in_a_circle_counts_not() -> None:
    specs = [needing("agents", "files"), needing("files", optional=("agents",))]
    graph = graph_of(ROUTED, specs)
    assert graph is not None
    assert len(graph.columns) == 2
    assert [edge.optional for edge in graph.edges].count(True) == 1


def test_needs_in_a_circle_are_told() -> None:
    graph = graph_of(ROUTED, [needing("agents", "files"), needing("files", "agents")])
    assert graph is not None
    assert graph.cycle in ("agents needs files needs agents", "files needs agents needs files")


def test_without_needs_there_is_no_graph() -> None:
    assert graph_of(ROUTED, [needing("agents")]) is None


# -- in a browser -----------------------------------------------------------------------------------

WIDTHS = (360, 640, 1000, 1440)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a run that has something of everything but releases."""
    specs = (spec(), spec("safety", "inline::bar"), needing("agents", "inference", "safety"))
    said = {
        "PC203.chat": levels.ERROR,
        "PC204.run_shield": levels.WARNING,
        "PC661.embed": levels.row("embed", Status.REFUSED, NASTY),
    }
    report = levels.report_of(said, specs=specs)
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html.render(report, ACCOUNT), "utf-8")
    hostile = file.with_name("hostile.html")
    hostile.write_text(html.render(hostile_report(), ACCOUNT), "utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium.executable()
    if program is None:
        pytest.skip("no Chromium here: nobody has looked at the page (install chromium)")
    with chromium.started(program) as found:
        yield found


def shown(browser: Browser, selector: str) -> list[str]:
    every = f"[...document.querySelectorAll({json.dumps(selector)})]"
    script = f"{every}.filter(e => e.offsetParent).map(e => e.innerText)"
    found: list[str] = browser.run(script)
    return found


class TestInABrowser:
    @pytest.fixture(autouse=True)
    def _quiet(self, browser: Browser) -> Iterator[None]:
        """Whatever a test does: nothing is fetched, and nothing is complained about."""
        browser.requests.clear()
        browser.complaints.clear()
        yield
        browser.run("1")
        assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
        assert browser.complaints == []

    def test_the_filter_leaves_what_fits(self, browser: Browser, page: Path) -> None:
        browser.open(page)
        assert len(shown(browser, ".finding")) == 2
        browser.click("#filter")
        browser.type("pc204")
        assert [text.startswith("warning") for text in shown(browser, ".finding")] == [True]
        assert browser.run("document.querySelector('#live').textContent") == "1 finding matches"
        browser.press("Escape")
        assert len(shown(browser, ".finding")) == 2

    def test_a_click_turns_the_colours(self, browser: Browser, page: Path) -> None:
        browser.open(page)
        before = browser.run("getComputedStyle(document.body).backgroundColor")
        browser.click("#theme")
        assert browser.run("getComputedStyle(document.body).backgroundColor") != before
        browser.click("#theme")
        assert browser.run("getComputedStyle(document.body).backgroundColor") == before

    def test_keys_go_through_findings_and_grids(self, browser: Browser, page: Path) -> None:
        browser.open(page)
        browser.press("j")
        browser.press("j")
        assert browser.run("document.activeElement.id").startswith("f-PC204")
        browser.run("document.querySelector('.grid .cell').focus()")
        browser.press("ArrowDown")
        assert "complete: answered" in browser.run("document.activeElement.title")

    def test_a_link_leads_to_the_finding(self, browser: Browser, page: Path) -> None:
        browser.open(page)
        browser.click(".to-do a")
        assert browser.run("document.querySelector(':target').matches('.finding')")

    @pytest.mark.parametrize("width", WIDTHS)
    def test_nothing_scrolls_sideways(self, browser: Browser, page: Path, width: int) -> None:
        for file in (page, page.with_name("hostile.html")):
            browser.open(file, width)
            assert browser.run("document.documentElement.scrollWidth") <= width

    @pytest.mark.parametrize("dark", [False, True])
    def test_texts_stand_out_from_what_is_behind_them(self, browser: Browser, page: Path, dark: bool) -> None:
        browser.open(page, dark=dark)
        assert browser.run(CONTRAST) == []

    def test_without_scripts_all_is_there(self, browser: Browser, page: Path) -> None:
        browser.page("Emulation.setScriptExecutionDisabled", value=True)
        try:
            browser.open(page)
            assert len(shown(browser, ".finding")) == 2
            assert shown(browser, ".js-only") == []
            assert len(shown(browser, ".grid")) == 2
        finally:
            browser.page("Emulation.setScriptExecutionDisabled", value=False)

    def test_what_a_provider_says_does_nothing(self, browser: Browser, page: Path) -> None:
        browser.open(page.with_name("hostile.html"))
        assert browser.run("document.querySelectorAll('img').length") == 0
        assert browser.run("document.scripts.length") == 1


CONTRAST = """
(() => {
  const parts = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => parts(c).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (!c.endsWith(", 0)")) return c; }
    return getComputedStyle(document.body).backgroundColor; };
  const bad = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const e = n.parentElement;
    if (!n.textContent.trim() || !e.offsetParent || e.closest("svg")) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(`${e.className}: ${n.textContent.slice(0, 40)}`);
  }
  return bad;
})()
"""
