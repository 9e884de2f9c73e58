"""What a configuration class refuses of the values in its own sample."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.configuration.sample import open_references, resolutions
from provider_conformance.protocols import careful
from provider_conformance.sandbox.constructing import construct

_ABSENT_HERE: Final = re.compile(r"exist|not found|no such file|not installed|cannot find", re.IGNORECASE)
"""A refusal about this machine: a file, a folder or a library that is not here."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a configuration class refuses.

    Attributes:
        place: Where in the values, as a dotted path; "" for the whole.
        kind: Pydantic's name for it ("missing", "extra_forbidden", ...), or the exception's type.
        message: What the class says.
    """

    place: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a class makes of a sample.

    Attributes:
        refused: What it refuses whatever the environment holds.
        open: The variables without a default on which the rest depends, where that was refused.
        error: An exception that says nothing about the sample: a module that is not installed.
    """

    refused: tuple[Refusal, ...] = ()
    open: tuple[str, ...] = ()
    error: BaseException | None = None


def validate(config_class: type, values: Mapping[str, Any], *, typed: bool) -> Verdict:
    """Make a configuration of a sample in an environment that has nothing set.

    What a sample leaves to the environment (a reference without a default) may be anything: the values
    are refused only where no guess at it is accepted, and only for what does not depend on it.

    Args:
        config_class: The class.
        values: The sample as it was returned, with its references.
        typed: Whether the stack turns what comes out of a reference into numbers and truth values.
    """
    errors = []
    for resolved in resolutions(dict(values), {}, typed=typed):
        error = construct(lambda resolved=resolved: [config_class(**resolved)], ()).error
        if error is None:
            return Verdict()
        errors.append(error)
    return _judged(errors[0], values)


def _judged(error: BaseException, values: Mapping[str, Any]) -> Verdict:
    if isinstance(error, ImportError):
        return Verdict(error=error)
    told = careful.attribute(error, "errors")
    if not callable(told):
        refusal = Refusal("", careful.class_name(type(error)), careful.text(error))
        names = open_references(dict(values))
        return Verdict((), names) if names else Verdict((refusal,))
    parts = told(include_url=False, include_input=False)
    refused = tuple(_refusal(part) for part in parts if not _depends(part, values))
    names = () if refused else open_references(dict(values))
    return Verdict(refused, names)


def _refusal(part: Mapping[str, Any]) -> Refusal:
    return Refusal(".".join(str(step) for step in part["loc"]), str(part["type"]), str(part["msg"]))


def _depends(part: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a refusal may be about the environment or this machine rather than about the sample."""
    kind, place = part["type"], part["loc"]
    if kind.startswith("path_") or (kind in ("value_error", "assertion_error") and _is_absence(part)):
        return True
    if kind == "extra_forbidden":
        return False
    if kind == "missing" and _reaches(values, place[:-1]):
        return False
    return bool(open_references(_at(values, place)))


def _is_absence(part: Mapping[str, Any]) -> bool:
    cause = part.get("ctx", {}).get("error")
    return isinstance(cause, OSError) or bool(_ABSENT_HERE.search(str(part["msg"])))


def _reaches(values: Any, place: tuple[Any, ...]) -> bool:
    for step in place:
        if not isinstance(values, dict) or step not in values:
            return False
        values = values[step]
    return True


def _at(values: Any, place: tuple[Any, ...]) -> Any:
    """The part of the sample that a refusal is about; steps that are no keys name members of a union."""
    for step in place:
        known = isinstance(step, int) and isinstance(values, list) and step < len(values)
        if known or (isinstance(values, dict) and step in values):
            values = values[step]
    return values
