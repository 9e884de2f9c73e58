"""Prompts: texts with places for variables, their versions, and which of them is the default."""

from __future__ import annotations

from provider_conformance.laws.model import Guide, Making, Way

_TEXT = "Say hello to {{name}}."


GUIDE = Guide(
    "prompts",
    ways=(
        Way(
            "create_prompt",
            {"prompt": _TEXT, "variables": ["name"]},
            ({"prompt": "Say hello.", "variables": []},),
        ),
        Way("list_prompts"),
        Way("get_prompt", others=({"version": 1},)),
        Way(
            "update_prompt",
            {"prompt": f"{_TEXT} Be brief.", "variables": ["name"], "version": 1, "set_as_default": True},
            uses_up=("prompt_id",),
        ),
        Way("list_prompt_versions"),
        Way("set_default_version", {"version": 1}),
        Way("delete_prompt", uses_up=("prompt_id",)),
    ),
    makes=(Making("prompt_id", "create_prompt", "prompt_id"),),
    listings=("list_prompts",),
)
