"""Which settings of a configuration lead to a server, and how they lead to another one.

They are told by the names and the types of the fields; no provider is known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from provider_conformance.configuration.credentials import credentials
from provider_conformance.configuration.secret_fields import (
    NOBODY,
    classes_of,
    empty_secret_fields,
    fields_of,
    is_secret,
    is_url,
)
from provider_conformance.protocols import careful

_URL: Final = re.compile(r"(^|_)(url|uri|endpoint|api_base)$")
_OTHERS: Final = re.compile(r"(^|_)(proxy|callback|redirect|webhook|docs)(_|$)")
"""What makes a URL one that is not asked for answers."""

_MODEL: Final = re.compile(r"(^|_)models?(_(ids?|names?))?$")
"""What names a model that the server has, or several."""

BASES: Final = ("/v1", "")
"""The paths to try for a URL that neither the sample nor the class has: OpenAI's clients want a version in
it, and some adapters put it there themselves."""


@dataclass(slots=True)
class Leading:
    """Fills in configurations so that they lead to a server.

    Each URL keeps its path: that of the sample, else that of the class's own default, else ``base``. An empty
    secret gets a placeholder, for a client does not ask without one.

    Attributes:
        server: Scheme, host and port of the server.
        base: The path of a URL that has none yet.
        fill: What is put into fields that are empty.
        serve: Told of the models that a configuration names: a server has what its provider is set up for.
        leads: Whether a field was found that leads to a server.
        guesses: Whether ``base`` was needed.
    """

    server: str
    base: str
    fill: Callable[[Any], dict[str, Any]] = empty_secret_fields
    serve: Callable[[Iterable[str]], object] = frozenset
    leads: bool = False
    guesses: bool = False

    def __call__(self, config: Any) -> dict[str, Any]:
        """Which fields of a configuration get which values."""
        led: dict[str, Any] = {}
        for name, kind in _urls(config):
            path = _path(config, name)
            with suppress(Exception):
                led[name] = kind(self.server + (self.base if path is None else path))
                self.guesses |= path is None
        self.leads |= bool(led)
        self.serve(set(models_named(config)))
        return {**self.fill(config), **credentials(config), **led}


@dataclass(frozen=True, slots=True)
class Settled:
    """Fills in configurations with what leads them to a store.

    Attributes:
        settings: The fields that are set, and what to.
    """

    settings: Mapping[str, object]

    def __call__(self, config: Any) -> dict[str, Any]:
        """Which fields of a configuration get which values: those that it has, secrets in their class."""
        found: dict[str, Any] = {}
        for name, _, annotation in fields_of(type(config)):
            if name in self.settings:
                value = self.settings[name]
                secret = next((cls for cls in classes_of(annotation) if is_secret(cls)), None)
                found[name] = secret(value) if secret is not None and value is not None else value
        return found


def _urls(config: Any) -> Iterator[tuple[str, Any]]:
    """The fields that hold the URL of a server, each with the class of its value."""
    for name, _, annotation in fields_of(type(config)):
        if not _URL.search(name) or _OTHERS.search(name):
            continue
        classes = tuple(classes_of(annotation))
        own = next((cls for cls in classes if is_url(cls)), None)
        if own is not None or str in classes:
            yield name, own or str


def models_named(config: Any) -> Iterator[str]:
    """The models that a configuration names, at whatever depth: ``model``, ``llama_model``, ``models``."""
    for name, value in _items(config):
        if isinstance(value, str) and _MODEL.search(name):
            yield value
        elif isinstance(value, list | tuple | set):
            texts = {one for one in value if isinstance(one, str)}
            yield from texts if _MODEL.search(name) else ()
            for one in value:
                yield from models_named(one)
        else:
            yield from models_named(value)


def _items(config: Any) -> Iterable[tuple[str, Any]]:
    """The fields of a model, or the items of a dict that are named by texts."""
    if isinstance(config, dict):
        return [(name, value) for name, value in config.items() if isinstance(name, str)]
    fields = careful.attribute(type(config), "model_fields")
    names = [*fields] if isinstance(fields, dict) else []
    return [(name, careful.attribute(config, name)) for name in names]


def _path(config: Any, name: str) -> str | None:
    """The path of a URL as it is set, else as the class has it; None where it is neither."""
    field = type(config).model_fields[name]
    for value in (careful.attribute(config, name), field.default):
        text = careful.text(value) if value is not None else ""
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname and text.rstrip("/") != NOBODY:
            return parts.path.rstrip("/") if parts.path == "/" else parts.path
    return None
