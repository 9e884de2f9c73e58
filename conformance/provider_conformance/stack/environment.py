"""References to environment variables in a configuration: ``${env.NAME:=default}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.stack.errors import BadReferenceError, MissingVariableError

_REFERENCE: Final = re.compile(r"\$\{env\.[^}]*\}?")
_WELL_FORMED: Final = re.compile(r"\$\{env\.(?P<name>\w+)(?::(?P<kind>[=+])(?P<text>[^}]*))?\}")


def substitute(value: Any, environment: Mapping[str, str], path: str = "") -> Any:
    """Replace the references to environment variables in a tree of dicts, lists and strings.

    ``${env.NAME}`` stands for the variable, ``${env.NAME:=default}`` for the variable or, where it
    is unset or empty, the default, and ``${env.NAME:+text}`` for the text where the variable is set.
    A string that is one reference and comes out empty becomes None: the option is not set.

    Args:
        value: The tree; it is left as it is.
        environment: The variables.
        path: Where in the configuration ``value`` stands.

    Returns:
        The tree with the references replaced.

    Raises:
        MissingVariableError: A variable is unset and has no default; the error names the place.
        BadReferenceError: A reference is written in another way than these three.
    """
    if isinstance(value, Mapping):
        return {k: substitute(v, environment, f"{path}.{k}" if path else str(k)) for k, v in value.items()}
    if isinstance(value, list):
        return [substitute(item, environment, f"{path}[{i}]") for i, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    replaced = _REFERENCE.sub(lambda match: _looked_up(match[0], environment, path), value)
    return None if replaced == "" != value else replaced


def _looked_up(reference: str, environment: Mapping[str, str], path: str) -> str:
    match = _WELL_FORMED.fullmatch(reference)
    if match is None:
        raise BadReferenceError(reference, path)
    set_to = environment.get(match["name"], "")
    if match["kind"] == "+":
        return match["text"] if set_to else ""
    if not set_to and match["kind"] is None:
        raise MissingVariableError(match["name"], path)
    return set_to or match["text"]
