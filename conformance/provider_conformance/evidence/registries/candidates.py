"""What is registered with a tried provider, and how a finding shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.start import Start
from provider_conformance.hosts.running import Running
from provider_conformance.package.exceptions import MISTAKES

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

EXAMPLES: Final = 12
"""How many objects a rule registers before it is content: at most."""

BUGS: Final = (*MISTAKES, SystemExit)
"""What a provider raises by mistake; a refusal is a ValueError or NotImplementedError."""


_FEW: Final = 3
_SPENT: Final = 0.6
"""Seconds that the objects of one rule may take, where more than a few are tried: a start for each."""


def examples(first: Start) -> int:
    """How many objects are registered with a provider: fewer where each takes long."""
    return max(_FEW, min(EXAMPLES, int(_SPENT / max(first.seconds, 0.001))))


def candidates(first: Start) -> SearchStrategy[Any]:
    """Objects to register: those that the provider lists under other names, else any of the API's kind."""
    from provider_conformance.strategies.objects import objects, of_kinds, renamed  # noqa: PLC0415

    template = template_of(first)
    if template is not None:
        return renamed(template)
    ours = first.trial.host.stack == "builtin"
    return objects(first.trial.sketch.api) if ours else of_kinds(kinds_of(first))


def kinds_of(first: Start) -> tuple[type[Any], ...]:
    """The classes of what is registered with the provider's routing table."""
    kinds: tuple[type[Any], ...] = first.trial.run(first.trial.surroundings(), _kinds).value
    return kinds


async def _kinds(running: Running) -> tuple[type, ...]:
    return running.kinds


def template_of(first: Start) -> Any:
    """An object that the provider is known to accept, None where it lists none."""
    return first.trial.run(first.trial.surroundings(), _template).value


async def _template(running: Running) -> Any:
    return next((obj for obj in await running.listed() if hasattr(obj, "model_copy")), None)


def bare(template: Any) -> Any:
    """An object like ``template`` that has what its class requires and no more."""
    fields = type(template).model_fields
    required = {name: getattr(template, name) for name, field in fields.items() if field.is_required()}
    tag = {"type": template.type} if "type" in fields else {}
    return type(template)(**{**required, **tag})


def steps(obj: Any) -> str:
    """The steps that lead to a finding, for a test."""
    return f"the smallest steps found:\n    await table.register_object({shown(obj)})"


def shown(obj: Any) -> str:
    """An object as code that makes it."""
    fields = ", ".join(f"{name}={value!r}" for name, value in obj.model_dump().items())
    return f"{type(obj).__name__}({fields})"
