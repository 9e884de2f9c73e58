"""The configurations that a stack gets when it makes one for the tried provider."""

from __future__ import annotations

import copy
import itertools
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from provider_conformance.configuration.given import Given
from provider_conformance.configuration.sample import sample_config, with_environment
from provider_conformance.hosts.storage import places
from provider_conformance.protocols import careful


def configuring(config_class: Callable[..., Any] | None, folder: str, given: Given | None = None) -> type:
    """A class to put in the place of a configuration class: each call gives a configuration to try with.

    Two instances in one stack get two folders, and two names in the stack's own stores: what they
    share then is shared by the provider.

    Args:
        config_class: The provider's class, None where it has none.
        folder: Where its paths are to be.
        given: What the user gave, None for the provider's sample.
    """
    numbers = itertools.count()
    fields = careful.attribute(config_class, "model_fields") if config_class else None

    def make(_cls: type, **injected: Any) -> Any:
        # What is injected are settings that the stack itself adds.
        if config_class is None:
            return None
        number = next(numbers)
        own = f"{folder}/{number}"
        Path(own).mkdir()
        with mock.patch.object(tempfile, "tempdir", own), mock.patch.dict("os.environ", places(own)):
            return _made(config_class, given, lambda **v: config_class(**{**_apart(v, number), **injected}))

    # A stack looks at the fields to see what it may inject.
    return type("Config", (), {"__new__": make, "__fields__": fields if isinstance(fields, dict) else {}})


def _made(config_class: Callable[..., Any], given: Given | None, make: Callable[..., Any]) -> Any:
    """A configuration from what was given, or else from the sample."""
    if given is None:
        return sample_config(config_class, make)
    if isinstance(given.value, dict):
        return make(**with_environment(given.value))
    # An object is the user's: what a trial does to it is not to show in the next.
    return copy.deepcopy(given.value)


def _apart(values: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The settings with names of their own in the stack's stores, for all instances but the first."""
    if not number:
        return dict(values)
    return {key: _own_store(value, number) for key, value in values.items()}


def _own_store(value: Any, number: int) -> Any:
    if not isinstance(value, dict):
        return value
    own = {key: _own_store(item, number) for key, item in value.items()}
    for name in ("namespace", "table_name"):
        if "backend" in own and isinstance(own.get(name), str):
            own[name] = f"{own[name]}_{number}"
    return own
