"""What is looked up in the dependencies, read off a factory that is not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.providers.views import load
from provider_conformance.rules import rules_of
from provider_conformance.rules.starts import lookups
from provider_conformance.run.planning import contract_for, run
from support.packages import write

PROVIDER = """
from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec():
    return InlineProviderSpec(
        api=Api.safety, provider_type="inline::own", module="{name}", config_class="{name}.Config",
        api_dependencies=[Api.inference],
    )
"""
FACTORY = """
from provider_conformance.stack.specs import Api
from pydantic import BaseModel


class Config(BaseModel):
    wanted: str = ""


class Guard:
    def __init__(self, inference):
        self.inference = inference


async def get_provider_impl(config, deps):
    {body}
"""

IS_READY = """
    try:
        found = deps['memory']
    except KeyError:
        found = None
    return Guard(found)
"""


def told(folder: Path, name: str, body: str) -> list[str]:
    write(
        folder,
        {f"{name}/provider.py": PROVIDER.format(name=name), f"{name}/__init__.py": FACTORY.format(body=body)},
    )
    provider = load(str(folder / name), view="source", root=folder)
    report = run([provider], {provider.name: contract_for(provider, "builtin")}, rules_of(lookups))
    return [finding.message for record in report.records for finding in record.result.findings]


@pytest.mark.parametrize(
    ("name", "body", "looked_up"),
    [
        ("by_text", "return Guard(deps['inference'])", "the text 'inference'"),
        ("undeclared", "return Guard(deps[Api.memory])", "Api.memory"),
        ("asked_for", "return Guard(deps.get(Api.memory))", "Api.memory"),
        ("taken_out", "return Guard(deps.pop(Api.memory, None))", "Api.memory"),
    ],
)
def test_what_every_call_looks_up_in_vain_is_found(
    tmp_path: Path, name: str, body: str, looked_up: str
) -> None:
    (message,) = told(tmp_path, name, body)
    assert looked_up in message


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("declared", "return Guard(deps[Api.inference])"),
        ("asked_for_declared", "return Guard(deps.get(Api.inference))"),
        ("asked_of_another", "return Guard({}.get(Api.memory))"),
        ("asks_first", "return Guard(deps['memory'] if 'memory' in deps else None)"),
        ("another_mapping", "deps = {'memory': 1}; return Guard(deps['memory'])"),
        ("computed", "return Guard(deps[Api(config.wanted)])"),
        ("is_ready", IS_READY),
    ],
)
def test_what_may_be_there_or_is_not_reached_is_left_alone(tmp_path: Path, name: str, body: str) -> None:
    assert told(tmp_path, name, body) == []
