"""The settings of a provider in a run config, held against the fields of its configuration class."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provider_conformance.configuration.secret_fields import is_secret_name
from provider_conformance.findings import Severity
from provider_conformance.package import loading
from provider_conformance.preflight.model import Fault, Placed
from provider_conformance.preflight.variables import texts
from provider_conformance.protocols import careful, classes
from provider_conformance.providers.implementation import load_class
from provider_conformance.source.pydantic_models import Field, fields_of
from provider_conformance.stack.naming import near_names

_BEFORE: Final = re.compile(r"mode\s*=\s*[\"'](before|wrap)[\"']|root_validator|alias_generator")
"""What makes settings of others before they are looked at."""
_REFERENCE: Final = re.compile(r"\$\{env\.")
_HIDDEN: Final = "***"


@dataclass(frozen=True, slots=True)
class _Held:
    """A configuration class to hold settings against; without one, why there is none."""

    cls: type | None = None
    why: str = ""


def wrong(placed: Placed) -> Iterator[Fault]:
    """Keys that the class has no field for, and fields that have to be given and are not."""
    cls = _held(placed).cls
    if cls is None:
        return
    fields, entry = fields_of(cls), placed.entry
    names = {name for key, one in fields.items() for name in (key, *one.aliases)}
    extra = _extra(cls)
    for key in entry.config:
        if str(key) not in names and extra != "allow":
            yield _unknown(placed, str(key), sorted(names), refused=extra == "forbid")
    for key, one in fields.items():
        if one.required and not {key, *one.aliases} & set(map(str, entry.config)):
            yield _missing(placed, key, one)


def unseen(placed: Placed) -> str:
    """Why nothing is said of a provider's settings, "" where they are looked at or it has none."""
    return _held(placed).why


def _held(placed: Placed) -> _Held:
    """The class of the configuration, where its source tells all of it."""
    if placed.spec is None or placed.source is None or not placed.spec.config_class:
        return _Held()
    name = placed.spec.config_class
    with loading.reading(placed.source.reader):
        cls = load_class(name).value
    if not careful.is_class(cls):
        return _Held(why=f"`{name}` cannot be read")
    if classes.opacity(cls):
        return _Held(why=f"the source of `{name}` does not show all of its fields")
    if not fields_of(cls):
        return _Held(why=f"`{name}` has no fields that its source shows") if placed.entry.config else _Held()
    files = {place[0] for base in classes.mro(cls) if (place := classes.namespace(base).get(classes.PLACE))}
    if any(_BEFORE.search(_text(file)) for file in files):
        return _Held(why=f"the module of `{name}` may change settings before they are looked at")
    return _Held(cls)


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _extra(cls: type) -> str:
    said = (classes.namespace(base).get("model_config") for base in classes.mro(cls))
    config: Any = next((one for one in said if one), {})
    return str(config.get("extra", "ignore")) if isinstance(config, dict) else "ignore"


def _unknown(placed: Placed, key: str, names: list[str], *, refused: bool) -> Fault:
    spec = placed.spec
    alike = [f"`{name}`" for name in near_names(key, names)]
    fix = f"did you mean {' or '.join(alike)}?" if alike else ""
    why = "Its configuration class refuses it." if refused else "Nothing reads it: it is left out silently."
    return Fault(
        Severity.ERROR if refused else Severity.WARNING,
        "unknown-key",
        f"{spec.config_class if spec else 'its class'} has no setting `{key}`",
        placed.entry.at(f"config.{key}"),
        why,
        fix or f"it has {', '.join(f'`{name}`' for name in names)}",
    )


def _missing(placed: Placed, key: str, one: Field) -> Fault:
    name = next(iter(one.aliases), key)
    said = f"{placed.title} has to be given the setting `{name}` ({one.annotation})"
    why = "Its configuration class has no default for it, and the start ends."
    return Fault(Severity.ERROR, "missing-key", said, placed.entry.at("config"), why, f"write `{name}: ...`")


def shown(config: Mapping[str, Any]) -> dict[str, str]:
    """Settings as written, by their paths; a secret that stands there itself is left out."""
    given = {path: _open(path, value) for path, value in texts(config)}
    return {**dict(_others(config)), **given}


def _open(path: str, value: str) -> str:
    secret = is_secret_name(path.rpartition(".")[2])
    return _HIDDEN if secret and value and not _REFERENCE.search(value) else value


def _others(value: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """What is no text in a tree of settings."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _others(item, f"{before}{key}.")
    elif not isinstance(value, str):
        yield before.rstrip("."), json.dumps(value, default=str)
