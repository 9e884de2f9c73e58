"""Safety: is what was said harmless."""

from __future__ import annotations

from provider_conformance.laws.model import Guide, Setting, Way, text


def _said(setting: Setting) -> list[dict[str, str]]:
    return [{"role": "user", "content": setting.text}]


def _model(setting: Setting) -> str | None:
    """What moderates: a registered shield by the provider's own name for it."""
    names = (getattr(one, "provider_resource_id", None) for one in setting.objects)
    return next((name for name in names if isinstance(name, str)), None)


_OTHERS = (
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]},
    {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hello to you"}]},
)

GUIDE = Guide(
    "safety",
    ways=(
        Way("run_shield", {"messages": _said, "params": {}}, _OTHERS),
        Way("run_moderation", {"input": text, "model": _model}, ({"input": ["hello", "hello world"]},)),
    ),
)
