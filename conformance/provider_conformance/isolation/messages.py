"""What the two processes tell each other: one JSON object a line, on pipes that nothing else uses."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.package.model import Problem, Provider, Spec, SpecKind
from provider_conformance.protocols import careful

_LEFT_OUT: Final = ("raw", "reader", "violations", "places", "specs", "problem")


class Given:
    """Stands for a class that was named instead of a package."""


def line(**message: Any) -> bytes:
    """A message as it goes through a pipe."""
    return json.dumps(message).encode() + b"\n"


def from_provider(provider: Provider) -> dict[str, Any]:
    """A provider without what only its own process can have."""
    plain = {f.name: getattr(provider, f.name) for f in fields(provider) if f.name not in _LEFT_OUT}
    return {
        **{name: str(value) if isinstance(value, Path) else value for name, value in plain.items()},
        "places": [str(place) for place in provider.places],
        "problem": asdict(provider.problem) if provider.problem is not None else None,
        "specs": [_from_spec(spec) for spec in provider.specs],
    }


def _from_spec(spec: Spec) -> dict[str, Any]:
    plain = asdict(replace(spec, raw=None))
    return {**plain, "given": careful.is_class(spec.raw), "kind": spec.kind.value}


def to_provider(data: dict[str, Any]) -> Provider:
    """The provider that :func:`from_provider` told of."""
    data = dict(data)
    return Provider(
        specs=tuple(_to_spec(spec) for spec in data.pop("specs")),
        problem=to_problem(data.pop("problem")),
        folder=_path(data.pop("folder")),
        places=tuple(Path(place) for place in data.pop("places")),
        notes=tuple(data.pop("notes")),
        **data,
    )


def to_problem(data: dict[str, Any] | None) -> Problem | None:
    """The problem of a provider, None without one."""
    return None if data is None else Problem(**{**data, "location": to_location(data["location"])})


def to_location(data: dict[str, Any] | None) -> Location | None:
    """A place, None without one."""
    return None if data is None else Location(**data)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _to_spec(data: dict[str, Any]) -> Spec:
    data = dict(data)
    given = data.pop("given")
    lists = {name: tuple(data.pop(name)) for name in ("api_dependencies", "optional_api_dependencies")}
    return Spec(
        location=to_location(data.pop("location")),
        kind=SpecKind(data.pop("kind")),
        **{**data, **lists, "raw": Given if given else None},
    )
