"""Evaluation: a model answers rows, and its answers are scored."""

from __future__ import annotations

from provider_conformance.laws.datasetio import ROWS
from provider_conformance.laws.model import Guide, Making, Way

_MODEL = {
    "type": "model",
    "model": "conformance",
    "sampling_params": {"strategy": {"type": "greedy"}, "max_tokens": 16},
}
_CONFIG = {"eval_candidate": _MODEL, "num_examples": 2}
_FUNCTIONS = ["basic::equality"]

GUIDE = Guide(
    "eval",
    ways=(
        Way("run_eval", {"benchmark_config": _CONFIG}),
        Way(
            "evaluate_rows",
            {"input_rows": [*ROWS], "scoring_functions": _FUNCTIONS, "benchmark_config": _CONFIG},
        ),
        Way("job_status"),
        Way("job_result"),
        Way("job_cancel", uses_up=("job_id",)),
    ),
    makes=(Making("job_id", "run_eval", "job_id"),),
    registered={"dataset_id": "conformance", "scoring_functions": _FUNCTIONS},
)
