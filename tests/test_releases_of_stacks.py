"""``--provider-stack=ogx==1.5.0``: a release that is not installed judges by its snapshot."""

from __future__ import annotations

import pytest

from provider_conformance.contracts import stacks

ADAPTER = """
from ogx.providers.utils.inference.openai_mixin import OpenAIMixin
from ogx_api import InferenceProvider


class Adapter(OpenAIMixin, InferenceProvider):
    def get_base_url(self):
        return "http://localhost"


async def get_adapter_impl(config, deps):
    return Adapter(config=config)
"""
SPEC = """
from ogx_api import Api, RemoteProviderSpec
from pydantic import BaseModel


class Config(BaseModel):
    pass


def get_provider_spec():
    return RemoteProviderSpec(
        api=Api.inference,
        adapter_type="small",
        provider_type="remote::small",
        module="small_ogx",
        config_class="small_ogx.provider.Config",
    )
"""
PROVIDER = "--provider=./small_ogx"
RELEASE = "--provider-stack=ogx==1.5.0"
STATIC = "--provider-select=PC1xx,PC2xx,PC3xx"

pytestmark = pytest.mark.skipif(bool(stacks.installed()), reason="needs an environment without a stack")


@pytest.fixture(autouse=True)
def _provider(pytester: pytest.Pytester) -> None:
    folder = pytester.mkpydir("small_ogx")
    (folder / "__init__.py").write_text(ADAPTER)
    (folder / "provider.py").write_text(SPEC)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:hypothesispytest", PROVIDER, *arguments)


def test_the_header_says_by_what_it_is_judged(pytester: pytest.Pytester) -> None:
    result = run(pytester, RELEASE, STATIC)
    assert result.ret == 0
    judged = "provider conformance: small_ogx (1 spec) on ogx 1.5.0, * checks, "
    how = "read off its source, the stack off the snapshot of ogx 1.5.0"
    result.stdout.fnmatch_lines(
        [judged + how, "small_ogx on ogx 1.5.0: partial: 80 of * checks, 0 failed; no verdict"]
    )


def test_a_defect_is_a_failure(pytester: pytest.Pytester) -> None:
    broken = ADAPTER.replace("OpenAIMixin, InferenceProvider", "InferenceProvider")
    (pytester.path / "small_ogx" / "__init__.py").write_text(broken)
    result = run(pytester, RELEASE, STATIC)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["small_ogx on ogx 1.5.0: fails by source, level 1 of 5 (loads); *"])


def test_all_rules_together_fail_nothing_that_only_a_running_stack_could_tell(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, RELEASE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["small_ogx on ogx 1.5.0: incomplete by source, level 2 of 5 (fits); 0 of 3 methods answered"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--provider-stack=ogx==1.5.9"], "there is no snapshot of ogx 1.5.9; those of ogx are of 0.8.0, *"),
        (["--provider-stack=ogre==1.5.0"], "--provider-stack: there is no 'ogre==1.5.0'; choose one of *"),
        ([RELEASE, "--provider-view=live"], "--provider-view=live: ogx 1.5.0 is not installed here; *"),
        ([RELEASE, "--provider-stack-rules"], "--provider-stack-rules: ogx 1.5.0 is not installed here; *"),
    ],
)
def test_what_cannot_be_done_is_refused(
    pytester: pytest.Pytester, arguments: list[str], message: str
) -> None:
    result = run(pytester, *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])
