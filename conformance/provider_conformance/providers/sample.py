"""A configuration to construct a provider with: its own sample, else its defaults."""

from __future__ import annotations

import inspect
import os
import re
import tempfile
from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.providers import careful

_REFERENCE: Final = re.compile(r"\$\{env\.(?P<name>[A-Za-z0-9_]+)(?::(?P<operator>[=+]?)(?P<value>[^}]*))?\}")
_PLACEHOLDER: Final = "conformance"
_FOLDERS: Final = ("__distro_dir__",)


def sample_config(config_class: type) -> Any:
    """An instance of ``config_class``, from its ``sample_run_config()`` where it has one.

    Raises:
        Exception: whatever the provider's class raises; nothing of it is caught here.
    """
    sample = careful.attribute(config_class, "sample_run_config")
    values = with_environment(sample(**_arguments(sample))) if callable(sample) else {}
    return config_class(**values)


def _arguments(sample: Any) -> dict[str, str]:
    """The folder that samples of several stacks ask for: one that exists and is nobody's."""
    parameters = inspect.signature(sample).parameters.values()
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    names = {parameter.name for parameter in parameters}
    wanted = [name for name in _FOLDERS if takes_any or name in names]
    return dict.fromkeys(wanted, tempfile.gettempdir())


def with_environment(value: Any, environment: Mapping[str, str] = os.environ) -> Any:
    """``value`` with its ``${env.NAME...}`` references resolved as a run config's are.

    ``${env.N:=d}`` and ``${env.N:d}`` have a default, ``${env.N:+v}`` is v where N is set. A reference
    without a default to a variable that is not set gets a placeholder: a missing secret
    says nothing about the provider.
    """
    if isinstance(value, dict):
        return {key: with_environment(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [with_environment(item, environment) for item in value]
    if not isinstance(value, str) or not _REFERENCE.search(value):
        return value
    return _typed(_REFERENCE.sub(lambda match: _resolved(match, environment), value))


def _resolved(match: re.Match[str], environment: Mapping[str, str]) -> str:
    name, operator, value = match.group("name", "operator", "value")
    given = environment.get(name, "")
    if operator == "+":
        return value if given else ""
    return given or (_PLACEHOLDER if value is None else value)


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
