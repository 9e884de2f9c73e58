"""What was found out about a run config, as lines and as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from provider_conformance.findings import Severity
from provider_conformance.preflight.model import Fault, Placed, Preflight


def lines(found: Preflight) -> Iterator[str]:
    """For a terminal: the plan, the providers with their settings, what is wrong, and the verdict."""
    yield f"{found.path} on {found.stack}"
    yield ""
    for number, level in enumerate(found.levels, start=1):
        yield from (f"{f'{number}.' if not place else '':<4}{node}" for place, node in enumerate(level))
    for one in found.placed:
        yield ""
        yield from _provider(one, found)
    for fault in sorted(found.faults, key=lambda fault: fault.severity is not Severity.ERROR):
        yield ""
        yield from _fault(fault)
    if found.unseen:
        yield ""
        yield from (f"not seen: {reason}" for reason in found.unseen)
    yield ""
    yield verdict(found)


def verdict(found: Preflight) -> str:
    """The last line."""
    count = len(found.placed)
    warnings = len(found.faults) - found.errors
    said = f"{_many(found.errors, 'error')}, {_many(warnings, 'warning')}"
    unseen = f", {len(found.unseen)} not seen" if found.unseen else ""
    return f"{found.path}: {_many(count, 'provider')}, {said}{unseen}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _provider(one: Placed, found: Preflight) -> Iterator[str]:
    off = "" if one.enabled else " (left out: its id is empty)"
    origin = one.spec.location if one.spec is not None else None
    yield f"{one.title}{off}" + (f", from {origin}" if origin is not None else "")
    for key, value in found.settings[one.entry.api, one.entry.provider_id].items():
        yield f"    {key} = {value}"


def _fault(fault: Fault) -> Iterator[str]:
    place = f"{fault.location}: " if fault.location is not None else ""
    yield f"{place}{fault.severity} {fault.kind}"
    yield f"  {fault.message}"
    if fault.why:
        yield f"  why    {fault.why}"
    if fault.fix:
        yield f"  fix    {fault.fix}"


def as_data(found: Preflight) -> dict[str, Any]:
    """For other tools."""
    return {
        "run_config": found.path,
        "stack": found.stack,
        "errors": found.errors,
        "levels": [list(level) for level in found.levels],
        "providers": [
            {
                "api": one.entry.api,
                "provider_id": one.entry.provider_id,
                "provider_type": one.entry.provider_type,
                "enabled": one.enabled,
                "line": one.entry.at().line,
                "module": one.spec.module if one.spec is not None else None,
                "settings": dict(found.settings[one.entry.api, one.entry.provider_id]),
            }
            for one in found.placed
        ],
        "findings": [{**asdict(fault), "severity": str(fault.severity)} for fault in found.faults],
        "not_seen": list(found.unseen),
    }
