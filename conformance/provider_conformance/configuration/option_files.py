"""Files that options name: YAML, JSON or TOML, with entries by provider type."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from provider_conformance.errors import UsageError
from provider_conformance.package.model import Spec

_ALIKE: Final = 0.8
"""How much of a name has to be the same for it to be a slip of the pen."""


def loaded(option: str, path: Path) -> Any:
    """What a file holds: TOML where its name says so, else YAML, of which JSON is a part.

    Raises:
        UsageError: If it cannot be read; the message names option, file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option}: {path} cannot be read: {error}") from None
    return _toml(option, path, text) if path.suffix == ".toml" else _yaml(option, path, text)


def _toml(option: str, path: Path, text: str) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{option}: {path}: {error}") from None


def _yaml(option: str, path: Path, text: str) -> Any:
    import yaml  # noqa: PLC0415 - needed by few runs

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise UsageError(f"{option}: {place}: {problem}") from None


def mapping(origin: str, value: Any, what: str) -> Mapping[Any, Any]:
    """A value that has to be a mapping.

    Args:
        origin: Where it is from: the option, and the file.
        value: The value.
        what: What the message calls it.

    Raises:
        UsageError: It is none.
    """
    if not isinstance(value, Mapping):
        held = "nothing" if value is None else f"a {type(value).__name__}"
        raise UsageError(f"{origin}: {what} holds {held} where a mapping is expected")
    return value


def refuse_misspelt(origin: str, keys: Iterable[Any], specs: Iterable[Spec]) -> None:
    """Refuse a type that is nearly that of a spec without an entry; others are not under test this time.

    Args:
        origin: Where the keys are from: the option, and the file.
        keys: The provider types that have an entry.
        specs: The specs under test.

    Raises:
        UsageError: One of them is misspelt; the message says what was meant.
    """
    known = {str(key) for key in keys}
    wanted = sorted({spec.provider_type for spec in specs} - known)
    under_test = {spec.provider_type for spec in specs}
    for key in sorted(known - under_test):
        if near := get_close_matches(key, wanted, n=1, cutoff=_ALIKE):
            raise UsageError(
                f"{origin}: no provider under test has the type {key!r}; did you mean {near[0]}?"
            )
