"""The optional settings of a configuration, set and unset, and the other values that its class lists."""

from __future__ import annotations

import enum
import pathlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any, Final

from pydantic import BaseModel

from provider_conformance.calling.varied import OUTWARD, Variation, choices, is_valid, leads_out, values_of
from provider_conformance.configuration.secret_fields import is_secret, is_secret_name
from provider_conformance.errors import NoValueError
from provider_conformance.neighbours.smallest import WORD, likely, smallest
from provider_conformance.protocols.annotated import options, wanted

_MEMBERS: Final = 3
"""How many other members of an enum or a ``Literal`` are tried."""
_SWITCHES, _SET, _UNSET, _TEXTS, _BOUNDS = range(5)
"""What is tried first: what the class lists, then what is set and unset, and what may mean little last."""


def settings(config: Any) -> list[Variation]:
    """The valid variations of a configuration that its class itself speaks of, the most telling first.

    A flag the other way round, the other members of an enum, an optional setting with a value and without
    one, a number at the bounds that are declared for it. Secrets are left alone, and so are texts that lead
    out of the provider: a URL or a name that nobody has made stands for nothing.

    Args:
        config: A configuration; there are none of what is no pydantic model.
    """
    if not isinstance(config, BaseModel):
        return []
    values = values_of(config)
    found = [
        (rank, Variation(name, value, made_up=made_up))
        for name, field in type(config).model_fields.items()
        for rank, value, made_up in _values(
            name, values[name], Annotated[field.annotation, *(field.metadata or [None])]
        )
    ]
    # A stable sort: fields stay in the order in which they are declared.
    return [one for _, one in sorted(found, key=lambda each: each[0]) if is_valid(one, config)]


def _values(name: str, value: Any, annotation: Any) -> Iterator[tuple[int, Any, bool]]:
    """Rank, value, and whether that is made up."""
    members = options(annotation)
    if any(is_secret(form) for form in _forms(members)) or is_secret_name(name):
        return
    listed = _listed(members)
    yield from ((_SWITCHES, other, False) for other in [o for o in listed if o != value][:_MEMBERS])
    if type(None) not in _forms(members):
        yield from ((_BOUNDS, bound, False) for bound in _bounds(value, annotation))
    elif value is not None:
        if not (OUTWARD.search(name) or leads_out(name, value)):
            yield _UNSET, None, False
    elif not listed:
        yield from _set(name, members)


def _set(name: str, members: tuple[Any, ...]) -> Iterator[tuple[int, Any, bool]]:
    """A value for an optional setting that is not set: of the first kind that there is one for."""
    for member in members:
        with suppress(NoValueError):
            made = pathlib.Path(WORD) if _is_path(member) else _made(member)
            if made is None or (isinstance(made, str) and leads_out(name, made)):
                continue
            yield (_TEXTS if isinstance(made, str) else _SET), made, True
            return


def _made(member: Any) -> Any:
    """The smallest value of a kind; a text says something."""
    made = smallest(member)
    return likely(member, text=WORD) if isinstance(made, str) else made


def _is_path(member: Any) -> bool:
    form = wanted(member).form
    return isinstance(form, type) and issubclass(form, pathlib.PurePath)


def _forms(members: tuple[Any, ...]) -> list[Any]:
    return [form for form in (wanted(member).form for member in members) if isinstance(form, type)]


def _listed(members: tuple[Any, ...]) -> list[Any]:
    """The values that the class lists by name."""
    flags = [False, True] if bool in _forms(members) else []
    enums = [one for form in _forms(members) if issubclass(form, enum.Enum) for one in form]
    return [*flags, *enums, *(choice for member in members for choice in choices(member))]


def _bounds(value: Any, annotation: Any) -> Iterator[Any]:
    """The least and the most that a number may be, where that is declared."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    limits = wanted(annotation).limits
    yield from (type(value)(limits[name]) for name in ("ge", "le") if limits.get(name) is not None)
