"""The guides of all APIs, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provider_conformance.laws import (
    batches,
    conversations,
    datasetio,
    evaluation,
    file_processors,
    files,
    inference,
    interactions,
    messages,
    prompts,
    responses,
    safety,
    scoring,
    skills,
    tool_runtime,
    vector_io,
)
from provider_conformance.laws.model import Guide

GUIDES: Final[Mapping[str, Guide]] = {
    module.GUIDE.api: module.GUIDE
    for module in (
        batches,
        conversations,
        datasetio,
        evaluation,
        file_processors,
        files,
        inference,
        interactions,
        messages,
        prompts,
        responses,
        safety,
        scoring,
        skills,
        tool_runtime,
        vector_io,
    )
}


def guide_of(api: str) -> Guide:
    """How an API is called; one that nobody has written down is called by its annotations alone."""
    return GUIDES.get(api) or Guide(api)
