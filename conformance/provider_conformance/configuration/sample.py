"""A configuration to construct a provider with: its own sample, else its defaults."""

from __future__ import annotations

import inspect
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from provider_conformance.protocols import careful

FOLDER: Final = "__distro_dir__"
"""The argument that stacks pass to a sample: the folder of the distribution that it is for."""

_REFERENCE: Final = re.compile(r"\$\{env\.(?P<name>[A-Za-z0-9_]+)(?::(?P<operator>[=+]?)(?P<value>[^}]*))?\}")
PLACEHOLDER: Final = "conformance"
"""What stands for a variable that is not set and has no default."""

_GUESSES: Final = (PLACEHOLDER, "http://localhost:1", "1", "true", "/tmp")  # noqa: S108 - a value, no file
"""What a variable may hold that a sample leaves open; the first that is accepted will do."""


def sample_config(config_class: Callable[..., Any], make: Callable[..., Any] | None = None) -> Any:
    """An instance of ``config_class``, from its ``sample_run_config()`` where it has one.

    A sample that takes anything may hand on the folder that it was given to a class which has no
    such field: then it is asked without one, and then the defaults are taken. What is wrong with
    a sample is told by PC701.

    Args:
        config_class: The class, or what makes a configuration.
        make: Is called with the settings in the place of the class.

    Raises:
        Exception: whatever the provider's class raises when it is asked in the stack's way.
    """
    ways = _ways(config_class, make or config_class)
    try:
        return next(ways)()
    except (Exception, SystemExit):
        for way in ways:
            with suppress(Exception, SystemExit):
                return way()
        raise


def _ways(config_class: Callable[..., Any], make: Callable[..., Any]) -> Iterator[Callable[[], Any]]:
    sample = careful.attribute(config_class, "sample_run_config")
    if callable(sample):
        yield lambda: _accepted(make, sample(**folder_for(sample)))
        yield lambda: _accepted(make, sample())
    yield make


def _accepted(make: Callable[..., Any], values: Any) -> Any:
    """A configuration of a sample's values; raises what the class raises for the first resolution."""
    if not isinstance(values, dict):
        if inspect.iscoroutine(values):
            values.close()
        raise TypeError(f"the sample is a {careful.class_name(type(values))}, no dict")
    first: Exception | None = None
    for resolved in resolutions(values, os.environ):
        try:
            return make(**resolved)
        except Exception as error:
            first = first or error
    raise first or ValueError("no values")


def resolutions(
    values: dict[str, Any], environment: Mapping[str, str], *, typed: bool = True
) -> Iterator[dict[str, Any]]:
    """The values of a sample with their references resolved, in the order in which to try them.

    First as the stack resolves them, then with guesses at what the sample leaves open.

    Args:
        values: The sample as it was returned.
        environment: The variables.
        typed: As for :func:`with_environment`.
    """
    for kind in dict.fromkeys((typed, False)):
        yield with_environment(values, environment, typed=kind)
    names = [name for name in open_references(values) if not environment.get(name)]
    for guess in _GUESSES if names else ():
        for kind in dict.fromkeys((typed, False)):
            yield with_environment(values, {**environment, **dict.fromkeys(names, guess)}, typed=kind)


def folder_for(sample: Callable[..., Any]) -> dict[str, str]:
    """The folder that samples of several stacks ask for: one that exists and is nobody's."""
    parameters = inspect.signature(sample).parameters.values()
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    asks = takes_any or FOLDER in {parameter.name for parameter in parameters}
    return {FOLDER: tempfile.gettempdir()} if asks else {}


def with_environment(
    value: Any,
    environment: Mapping[str, str] = os.environ,
    *,
    missing: str | None = PLACEHOLDER,
    typed: bool = True,
) -> Any:
    """``value`` with its ``${env.NAME...}`` references resolved as a run config's are.

    ``${env.N:=d}`` and ``${env.N:d}`` have a default, ``${env.N:+v}`` is v where N is set. A reference
    without a default to a variable that is not set gets a placeholder: a missing secret
    says nothing about the provider.

    Args:
        value: A tree of dicts, lists and scalars.
        environment: The variables.
        missing: Stands for a variable that is not set and has no default.
        typed: Whether the text that comes out becomes the number or truth value that it looks like,
            as installed stacks do. What comes out empty is None in every stack.
    """

    def resolve(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: resolve(item) for key, item in part.items()}
        if isinstance(part, list):
            return [resolve(item) for item in part]
        if not isinstance(part, str) or not _REFERENCE.search(part):
            return part
        text = _REFERENCE.sub(lambda match: _resolved(match, environment, missing or ""), part)
        return _typed(text) if typed else (text or None)

    return resolve(value)


def _resolved(match: re.Match[str], environment: Mapping[str, str], missing: str) -> str:
    name, operator, value = match.group("name", "operator", "value")
    given = environment.get(name, "")
    if operator == "+":
        return value if given else ""
    return given or (missing if value is None else value)


def open_references(value: Any) -> tuple[str, ...]:
    """The variables in a tree on which its meaning depends: those without a default, or an empty one."""
    if isinstance(value, dict | list | tuple):
        items = value.values() if isinstance(value, dict) else value
        return tuple(dict.fromkeys(name for item in items for name in open_references(item)))
    if not isinstance(value, str):
        return ()
    found = _REFERENCE.finditer(value)
    return tuple(match["name"] for match in found if match["operator"] == "+" or not match["value"])


def _typed(text: str) -> Any:
    """What a run config makes of a resolved reference: nothing, a truth value, a number, or the text."""
    plain: dict[str, Any] = {"": None, "true": True, "false": False}
    if text.lower() in plain:
        return plain[text.lower()]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text
