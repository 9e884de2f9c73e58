"""Rows of datasets: read them, add some."""

from __future__ import annotations

import json
from typing import Any, Final

from provider_conformance.laws.model import TEXT, Guide, Way

_ASKED: Final = json.dumps([{"role": "user", "content": TEXT}])


def row(answer: str) -> dict[str, Any]:
    """A row with the columns that scoring and evaluation look for.

    Args:
        answer: What a model is to have said.
    """
    return {
        "input_query": TEXT,
        "expected_answer": TEXT,
        "generated_answer": answer,
        "chat_completion_input": _ASKED,
    }


ROWS: Final = (row(TEXT), row("something else"), row("A"))

GUIDE = Guide(
    "datasetio",
    ways=(
        Way("iterrows", {"start_index": 0, "limit": 2}, ({"limit": -1}, {"start_index": 1})),
        Way("append_rows", {"rows": [*ROWS]}),
    ),
    registered={
        "purpose": "eval/question-answer",
        "source": {"type": "rows", "rows": [*ROWS]},
        "metadata": {"provider": "conformance"},
    },
)
