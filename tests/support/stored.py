"""The cases of `fixtures/packages/stored`, and the smallest stack on which their rules can be tried."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, Protocol

import yaml
from pydantic import BaseModel

from provider_conformance.contracts.model import ApiContract, Role
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.package.model import Implementation, Provider, Spec, SpecKind
from provider_conformance.protocols.members import read_protocol
from provider_conformance.rules import rules_of
from provider_conformance.rules.serves import registry, stored
from provider_conformance.sandbox.containment import Attempt

PACKAGE = Path(__file__).parents[2] / "fixtures" / "packages" / "stored"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((PACKAGE / "expected.yaml").read_text("utf-8"))
RULES = rules_of(registry, stored)


def case_class(case: str) -> type:
    """The class of a case, imported from the package."""
    cls: type = importlib.import_module(f"stored.{case}").Case
    return cls


class Model(BaseModel):
    """A model as the stacks have it."""

    identifier: str
    provider_resource_id: str
    provider_id: str
    type: Literal["model"] = "model"
    metadata: dict[str, Any] = {}


class ModelsPrivate(Protocol):
    """What the routing table of models calls."""

    async def register_model(self, model: Model) -> Model: ...

    async def unregister_model(self, model_id: str) -> None: ...

    async def list_models(self) -> list[Model] | None: ...

    async def should_refresh_models(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class FakeRunning:
    """A stack that consists of one provider."""

    instances: Mapping[str, Any]
    stack: str = "fake"
    api: str = "inference"
    listing: str = "list_models"
    unregistering: bool = True
    table: Any = None
    router: Any = None
    kinds: tuple[type, ...] = (Model,)

    def problems(self, provider_id: str = FIRST) -> tuple[str, ...]:
        return ()

    async def listed(self, provider_id: str = FIRST) -> list[Any]:
        return list(await self.instances[provider_id].list_models() or ())

    async def objects(self) -> list[Any]:
        return []

    async def register(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        raise NotImplementedError

    async def unregister(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class FakeTrial:
    """Makes a stack of one provider for each run."""

    cls: type
    host: Any = field(default_factory=lambda: SimpleNamespace(stack="fake"))
    sketch: ClassVar[Any] = SimpleNamespace(api="inference")

    def surroundings(self) -> Any:
        return None

    def run(self, _sketch: Any, work: Callable[[Running], Awaitable[Any]]) -> Attempt:
        try:
            return Attempt(asyncio.run(self._done(work)))
        except Exception as error:
            return Attempt(error=error)

    async def _done(self, work: Callable[[Running], Awaitable[Any]]) -> Any:
        return await work(FakeRunning({FIRST: self.cls()}))


def fake_baseline(cls: type) -> Start:
    """A first trial on the smallest stack."""
    trial: Any = FakeTrial(cls)
    witness: Any = None
    return Start(trial, witness, None)


def fake_subject(cls: type) -> Subject:
    """A provider of models that stands behind a routing table which stores what is registered."""
    api = ApiContract("inference", Role.ROUTED, private=read_protocol(ModelsPrivate))
    spec = Spec("inference", "inline::case", SpecKind.INLINE, "stored", None)
    return Subject(Provider("stored", (spec,)), None, spec, api, implementation=lambda: Implementation(cls))
