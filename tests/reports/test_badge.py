"""The badge as a picture and as the JSON of badge services."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from provider_conformance.findings import Judgement
from provider_conformance.reports import badge, badge_json
from provider_conformance.run.account import Account
from provider_conformance.run.report import Report
from support import fake_stack, levels

SVG = "{http://www.w3.org/2000/svg}"
SAID: dict[str, tuple[dict[str, Judgement], str]] = {
    "brightgreen": ({}, "conforms · 5/5"),
    "red": ({"PC203.chat": levels.ERROR}, "fails · 1/5"),
    "yellow": ({"PC501": levels.UNSEEN}, "incomplete · 2/5"),
}


@pytest.mark.parametrize("colour", SAID)
def test_a_badge_says_stack_word_and_level(colour: str) -> None:
    said, right = SAID[colour]
    report = levels.report_of(said)
    drawn = ElementTree.fromstring(badge.render(report, Account()))  # noqa: S314 - made just now
    assert [text.text for text in drawn.iter(f"{SVG}text")] == ["fake 1.0", right]
    assert drawn.attrib["aria-label"] == f"fake 1.0: {right}"
    made = json.loads(badge_json.render(report, Account()))
    assert made == {"schemaVersion": 1, "label": "fake 1.0", "message": right, "color": colour}


def test_what_is_drawn_has_room() -> None:
    drawn = ElementTree.fromstring(badge.render(levels.report_of(), Account()))  # noqa: S314 - made just now
    texts = [float(text.attrib["textLength"]) for text in drawn.iter(f"{SVG}text")]
    assert float(drawn.attrib["width"]) == sum(texts) + 28


def test_the_name_of_a_stack_is_text() -> None:
    report = levels.report_of()
    stack = '"><script>&\x1b'
    subjects = (replace(report.subjects[0], contract=fake_stack.contract(stack=stack)),)
    text = badge.render(replace(report, subjects=subjects), Account())
    drawn = ElementTree.fromstring(text)  # noqa: S314 - made just now
    assert {one.tag for one in drawn.iter()} <= {
        f"{SVG}{n}" for n in ("svg", "title", "clipPath", "rect", "g", "text")
    }
    assert drawn.attrib["aria-label"].startswith('"><script>&\\x1b 1.0: ')


def test_nothing_that_was_judged_has_no_level() -> None:
    assert json.loads(badge_json.render(Report((), ()), Account()))["message"] == "incomplete"
