"""Small providers of the safety and memory APIs, sound but for what a test changes; and what a run says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from support import references
from support.judging import Run, judged_in_a_process
from support.packages import write

ANSWER: Final = "return RunShieldResponse()"
LISTING: Final = "return list(self.shields.values())"
REGISTERING: Final = "self.shields[shield.identifier] = shield"
MADE: Final = "return Shields(config)"

_INLINE: Final = """
from provider_conformance.stack.specs import Api, InlineProviderSpec

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.{api}, provider_type="inline::{name}", module="{name}", config_class="{config}"
    )
"""
_REMOTE: Final = """
from provider_conformance.stack.specs import AdapterSpec, Api, remote_provider_spec

def get_provider_spec():
    adapter = AdapterSpec(adapter_type="{name}", module="{name}", config_class="{config}")
    return remote_provider_spec(Api.{api}, adapter)
"""
_SHIELDS: Final = """
import os, signal, socket
from typing import Any
from pydantic import BaseModel
from provider_conformance.stack.apis.messages import Message
from provider_conformance.stack.apis.safety import RunShieldResponse, Safety
from provider_conformance.stack.apis.shields import ShieldDef

class Config(BaseModel):
    strict: bool = False

class Shields(Safety):
    def __init__(self, config: Config) -> None:
        self.strict = config.strict
        self.shields: dict[str, ShieldDef] = {}

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def run_shield(
        self, shield_type: str, messages: list[Message], params: dict[str, Any] | None = None
    ) -> RunShieldResponse:
        return RunShieldResponse()

    async def list_shields(self) -> list[ShieldDef]:
        return list(self.shields.values())

    async def register_shield(self, shield: ShieldDef) -> None:
        self.shields[shield.identifier] = shield

async def get_provider_impl(config: Config, deps: dict[str, Any]) -> Shields:
    return Shields(config)
"""
_MEMORY: Final = """
from reference_memory.memory import ReferenceMemory

class Banks(ReferenceMemory):
    async def query_documents(self, bank_id, query, params=None):
        {body}

async def get_provider_impl(config, deps) -> Banks:
    impl = Banks(config)
    await impl.initialize()
    return impl
"""


def shields(folder: Path, name: str, *changes: tuple[str, str], remote: bool = False) -> str:
    """Write a safety provider and return its name; each of ``changes`` is a piece of source, and another."""
    text = _SHIELDS.replace("get_provider_impl", "get_adapter_impl") if remote else _SHIELDS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    spec = (_REMOTE if remote else _INLINE).format(api="safety", name=name, config=f"{name}.Config")
    write(folder, {f"{name}/__init__.py": text, f"{name}/provider.py": spec})
    return name


def banks(folder: Path, name: str, body: str) -> str:
    """Write a memory provider, sound but for its queries, and return its name."""
    config = "reference_memory.config.ReferenceMemoryConfig"
    spec = _INLINE.format(api="memory", name=name, config=config)
    write(folder, {f"{name}/__init__.py": _MEMORY.format(body=body), f"{name}/provider.py": spec})
    return name


def first(line: str, then: str = ANSWER) -> tuple[str, str]:
    """A change of a provider: something else is done first."""
    return then, f"{line}\n{' ' * (4 if then == MADE else 8)}{then}"


def judged(folder: Path, *providers: str, options: tuple[str, ...] = ()) -> Run:
    """Judge providers that may be made of a reference provider."""
    # Not `-o pythonpath=...`: pytest 8.0 refuses that where there is no ini file.
    paths = (references.FOLDER / "memory", references.OGX)
    return judged_in_a_process(folder, *providers, options=options, paths=paths)


def section(run: Run) -> list[str]:
    """The lines of the terminal's section about conformance, without empty ones."""
    _, separator, rest = run.output.partition(" provider conformance ===")
    assert separator, run.output
    found = []
    for line in rest.splitlines()[1:]:
        if line.startswith(("===", "FAILED ")) or re.match(r"\d+ \w+.* in [\d.]+s", line):
            break
        found.append(line)
    return [line for line in found if line]


def last(run: Run) -> str:
    """The last line of that section."""
    return section(run)[-1]


def said(run: Run, name: str) -> tuple[str, int, str]:
    """Verdict, level and its name, of a provider."""
    one = next(provider for provider in run.report["providers"] if provider["name"] == name)
    return one["verdict"], one["level"], one["level_name"]


def stopped(run: Run, name: str) -> str:
    """Why a provider of one spec got no further."""
    one = next(provider for provider in run.report["providers"] if provider["name"] == name)
    (spec,) = one["specs"]
    return str(spec["stopped"])


def rows(run: Run, name: str) -> dict[str, tuple[str, bool]]:
    """The coverage of a provider: each method's status, and whether it is demanded."""
    told = (row for row in run.report["coverage"] if row["provider"] == name)
    return {row["method"]: (row["status"], row["demanded"]) for row in told}


def errors(run: Run, name: str) -> list[str]:
    """The codes of a provider's errors, each as often as it is told."""
    found = run.report["findings"]
    return [f["code"] for f in found if f["severity"] == "error" and f["provider"] == name]


def checks(run: Run) -> list[dict[str, Any]]:
    """All checks, without what depends on the machine."""
    return [{k: v for k, v in check.items() if k != "duration"} for check in run.report["checks"]]
