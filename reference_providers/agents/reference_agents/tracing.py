"""Tell telemetry what happens, where the stack has telemetry; a turn never fails for the want of it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from provider_conformance.stack.apis.telemetry import (
    SpanEndPayload,
    SpanStartPayload,
    SpanStatus,
    StructuredLogEvent,
    StructuredLogPayload,
    Telemetry,
)

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tracer:
    """Writes the spans of one trace; its id is the turn's."""

    telemetry: Telemetry | None
    trace_id: str

    @asynccontextmanager
    async def span(self, name: str, parent: str | None = None) -> AsyncIterator[str]:
        """A span that lasts as long as the block; yields its id. It fails where the block does."""
        span_id = uuid4().hex
        await self._tell(span_id, SpanStartPayload(name=name, parent_span_id=parent))
        status = SpanStatus.ERROR
        try:
            yield span_id
            status = SpanStatus.OK
        finally:
            await self._tell(span_id, SpanEndPayload(status=status))

    async def _tell(self, span_id: str, payload: StructuredLogPayload) -> None:
        if self.telemetry is None:
            return
        event = StructuredLogEvent(
            trace_id=self.trace_id, span_id=span_id, timestamp=datetime.now(UTC), payload=payload
        )
        try:
            await self.telemetry.log_event(event)
        except Exception:
            _log.warning("telemetry takes no events", exc_info=True)
