"""The provider: the telemetry protocol."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from pydantic import TypeAdapter

from provider_conformance.stack.apis.telemetry import (
    Event,
    SpanStartPayload,
    StructuredLogEvent,
    Telemetry,
    Trace,
)
from reference_telemetry.config import ReferenceTelemetryConfig
from reference_telemetry.store import EventStore

T = TypeVar("T")
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Event)


class ReferenceTelemetry(Telemetry):
    """Keeps events. Instances share nothing but a ``db_path``, where they have one."""

    def __init__(self, config: ReferenceTelemetryConfig) -> None:
        self._config = config
        self._store: EventStore | None = None
        self._lock = threading.Lock()

    async def initialize(self) -> None:
        """Open the SQLite file; a second call changes nothing."""
        if self._store is None:
            self._store = await asyncio.to_thread(EventStore, self._config.db_path)

    async def shutdown(self) -> None:
        """Close the SQLite file; may be called twice."""
        if self._store is not None:
            await self._in_thread(EventStore.close)
            self._store = None

    async def log_event(self, event: Event) -> None:
        """Keep ``event``; events of a span may come in any order.

        A timestamp without a time zone counts as UTC.
        """
        trace, span, time = event.trace_id, event.span_id, _sortable(event.timestamp)
        text = event.model_dump_json()
        if not isinstance(event, StructuredLogEvent):
            await self._in_thread(lambda store: store.add(trace, time, text))
        elif isinstance(event.payload, SpanStartPayload):
            parent = event.payload.parent_span_id
            await self._in_thread(lambda store: store.start_span(trace, span, parent, time, text))
        else:
            await self._in_thread(lambda store: store.end_span(trace, span, time, text))

    async def get_trace(self, trace_id: str) -> Trace:
        """The trace of that id: its root span, and when that started and ended.

        The root is the first span whose parent is none of the trace. While it lasts, ``end_time``
        is None.

        Raises:
            ValueError: No span of such a trace has started.
        """
        root = await self._in_thread(lambda store: store.root(trace_id))
        if root is None:
            raise ValueError(f"trace {trace_id!r} is not known here: no span of it has started")
        return Trace(
            trace_id=trace_id,
            root_span_id=root.span,
            start_time=datetime.fromisoformat(root.started),
            end_time=None if root.ended is None else datetime.fromisoformat(root.ended),
        )

    async def events(self, trace_id: str) -> list[Event]:
        """All events of a trace by their time; not a part of the protocol, for those who look closer."""
        return [_EVENT.validate_json(text) for text in await self._in_thread(lambda s: s.events(trace_id))]

    async def _in_thread(self, work: Callable[[EventStore], T]) -> T:
        """Do ``work`` in a thread, so that the event loop goes on, and alone, as SQLite wants it."""
        store = self._store
        if store is None:
            raise RuntimeError("the telemetry provider is not initialized")

        def alone() -> T:
            with self._lock:
                return work(store)

        return await asyncio.to_thread(alone)


def _sortable(time: datetime) -> str:
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")
