"""The provider: the safety protocol, and what the shields' routing table calls."""

from __future__ import annotations

from typing import Any

from provider_conformance.stack.apis.media import interleaved_text_media_as_str
from provider_conformance.stack.apis.messages import Message
from provider_conformance.stack.apis.safety import RunShieldResponse, Safety, SafetyViolation, ShieldStore
from provider_conformance.stack.apis.shields import ShieldDef
from provider_conformance.stack.specs import ShieldsProtocolPrivate
from reference_safety.config import ReferenceSafetyConfig
from reference_safety.rules import Narrowing, Rules, rules_of


class ReferenceSafety(Safety, ShieldsProtocolPrivate):
    """Runs shields that are made of regular expressions. Instances share nothing."""

    shield_store: ShieldStore  # set by the shields' routing table

    def __init__(self, config: ReferenceSafetyConfig) -> None:
        self._config = config
        self._shields: dict[str, ShieldDef] = {}
        self._rules: dict[str, Rules] = {}

    async def initialize(self) -> None:
        """Run the shields of the configuration from now on; a second call changes nothing."""
        for shield in self._config.shields:
            await self.register_shield(shield)

    async def shutdown(self) -> None:
        """Let go of the shields; may be called twice."""
        self._shields.clear()
        self._rules.clear()

    async def list_shields(self) -> list[ShieldDef]:
        """The shields that can be run, as copies: what a caller does to them changes nothing here."""
        return [shield.model_copy(deep=True) for shield in self._shields.values()]

    async def register_shield(self, shield: ShieldDef) -> None:
        """Run ``shield`` from now on; registering it again changes nothing.

        Raises:
            ValueError: Its type cannot be run, or its ``params`` are wrong.
        """
        self._rules[shield.identifier] = rules_of(shield)
        # The routing table hands in a definition with a provider_id; what is kept and listed has none.
        known_fields = shield.model_dump(include=set(ShieldDef.model_fields))
        self._shields[shield.identifier] = ShieldDef.model_validate(known_fields)

    async def run_shield(
        self,
        shield_type: str,
        messages: list[Message],
        params: dict[str, Any] | None = None,
    ) -> RunShieldResponse:
        """The verdict on ``messages`` of the shield whose identifier is ``shield_type``.

        Args:
            shield_type: A registered shield's identifier.
            messages: The conversation; the first message that breaks a rule is reported.
            params: ``{"roles": [...]}`` to look at the messages of these only; nothing else.

        Returns:
            A violation whose metadata says which rule which message broke, or none.

        Raises:
            ValueError: There is no such shield, or ``params`` are wrong.
        """
        if shield_type not in self._rules:
            known = ", ".join(sorted(self._rules)) or "none"
            raise ValueError(f"shield {shield_type!r} is not run here; shields: {known}")
        rules = self._rules[shield_type]
        roles = set(rules.roles) & set(Narrowing.model_validate(params or {}).roles)
        for index, message in enumerate(messages):
            code = rules.first_hit(_text(message)) if message.role in roles else None
            if code is not None:
                return RunShieldResponse(violation=_violation(rules, shield_type, code, index))
        return RunShieldResponse()


def _text(message: Message) -> str:
    """All that ``message`` says, retrieved context included: an attack may come from there."""
    context = getattr(message, "context", None)
    parts = [message.content] if context is None else [message.content, context]
    return "\n".join(map(interleaved_text_media_as_str, parts))


def _violation(rules: Rules, shield: str, code: str, index: int) -> SafetyViolation:
    return SafetyViolation(
        violation_level=rules.violation_level,
        user_message=rules.user_message,
        metadata={"shield": shield, "violation_code": code, "message_index": index},
    )
