"""Arguments for a tool, from the JSON Schema that it is listed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_EXAMPLES: Final = 4


def draw(schema: Mapping[str, Any], likely: Sequence[Any]) -> list[Mapping[str, Any]]:
    """Arguments that a schema allows, each once.

    Args:
        schema: JSON Schema of all arguments together, an object.
        likely: Arguments that somebody would make by the usual words of the schema.

    Returns:
        Those of the likely ones that the schema allows, then some that hypothesis draws.

    Raises:
        jsonschema.SchemaError: It is no JSON Schema.
    """
    from jsonschema.validators import validator_for  # noqa: PLC0415 - a tenth of a second

    from provider_conformance.strategies.schemas import of_schema  # noqa: PLC0415
    from provider_conformance.strategies.search import drawn  # noqa: PLC0415 - hypothesis, half a second

    plain = dict(schema)
    kind = validator_for(plain)
    kind.check_schema(plain)
    fits = kind(plain).is_valid
    found: list[Mapping[str, Any]] = []
    for one in (*likely, *drawn(of_schema(schema), examples=_EXAMPLES)):
        if isinstance(one, Mapping) and fits(one) and one not in found:
            found.append(one)
    return found
