"""Skills: bundles, their versions, and which of them is the default."""

from __future__ import annotations

from provider_conformance.laws.contents import skill
from provider_conformance.laws.model import Guide, Making, Upload, Way

_BUNDLE = Upload(skill(), "greeter.zip")

GUIDE = Guide(
    "skills",
    ways=(
        Way("create_skill", {"file": _BUNDLE}),
        Way("list_skills", others=({"limit": 1}, {"order": "asc"})),
        Way("get_skill"),
        Way("get_skill_content"),
        Way("create_skill_version", {"file": _BUNDLE, "default": False}, ({"default": True},)),
        Way("list_skill_versions", others=({"limit": 1}, {"order": "asc"})),
        Way("get_skill_version"),
        Way("get_skill_version_content"),
        Way("update_skill", {"default_version": lambda s: s.known.get("version", "1")}),
        Way("delete_skill_version", uses_up=("version",)),
        Way("delete_skill", uses_up=("skill_id",)),
    ),
    makes=(
        Making("skill_id", "create_skill"),
        Making("version", "create_skill_version", "version"),
    ),
    listings=("list_skills",),
)
