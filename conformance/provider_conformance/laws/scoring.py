"""Scoring: what a model said, held against what was expected."""

from __future__ import annotations

from typing import Any

from provider_conformance.laws.datasetio import ROWS
from provider_conformance.laws.model import Guide, Setting, Way

_NOBODY_S = "conformance"


def _functions(setting: Setting) -> dict[str, Any]:
    """The function to score with: one that says how it does it, where there is one."""
    said = sorted(setting.objects, key=lambda one: getattr(one, "params", None) is None)
    names = [getattr(one, "provider_resource_id", None) or one.identifier for one in said]
    return dict.fromkeys(names[:1] or [_NOBODY_S])


def _every(setting: Setting) -> dict[str, Any]:
    told = [one for one in setting.objects if getattr(one, "params", None) is not None]
    return {one.provider_resource_id or one.identifier: one.params for one in told}


GUIDE = Guide(
    "scoring",
    ways=(
        Way(
            "score",
            {"input_rows": [*ROWS], "scoring_functions": _functions},
            ({"input_rows": [*ROWS[:1]]}, {"scoring_functions": _every}),
        ),
        Way("score_batch", {"scoring_functions": _functions, "save_results_dataset": False}),
    ),
)
