"""Which settings of a configuration are secrets, and values for them that can be recognised."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final, Union, get_args, get_origin

from provider_conformance.configuration.sample import PLACEHOLDER
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_SECRET: Final = frozenset({
    "password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey",
})  # fmt: skip
"""The last word of a name that is a secret's."""
_KEYS: Final = frozenset(
    {"api", "access", "secret", "private", "auth", "signing", "encryption", "subscription"}
)
"""What makes a `key` a secret's."""
_NO_SECRET_TOKENS: Final = frozenset({
    "pad", "eos", "bos", "unk", "sep", "cls", "mask", "stop", "start", "end", "begin", "special", "split",
    "page", "next", "continuation", "image", "per", "max", "min",
})  # fmt: skip
"""What makes a `token` a model's, a listing's or a number's."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """A configuration's values with something recognisable for every secret.

    Attributes:
        values: The values.
        canaries: What stands for each secret, by its place: a dotted path.
        plain: The places of those that are declared as ordinary text.
    """

    values: dict[str, Any]
    canaries: Mapping[str, str]
    plain: frozenset[str] = frozenset()

    def seen_in(self, text: str) -> tuple[str, ...]:
        """The places of the secrets that a text shows."""
        return tuple(place for place, canary in self.canaries.items() if canary in text)


def is_secret_name(name: str) -> bool:
    """Whether a setting of that name holds a secret: `api_key` does, `max_tokens` does not."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return False
    before = words[-2] if len(words) > 1 else ""
    if words[-1] == "key":
        return before in _KEYS
    return words[-1] in _SECRET and not (words[-1] == "token" and before in _NO_SECRET_TOKENS)


def seed(config_class: type, values: Mapping[str, Any], *, without: frozenset[str] = frozenset()) -> Seeded:
    """The values with something recognisable in the place of every secret that the class has a field for.

    Args:
        config_class: A pydantic model.
        values: Values that it accepts.
        without: Places to leave as they are.
    """
    canaries: dict[str, str] = {}
    plain: set[str] = set()
    seeded = _seeded(config_class, dict(values), "", canaries, plain, without)
    return Seeded(seeded, canaries, frozenset(plain))


def _seeded(
    model: type,
    values: dict[str, Any],
    prefix: str,
    canaries: dict[str, str],
    plain: set[str],
    without: frozenset[str],
) -> dict[str, Any]:
    for name, key, annotation in fields_of(model):
        place = f"{prefix}{key}"
        classes = tuple(classes_of(annotation))
        secret = any(is_secret(cls) for cls in classes)
        if place not in without and (secret or (str in classes and is_secret_name(name))):
            values[key] = canaries[place] = f"sk-conformance-{place}-canary"
            plain |= set() if secret else {place}
        elif isinstance(values.get(key), dict):
            for cls in (cls for cls in classes if "model_fields" in dir(cls)):
                values[key] = _seeded(cls, dict(values[key]), f"{place}.", canaries, plain, without)
    return values


def fields_of(model: type) -> Iterator[tuple[str, str, Any]]:
    """Name, key in the values, and annotation of each field."""
    fields = careful.attribute(model, "model_fields")
    for name, info in fields.items() if isinstance(fields, dict) else ():
        alias = info.validation_alias or info.alias
        yield name, alias if isinstance(alias, str) else name, info.annotation


def classes_of(annotation: Any) -> Iterator[type]:
    """The classes that a value may be of: those of a union, without their parameters."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from classes_of(member)
    elif origin is Annotated:
        yield from classes_of(get_args(annotation)[0])
    elif careful.is_class(annotation):
        yield annotation


def is_secret(cls: type) -> bool:
    """Whether a class is one of pydantic's for secrets."""
    names = {careful.class_name(base) for base in mro(cls) if careful.class_module(base) == "pydantic.types"}
    return bool(names & {"SecretStr", "SecretBytes", "Secret"})


def is_url(cls: type) -> bool:
    """Whether a class is one of pydantic's for URLs; until 2.10 they were those of its core."""
    return careful.class_module(cls) in ("pydantic.networks", "pydantic_core._pydantic_core")


ADDRESS: Final = re.compile(r"(^|_)(url|uri|endpoint|host|address)$")
NOBODY: Final = "http://localhost:1"
"""An address at which nobody answers."""


def empty_text_fields(config: Any) -> dict[str, Any]:
    """A text for each field of a configuration that takes one and that nobody has set, in its type."""
    return dict(_empty_texts(config))


def empty_secret_fields(config: Any) -> dict[str, Any]:
    """The same for those fields that hold a secret."""
    return {
        name: text for name, text in _empty_texts(config) if is_secret_name(name) or type(text) is not str
    }


def _empty_texts(config: Any) -> Iterator[tuple[str, Any]]:
    for name, _, annotation in fields_of(type(config)):
        if not _is_open(name, careful.attribute(config, name, 0)):
            continue
        classes = tuple(classes_of(annotation))
        secret = next((cls for cls in classes if is_secret(cls)), None)
        if secret is not None:
            yield name, secret("conformance")
        elif str in classes:
            yield name, NOBODY if ADDRESS.search(name) else "conformance"
        elif url := next((cls for cls in classes if is_url(cls)), None):
            with suppress(Exception):
                yield name, url(NOBODY)


def _is_open(name: str, given: Any) -> bool:
    """Whether nobody has said what a field is: it is empty, or an address that a sample leaves open."""
    guessed = type(given) is str and given == PLACEHOLDER and ADDRESS.search(name) is not None
    return given is None or guessed or (given == "" and is_secret_name(name))


@dataclass(frozen=True, slots=True)
class Filling:
    """Makes configurations as a class does, and fills in what is empty in them.

    Attributes:
        cls: The class.
        fill: Says which fields of a configuration get which values.
    """

    cls: Any
    fill: Callable[[Any], dict[str, Any]]

    def __call__(self, **values: Any) -> Any:
        """A configuration of these values."""
        made = self.cls(**values)
        texts = self.fill(made)
        return _filled(made, texts) if texts else made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cls, name)


def _filled(config: Any, texts: Mapping[str, Any]) -> Any:
    """A configuration with these values; where its class does not take all of them, with those it takes.

    Some fields exclude each other, such as a key and a token.
    """
    whole = config.model_copy(update=dict(texts))
    if _is_taken(whole):
        return whole
    made = config
    for name, value in texts.items():
        further = made.model_copy(update={name: value})
        made = further if _is_taken(further) else made
    return made


def _is_taken(config: Any) -> bool:
    """Whether a class's own rules about several fields hold; whoever keeps a configuration asks for that."""
    try:
        type(config).model_validate(config)
    except Exception:  # a validator may raise anything
        return False
    return True
