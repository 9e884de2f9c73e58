"""The telemetry API: log events, look up traces."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.webmethod import webmethod


class SpanStatus(Enum):
    """How a span ended."""

    OK = "ok"
    ERROR = "error"


class Span(BaseModel):
    """A timed piece of work within a trace."""

    span_id: str
    trace_id: str
    parent_span_id: str | None = None
    name: str
    start_time: datetime
    end_time: datetime | None = None
    attributes: dict[str, Any] | None = Field(default_factory=dict)


class Trace(BaseModel):
    """A tree of spans, known by its root."""

    trace_id: str
    root_span_id: str
    start_time: datetime
    end_time: datetime | None = None


class EventType(Enum):
    """The kinds of events."""

    UNSTRUCTURED_LOG = "unstructured_log"
    STRUCTURED_LOG = "structured_log"
    METRIC = "metric"


class LogSeverity(Enum):
    """How much a log line matters, least first."""

    VERBOSE = "verbose"
    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"
    CRITICAL = "critical"


class EventCommon(BaseModel):
    """What all events have: the span that they happened in, and when."""

    trace_id: str
    span_id: str
    timestamp: datetime
    attributes: dict[str, Any] | None = Field(default_factory=dict)


class UnstructuredLogEvent(EventCommon):
    """A log line."""

    type: Literal["unstructured_log"] = "unstructured_log"
    message: str
    severity: LogSeverity


class MetricEvent(EventCommon):
    """A measurement."""

    type: Literal["metric"] = "metric"
    metric: str
    value: int | float
    unit: str


class StructuredLogType(Enum):
    """The kinds of structured log events."""

    SPAN_START = "span_start"
    SPAN_END = "span_end"


class SpanStartPayload(BaseModel):
    """A span began."""

    type: Literal["span_start"] = "span_start"
    name: str
    parent_span_id: str | None = None


class SpanEndPayload(BaseModel):
    """A span ended."""

    type: Literal["span_end"] = "span_end"
    status: SpanStatus


StructuredLogPayload = Annotated[SpanStartPayload | SpanEndPayload, Field(discriminator="type")]


class StructuredLogEvent(EventCommon):
    """A log entry that programs read."""

    type: Literal["structured_log"] = "structured_log"
    payload: StructuredLogPayload


Event = Annotated[
    UnstructuredLogEvent | MetricEvent | StructuredLogEvent,
    Field(discriminator="type"),
]


@runtime_checkable
class Telemetry(Protocol):
    """Takes events and gives traces."""

    @webmethod(route="/telemetry/log_event")
    async def log_event(self, event: Event) -> None:
        """Keep ``event``."""

    @webmethod(route="/telemetry/get_trace", method="GET")
    async def get_trace(self, trace_id: str) -> Trace:
        """The trace of that id."""
