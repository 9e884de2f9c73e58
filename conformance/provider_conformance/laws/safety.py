"""Safety: is what was said harmless."""

from __future__ import annotations

from provider_conformance.laws.model import Guide, Setting, Way, text


def _said(setting: Setting) -> list[dict[str, str]]:
    return [{"role": "user", "content": setting.text}]


_OTHERS = (
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]},
    {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hello to you"}]},
)

GUIDE = Guide(
    "safety",
    ways=(
        Way("run_shield", {"messages": _said, "params": {}}, _OTHERS),
        Way("run_moderation", {"input": text}, ({"input": ["hello", "hello world"]},)),
    ),
)
