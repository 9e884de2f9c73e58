"""Made-up rows of a dataset, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.laws.datasetio import ROWS
from provider_conformance.neighbours.heard import Handler, Heard


async def rows(heard: Heard) -> Any:
    """The rows of every dataset: as many as are asked for."""
    limit = heard.get("limit", -1)
    first = heard.get("start_index", 0)
    found = ROWS[first:] if limit < 0 else ROWS[first : first + limit]
    return {"data": [*found], "has_more": first + len(found) < len(ROWS)}


async def score(heard: Heard) -> Any:
    """Each row is worth 1 to each function."""
    count = len(heard.get("input_rows", ROWS))
    scored = {"score_rows": [{"score": 1.0}] * count, "aggregated_results": {"accuracy": 1.0}}
    return {"results": dict.fromkeys(heard.get("scoring_functions", {}), scored)}


DATASETIO: Final[Mapping[str, Handler]] = {"iterrows": rows}
SCORING: Final[Mapping[str, Handler]] = {"score": score, "score_batch": score}
