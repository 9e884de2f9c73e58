from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

TOOL: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "answered.py"))

SPEC = {"api": "files", "provider_type": "inline::mine", "level": 3, "level_name": "starts", "stopped": ""}


def row(method: str, status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    about = {"api": "files", "provider_type": "inline::mine", "kind": "public", "demanded": True}
    return {**about, "method": method, "status": status, "reason": reason, **more}


def page(*rows: dict[str, Any], specs: tuple[dict[str, Any], ...] = (SPEC,)) -> list[str]:
    stack = {"name": "ogx", "release": "1.5.0"}
    report = {"stack": stack, "providers": [{"specs": list(specs)}], "coverage": list(rows)}
    text: str = TOOL["page"](report)
    return text.splitlines()


def test_a_provider_has_what_it_answers_of_what_is_demanded_and_offered() -> None:
    rows = (row("a", "answered"), row("b", "absent", "it has none"), row("c", "answered", demanded=False))
    assert "| `inline::mine` | 1 of 2 | 2 of 2 | 3 starts |" in page(*rows)


def test_what_the_routing_table_calls_is_not_counted() -> None:
    assert "| `inline::mine` | 0 of 0 | 0 of 0 | 3 starts |" in page(row("a", "answered", kind="registry"))


def test_a_reason_is_told_once_for_all_its_methods() -> None:
    rows = [row(name, "not called", "no server") for name in "dbca"]
    assert "- `inline::mine`: `a`, `b`, `c` and 1 more: not called: no server" in page(*rows)


def test_providers_stand_by_api_and_type() -> None:
    others = [
        {**SPEC, "api": api, "provider_type": kind} for api, kind in (("z", "b"), ("z", "a"), ("b", "c"))
    ]
    found = [line for line in page(specs=tuple(others)) if line.startswith(("## ", "| `"))]
    assert [line.split(" | ")[0] for line in found] == ["## b", "| `c`", "## z", "| `a`", "| `b`"]


def test_a_later_report_replaces_the_providers_that_it_has_judged() -> None:
    other = {**SPEC, "provider_type": "inline::other"}
    check = {"api": "files", "provider_type": "inline::mine"}
    first = {"providers": [{"specs": [SPEC, other]}], "checks": [check, {**check, **other}], "coverage": []}
    better = {**SPEC, "level": 4}
    specs = [better, {**other, "level": 0}]
    later = {"providers": [{"specs": specs}], "checks": [check], "coverage": [row("a", "answered")]}
    found = TOOL["merged"]([first, later])
    assert found["providers"] == [{"specs": [better, other]}]
    assert found["coverage"] == [row("a", "answered")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no file /tmp/xyz-1/store/a.db", "no file a.db"),
        ("cannot reach 127.0.0.1:41233", "cannot reach 127.0.0.1"),
        ("<A object at 0x7f00aa>", "&lt;A object>"),
        ("one\n  two", "one two"),
        ("a | b", "a \\| b"),
    ],
)
def test_what_another_run_would_say_otherwise_is_left_out(said: str, told: str) -> None:
    assert TOOL["tidy"](said) == told


def test_a_table_that_is_not_current_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    stack = {"name": "ogx", "release": "1"}
    report.write_text(json.dumps({"stack": stack, "providers": [], "coverage": [], "checks": []}))
    monkeypatch.setitem(TOOL["main"].__globals__, "PAGE", tmp_path / "page.md")
    given = ["--from", str(report)]
    assert TOOL["main"]([*given, "--check"]) == 1
    assert "run python tools/answered.py" in capsys.readouterr().err
    assert TOOL["main"](given) == 0
    assert TOOL["main"]([*given, "--check"]) == 0
