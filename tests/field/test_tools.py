"""Tools of a provider for a real stack: called by the names that it lists, with what they say they take."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.field import only
from support.judging import Run, judged_in_a_process
from support.packages import write

pytestmark = only("stack-ogx150")

SPEC = """
from ogx_api import Api, InlineProviderSpec

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.tool_runtime, provider_type="inline::{name}", config_class="{name}.Config", module="{name}",
        pip_packages=[],
    )
"""
SOURCE = """
from ogx_api import ListToolDefsResponse, ToolDef, ToolInvocationResult
from pydantic import BaseModel

TAKES = {{"type": "object", "properties": {{"city": {{"type": "string"}}}}, "required": ["city"]}}

class Config(BaseModel):
    pass

class Weather:
    tool_store = None

    async def register_toolgroup(self, toolgroup):
        pass

    async def unregister_toolgroup(self, toolgroup_id):
        pass

    async def shutdown(self):
        pass

    async def list_runtime_tools(self, tool_group_id=None, mcp_endpoint=None, authorization=None):
        return ListToolDefsResponse(data=[{tools}])

    async def invoke_tool(self, tool_name, kwargs, authorization=None):
        {invoked}

async def get_provider_impl(config: Config, deps):
    return Weather()
"""
FORECAST = 'ToolDef(name="forecast", input_schema=TAKES)'
SHELL = 'ToolDef(name="run_shell", input_schema=TAKES)'
ANSWER = "return ToolInvocationResult(content=f\"{tool_name}: sunny in {kwargs['city']}\")"
PROVIDERS = {
    "takes_any_name": (FORECAST, ANSWER),
    "takes_its_own_name": (
        FORECAST,
        f"if tool_name != 'forecast':\n            raise KeyError(tool_name)\n        {ANSWER}",
    ),
    "answers_with_a_number": (FORECAST, "return 42"),
    "asks_for_more": (FORECAST, "return ToolInvocationResult(content=kwargs['town'])"),
    "changes_arguments": (
        FORECAST,
        "kwargs['unit'] = 'C'; return ToolInvocationResult(content='sunny')",
    ),
    "lists_none": ("", "return 42"),
    "does_not_say": ('ToolDef(name="forecast")', "return 42"),
    "acts": (SHELL, "return 42"),
}


def judged(folder: Path, *names: str, options: tuple[str, ...] = ()) -> Run:
    for name in names:
        tools, invoked = PROVIDERS[name]
        write(
            folder,
            {
                f"{name}/__init__.py": SOURCE.format(tools=tools, invoked=invoked),
                f"{name}/provider.py": SPEC.format(name=name),
            },
        )
    return judged_in_a_process(folder, *names, options=("--provider-select=PC65,PC66", *options))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All of them in one run."""
    return judged(tmp_path_factory.mktemp("tools"), *PROVIDERS)


def found(run: Run, name: str) -> set[str]:
    return {finding["code"] for finding in run.report["findings"] if finding["provider"] == name}


def row(run: Run, name: str) -> tuple[str, str]:
    (told,) = (r for r in run.report["coverage"] if (r["provider"], r["method"]) == (name, "invoke_tool"))
    return told["status"], told["reason"] or ""


@pytest.mark.parametrize("name", ["takes_any_name", "takes_its_own_name"])
def test_a_sound_tool_is_answered(run: Run, name: str) -> None:
    assert found(run, name) == set(), run.output
    assert row(run, name) == ("answered", "")


@pytest.mark.parametrize(
    ("name", "code"),
    [("answers_with_a_number", "PC651"), ("asks_for_more", "PC660"), ("changes_arguments", "PC658")],
)
def test_a_defective_tool_is_found(run: Run, name: str, code: str) -> None:
    assert found(run, name) == {code}, run.output


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("lists_none", "no tool is known: the provider lists none"),
        ("does_not_say", "no tool says what it takes: `forecast` has no schema"),
        ("acts", "`run_shell` may act on this machine"),
    ],
)
def test_what_cannot_be_called_is_not_seen(run: Run, name: str, why: str) -> None:
    assert found(run, name) == set(), run.output
    status, reason = row(run, name)
    assert (status, why in reason) == ("not called", True), reason


def test_a_tool_that_may_act_is_called_in_a_process_of_its_own(tmp_path: Path) -> None:
    alone = judged(tmp_path, "acts", options=("--provider-isolate",))
    assert found(alone, "acts") == {"PC651"}, alone.output
