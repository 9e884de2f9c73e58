"""Which chunks a filter lets through."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from ogx_api import ComparisonFilter, CompoundFilter

Filter = ComparisonFilter | CompoundFilter

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, several: value in several,
    "nin": lambda value, several: value not in several,
}


def read_filter(given: Filter | Mapping[str, Any] | None) -> Filter | None:
    """The filter that a caller gives: the router parses those of a query, those of a search are as they came.

    Raises:
        pydantic.ValidationError: It is none.
    """
    if given is None or isinstance(given, ComparisonFilter):
        return given
    compound = isinstance(given, CompoundFilter) or given.get("type") in ("and", "or")
    parsed: Filter = (CompoundFilter if compound else ComparisonFilter).model_validate(given)
    if isinstance(parsed, CompoundFilter):
        return CompoundFilter(type=parsed.type, filters=[read_filter(part) for part in parsed.filters])
    return parsed


def lets_through(wanted: Filter | None, attributes: Mapping[str, Any]) -> bool:
    """Whether ``attributes`` are what is wanted; values that cannot be compared are not."""
    if wanted is None:
        return True
    if isinstance(wanted, CompoundFilter):
        several = (lets_through(part, attributes) for part in wanted.filters)
        return all(several) if wanted.type == "and" else any(several)
    with suppress(TypeError):
        return wanted.key in attributes and _COMPARE[wanted.type](attributes[wanted.key], wanted.value)
    return False
