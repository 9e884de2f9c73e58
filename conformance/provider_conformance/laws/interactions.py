"""Interactions: Google's form of a conversation with a model."""

from __future__ import annotations

from provider_conformance.laws.model import Guide, Making, Way, text

_TOOL = {
    "type": "function",
    "function_declarations": [
        {
            "name": "add",
            "description": "Adds two numbers",
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "required": ["a", "b"],
            },
        }
    ],
}

GUIDE = Guide(
    "interactions",
    ways=(
        Way(
            "create_interaction",
            {"input": text},
            (
                {
                    "input": [
                        {"role": "user", "content": "hello"},
                        {"role": "model", "content": "hello to you"},
                        {"role": "user", "content": [{"type": "text", "text": "hello again"}]},
                    ]
                },
                {"system_instruction": "Be brief."},
                {"generation_config": {"temperature": 0.0, "max_output_tokens": 16}},
                {"tools": [_TOOL]},
                {"previous_interaction_id": lambda s: s.known.get("interaction_id")},
            ),
        ),
    ),
    makes=(Making("interaction_id", "create_interaction"),),
)
