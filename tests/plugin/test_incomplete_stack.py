"""An installed stack that imports what is not installed: its providers are judged as far as can be read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from provider_conformance.contracts import stacks

pytestmark = pytest.mark.skipif(bool(stacks.installed()), reason="needs an environment without a stack")

MINI = Path(__file__).parents[1] / "contracts" / "mini" / "mini_stack"
FIELDS = "    api: Api\n    config_class: str = ''\n    api_dependencies: list[Api] = []\n"
LACKING = "import nowhere_at_all\n"
TOLD = "llama-stack 0.9.9 cannot be started here: it imports `nowhere_at_all`, which is not installed"
SPEC = """
from llama_stack.api import Api, InlineProviderSpec
from pydantic import BaseModel

class Config(BaseModel):
    pass

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.chat,
        provider_type="inline::talker",
        module="talker",
        config_class="talker.provider.Config",
    )
"""
PROVIDER = """
class Talker:
    bot_store = None

    async def talk(self, bot: str, text: str, stream: bool = False) -> str:
        return text

    async def list_bots(self) -> list[str]:
        return []

    async def register_bot(self, bot: str) -> str:
        return bot

    async def shutdown(self) -> None:
        pass


async def get_provider_impl(config, deps):
    return Talker()
"""


@pytest.fixture(autouse=True)
def _stack(pytester: pytest.Pytester) -> None:
    """The mini stack under the name of a real one, and a provider for it that keeps its promises."""
    stack = pytester.path / "llama_stack"
    shutil.copytree(MINI, stack, ignore=shutil.ignore_patterns("__pycache__"))
    for path in stack.rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8").replace("mini_stack", "llama_stack"))
    api = stack / "api.py"
    api.write_text(api.read_text(encoding="utf-8").replace("    api: Api\n", FIELDS))
    (stack / "core" / "datatypes.py").touch()
    metadata = pytester.mkdir("llama_stack-0.9.9.dist-info") / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: llama-stack\nVersion: 0.9.9\n")
    (pytester.mkpydir("talker") / "__init__.py").write_text(PROVIDER)
    (pytester.path / "talker" / "provider.py").write_text(SPEC)


def without(pytester: pytest.Pytester, part: str) -> None:
    """Let a part of the stack import what is not installed."""
    path = pytester.path / "llama_stack" / part
    place = "from __future__ import annotations\n"
    path.write_text(path.read_text(encoding="utf-8").replace(place, f"{place}\n{LACKING}"))


def unwrapped(result: pytest.RunResult) -> str:
    """What was printed, without line breaks: a long reason is wrapped."""
    return " ".join(str(result.stdout).split())


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    command = ("-p", "no:hypothesispytest", "--provider=talker", "--provider-ignore=PC4", *options)
    return pytester.runpytest_subprocess(*command)


@pytest.mark.parametrize("options", [(), ("--provider-isolate",)], ids=["here", "isolated"])
def test_what_needs_the_running_stack_is_inconclusive_with_one_sentence(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    without(pytester, "core/routers/__init__.py")
    result = run(pytester, *options)
    assert result.ret == pytest.ExitCode.OK
    assert len(re.findall(rf"not seen: {re.escape(TOLD)} \d+ checks", unwrapped(result))) == 1
    assert unwrapped(result).count(TOLD) == 1
    assert "internal error" not in str(result.stdout)


def test_what_can_be_read_off_is_judged_all_the_same(pytester: pytest.Pytester) -> None:
    without(pytester, "core/routers/__init__.py")
    init = pytester.path / "talker" / "__init__.py"
    init.write_text(PROVIDER.replace("stream: bool = False", "loud: bool = False"))
    result = run(pytester)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*: error PC203 *", "*`talk(bot, text, loud=...)` does not take `stream`"])


@pytest.mark.parametrize("options", [(), ("--provider-isolate",)], ids=["here", "isolated"])
def test_a_stack_that_cannot_be_read_either_is_named(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    without(pytester, "core/resolver.py")
    result = run(pytester, *options)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines([f"talker: note: {TOLD}"])


def test_the_rules_about_the_stack_itself_are_inconclusive(pytester: pytest.Pytester) -> None:
    without(pytester, "core/routers/__init__.py")
    result = run(pytester, "--provider-stack=llama-stack", "--provider-stack-rules")
    assert result.ret == pytest.ExitCode.OK
    assert f"not seen: {TOLD}" in unwrapped(result)


def test_a_provider_that_imports_the_incomplete_part_is_read_off_its_source(
    pytester: pytest.Pytester,
) -> None:
    without(pytester, "core/routers/__init__.py")
    spec = pytester.path / "talker" / "provider.py"
    spec.write_text(f"from llama_stack.core import routers\n{SPEC}")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        ["talker: note: read off its source, since module `nowhere_at_all` is not installed"]
    )
