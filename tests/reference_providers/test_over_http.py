"""The reference providers behind HTTP: whoever calls them over the wire is judged as if they were inline."""

from __future__ import annotations

import textwrap
from collections.abc import AsyncIterator, Callable, Mapping, Set
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.stack.resolver import resolve
from support.judging import Run, judged_in_a_process
from support.openai_endpoint import app
from support.references import FOLDER
from support.serving import beside, listening, served
from support.workshop import run_config

pytestmark = pytest.mark.thorough

BEHAVIOUR = "--provider-select=PC50,PC6,PC7"
SERVED = {
    "inference": ["inference"],
    "inference_scripted": ["inference"],
    "memory": ["memory"],
    "memory_volatile": ["memory"],
    "safety": ["safety"],
    "telemetry": ["telemetry"],
    "agents": ["agents", "inference", "safety", "memory"],
}
"""The APIs of the stack in which each reference provider is served, its own first."""
UNSEEN = {
    "telemetry": {"no `trace_id` is known that exists"},
    "agents": {"no `turn_id` is known that exists", "the model `conformance` is not served"},
}
"""What cannot be seen over HTTP: names are made up, and the stack over there refuses them."""
TYPES = {"inference_scripted": "scripted", "memory_volatile": "volatile"}

PACKAGE = {
    "provider.py": """
        from provider_conformance.stack.specs import AdapterSpec, Api, remote_provider_spec

        def get_provider_spec():
            adapter = AdapterSpec(
                adapter_type="reference",
                module="over_http",
                config_class="over_http.OverHttpConfig",
            )
            return remote_provider_spec(Api.{api}, adapter)
    """,
    "__init__.py": """
        from provider_conformance.stack.passthrough import PassthroughConfig, get_client_impl
        from provider_conformance.stack.specs import Api

        class OverHttpConfig(PassthroughConfig):
            @classmethod
            def sample_run_config(cls, **kwargs):
                return {{"url": "http://localhost:5000", **kwargs}}

        async def get_adapter_impl(config, deps):
            return await get_client_impl(config, deps, Api.{api})
    """,
}


@asynccontextmanager
async def a_stack_with(name: str) -> AsyncIterator[str]:
    """The base URL of a stack that has a reference provider and what it needs."""
    own, *needed = SERVED[name]
    providers = {own: [entry(f"reference_{name}", TYPES.get(name, "reference"))]}
    providers |= {api: [entry(f"reference_{api}", "reference")] for api in needed}
    async with served(await resolve(run_config(providers))) as url:
        yield url


def entry(module: str, provider_type: str) -> Mapping[str, Any]:
    return {"provider_id": "there", "provider_type": provider_type, "module": module}


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a provider that calls another stack; what it is given says where that listens."""

    def make(api: str) -> Path:
        package = tmp_path / "project" / "over_http"
        package.mkdir(parents=True)
        for name, text in PACKAGE.items():
            (package / name).write_text(textwrap.dedent(text).format(api=api), "utf-8")
        return package

    return make


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., str]:
    """Writes a configuration, and gives the option that names it."""

    def write(**settings: Any) -> str:
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(settings), "utf-8")
        return f"--provider-config={path}"

    return write


@pytest.mark.parametrize("name", SERVED)
def test_a_reference_provider_behaves_through_http_as_it_should(
    tmp_path: Path, project: Callable[[str], Path], config: Callable[..., str], name: str
) -> None:
    with beside(a_stack_with(name)) as url:
        options = (BEHAVIOUR, "--provider-backend", config(url=url))
        verdict = judged_in_a_process(tmp_path, str(project(SERVED[name][0])), options=options)
    assert_all_seen(verdict, UNSEEN.get(name, set()))


def test_the_openai_adapter_behaves_as_it_should_where_its_endpoint_is(
    tmp_path: Path, config: Callable[..., str]
) -> None:
    with beside(listening(app)) as url:
        models = [{"identifier": "local", "llama_model": "my-model"}]
        options = (BEHAVIOUR, "--provider-backend", config(url=f"{url}/v1", models=models))
        verdict = judged_in_a_process(tmp_path, str(FOLDER / "openai"), options=options)
    assert_all_seen(verdict)


def assert_all_seen(verdict: Run, but_for: Set[str] = frozenset()) -> None:
    assert verdict.report["findings"] == [], verdict.output
    reasons = verdict.outcomes("inconclusive")
    assert {part for part in but_for if any(part in reason for reason in reasons)} == but_for, reasons
    assert {reason for reason in reasons if not any(part in reason for part in but_for)} == set()
    assert verdict.exit_code == 0, verdict.output
    assert verdict.report["summary"]["passed"] > 10
