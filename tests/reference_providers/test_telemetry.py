"""The reference telemetry provider, called directly."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from reference_telemetry import get_provider_impl
from reference_telemetry.config import ReferenceTelemetryConfig
from reference_telemetry.telemetry import ReferenceTelemetry

from provider_conformance.stack.apis.telemetry import (
    Event,
    LogSeverity,
    MetricEvent,
    SpanEndPayload,
    SpanStartPayload,
    SpanStatus,
    StructuredLogEvent,
    UnstructuredLogEvent,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Opened = Callable[..., ReferenceTelemetry]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Makes providers of a given file; all are shut down in the end."""
    made: list[ReferenceTelemetry] = []

    def make(db_path: str = ":memory:") -> ReferenceTelemetry:
        made.append(asyncio.run(get_provider_impl(ReferenceTelemetryConfig(db_path=db_path), {})))
        return made[-1]

    yield make
    for provider in made:
        asyncio.run(provider.shutdown())


@pytest.fixture
def provider(opened: Opened) -> ReferenceTelemetry:
    return opened()


def started(span: str, minutes: int = 0, parent: str | None = None, trace: str = "t") -> StructuredLogEvent:
    payload = SpanStartPayload(name=span, parent_span_id=parent)
    time = NOON + timedelta(minutes=minutes)
    return StructuredLogEvent(trace_id=trace, span_id=span, timestamp=time, payload=payload)


def ended(span: str, minutes: int) -> StructuredLogEvent:
    payload = SpanEndPayload(status=SpanStatus.OK)
    time = NOON + timedelta(minutes=minutes)
    return StructuredLogEvent(trace_id="t", span_id=span, timestamp=time, payload=payload)


def line(message: str, time: datetime = NOON) -> UnstructuredLogEvent:
    return UnstructuredLogEvent(
        trace_id="t", span_id="s", timestamp=time, message=message, severity=LogSeverity.INFO
    )


def log(provider: ReferenceTelemetry, *events: Event) -> None:
    async def one_after_the_other() -> None:
        for event in events:
            await provider.log_event(event)

    asyncio.run(one_after_the_other())


def test_a_trace_lasts_from_start_to_end_of_its_root(provider: ReferenceTelemetry) -> None:
    log(
        provider,
        started("root"),
        started("child", 1, parent="root"),
        ended("child", 2),
        ended("root", 3),
    )
    trace = asyncio.run(provider.get_trace("t"))
    assert (trace.root_span_id, trace.start_time, trace.end_time) == (
        "root",
        NOON,
        NOON + timedelta(minutes=3),
    )


def test_a_trace_that_goes_on_has_no_end(provider: ReferenceTelemetry) -> None:
    log(provider, started("root"), started("child", 1, parent="root"), ended("child", 2))
    assert asyncio.run(provider.get_trace("t")).end_time is None


def test_events_may_come_in_any_order(provider: ReferenceTelemetry) -> None:
    log(provider, ended("root", 3), started("child", 1, parent="root"), started("root"))
    trace = asyncio.run(provider.get_trace("t"))
    assert (trace.root_span_id, trace.end_time) == ("root", NOON + timedelta(minutes=3))


def test_a_span_whose_parent_is_elsewhere_is_the_root(provider: ReferenceTelemetry) -> None:
    log(provider, started("child", 1, parent="here"), started("here", parent="caller"))
    assert asyncio.run(provider.get_trace("t")).root_span_id == "here"


def test_a_span_of_which_only_the_end_is_known_is_no_root(provider: ReferenceTelemetry) -> None:
    log(provider, ended("lost", 3), started("here", 1))
    assert asyncio.run(provider.get_trace("t")).root_span_id == "here"


def test_traces_do_not_mix(provider: ReferenceTelemetry) -> None:
    log(provider, started("first", trace="a"), started("second", trace="b"))
    assert asyncio.run(provider.get_trace("b")).root_span_id == "second"


def test_an_unknown_trace_is_refused(provider: ReferenceTelemetry) -> None:
    with pytest.raises(ValueError, match="'nobody' is not known here"):
        asyncio.run(provider.get_trace("nobody"))


def test_log_lines_alone_make_no_trace(provider: ReferenceTelemetry) -> None:
    log(provider, line("x"))
    with pytest.raises(ValueError, match="no span of it has started"):
        asyncio.run(provider.get_trace("t"))


def test_all_kinds_of_events_are_kept_whole(provider: ReferenceTelemetry) -> None:
    metric = MetricEvent(
        trace_id="t", span_id="s", timestamp=NOON, metric="m", value=2.5, unit="s", attributes={"a": [1]}
    )
    log(provider, line("x"), metric, started("s"))
    assert asyncio.run(provider.events("t")) == [line("x"), metric, started("s")]


def test_events_are_told_by_time_across_time_zones(provider: ReferenceTelemetry) -> None:
    later_in_new_york = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=-5)))
    log(provider, line("later", later_in_new_york), line("noon"))
    assert [e.message for e in asyncio.run(provider.events("t")) if isinstance(e, UnstructuredLogEvent)] == [
        "noon",
        "later",
    ]


def test_a_time_without_a_zone_is_utc(provider: ReferenceTelemetry) -> None:
    log(provider, started("s").model_copy(update={"timestamp": NOON.replace(tzinfo=None)}))
    assert asyncio.run(provider.get_trace("t")).start_time == NOON


def test_a_file_survives_a_restart(opened: Opened, tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "telemetry.db")
    first = opened(path)
    log(first, started("root"))
    asyncio.run(first.shutdown())
    assert asyncio.run(opened(path).get_trace("t")).root_span_id == "root"


def test_instances_share_nothing(provider: ReferenceTelemetry, opened: Opened) -> None:
    log(provider, line("x"))
    assert asyncio.run(opened().events("t")) == []


def test_concurrent_events_are_all_kept(provider: ReferenceTelemetry) -> None:
    async def together() -> list[Event]:
        await asyncio.gather(*(provider.log_event(line(str(number))) for number in range(50)))
        return await provider.events("t")

    assert len(asyncio.run(together())) == 50


def test_after_shutdown_it_says_so(provider: ReferenceTelemetry) -> None:
    asyncio.run(provider.shutdown())
    with pytest.raises(RuntimeError, match="not initialized"):
        log(provider, line("x"))
