"""Which providers with a hard-coded host get all answers over the stand-in, each by its name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from support.field import only
from support.judging import Run, judged_in_a_process

STACK = "stack-ogx150"
SERVED = {
    "inference": ("gemini",),
    "files": ("openai",),
    "tool_runtime": (
        *("bing-search", "brave-search", "exa-search", "nimble-search"),
        *("serply-search", "tavily-search", "wolfram-alpha"),
    ),
}
"""Those that need no client library beside what the stack brings."""
MODULE = f"""
from importlib import import_module

def specs():
    return [
        spec
        for api, names in {SERVED}.items()
        for spec in import_module("ogx.providers.registry." + api).available_providers()
        if spec.provider_type.removeprefix("remote::") in names
    ]
"""
TYPES = [f"remote::{name}" for names in SERVED.values() for name in names]


@pytest.fixture(scope="module")
def coverage(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The coverage of these providers."""
    if find_spec("trustme") is None:
        pytest.skip("the extra `backends` is not installed")
    folder = tmp_path_factory.mktemp("run")
    (folder / "hosts_in_the_code.py").write_text(MODULE)
    select = "--provider-select=PC615,PC661"
    return judged_in_a_process(folder, "hosts_in_the_code:specs", options=(select,), paths=[folder])


@only(STACK)
@pytest.mark.parametrize("provider_type", TYPES)
def test_every_demanded_method_is_answered_behind_the_proxy(coverage: Run, provider_type: str) -> None:
    found: list[dict[str, Any]] = coverage.report["coverage"]
    rows = [row for row in found if row["provider_type"] == provider_type and row["demanded"]]
    unseen = {r["method"]: r["reason"] for r in rows if r["status"] not in ("answered", "unsupported")}
    assert unseen == {}
    assert rows
    assert all(row["standin"] for row in rows)
