"""A shield's rules: what it looks for, in whose messages, and how grave a hit is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.safety import ViolationLevel
from provider_conformance.stack.apis.shields import ShieldDef, ShieldType

Role = Literal["system", "user", "assistant", "ipython"]
EVERYBODY: Final[tuple[Role, ...]] = ("system", "user", "assistant", "ipython")


def _compiles(pattern: str) -> str:
    """Refuse what is no regular expression, where it is written and not where it is first used."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Narrowing(BaseModel):
    """What the caller of a shield may say: whose messages to look at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: tuple[Role, ...] = EVERYBODY


class Rules(Narrowing):
    """What a shield is made of; ``patterns`` are regular expressions by the code of the violation."""

    patterns: dict[str, Pattern] = Field(min_length=1)
    violation_level: ViolationLevel = ViolationLevel.ERROR
    user_message: str = "This message is not allowed."

    def first_hit(self, text: str) -> str | None:
        """The code of the first pattern that ``text`` has a match for, None without one."""
        return next((code for code, pattern in self.patterns.items() if re.search(pattern, text)), None)


_BUILT_IN: Final[Mapping[str, Mapping[str, Any]]] = {
    ShieldType.generic_content_shield.value: {},
    ShieldType.prompt_guard.value: {
        "patterns": {
            "override": r"(?i)\b(ignore|disregard|forget)\b.{0,40}\b(instructions|rules|prompt)\b",
            "reveal": r"(?i)\b(reveal|print|repeat)\b.{0,40}\bsystem prompt\b",
        },
        "roles": ("user", "ipython"),
        "user_message": "This looks like an attempt to change what the assistant was told.",
    },
    ShieldType.code_scanner.value: {
        "patterns": {
            "dynamic-code": r"\b(eval|exec)\s*\(",
            "shell": r"\bos\.system\s*\(|\bshell\s*=\s*True\b",
            "unpickling": r"\bpickle\.loads?\s*\(",
        },
        "user_message": "This code does something that is rarely safe.",
    },
}
"""What each type of shield brings along; the shield's own ``params`` come on top."""


def rules_of(shield: ShieldDef) -> Rules:
    """The rules of ``shield``.

    Raises:
        ValueError: Its type is none of those that can be run, or its ``params`` are wrong (then a
            :class:`pydantic.ValidationError`, which says where).
    """
    if shield.type not in _BUILT_IN:
        known = ", ".join(_BUILT_IN)
        raise ValueError(
            f"shield {shield.identifier!r}: type {shield.type!r} cannot be run; there are {known}"
        )
    return Rules.model_validate({**_BUILT_IN[shield.type], **shield.params})
