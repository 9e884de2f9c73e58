"""An inference provider that needs telemetry: it logs which models it is given to serve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from reference_inference.config import ReferenceInferenceConfig
from reference_inference.inference import ReferenceInference

from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.telemetry import LogSeverity, Telemetry, UnstructuredLogEvent
from provider_conformance.stack.specs import Api


class LoggedInferenceConfig(ReferenceInferenceConfig):
    """The settings of the reference provider, and where to log."""

    trace_id: str = Field(default="logged-inference", description="The trace that the log lines belong to")


async def get_provider_impl(config: LoggedInferenceConfig, deps: Mapping[Api, Any]) -> LoggedInference:
    """Build the provider; ``deps`` has telemetry."""
    impl = LoggedInference(config, deps[Api.telemetry])
    await impl.initialize()
    return impl


class LoggedInference(ReferenceInference):
    """The reference provider, with a log line for each model."""

    def __init__(self, config: LoggedInferenceConfig, telemetry: Telemetry) -> None:
        super().__init__(config)
        self._trace_id = config.trace_id
        self._telemetry = telemetry

    async def register_model(self, model: ModelDef) -> None:
        """Serve ``model`` from now on, and say so.

        Raises:
            ValueError: ``model.llama_model`` names no engine.
        """
        await super().register_model(model)
        line = UnstructuredLogEvent(
            trace_id=self._trace_id,
            span_id="start",
            timestamp=datetime.now(UTC),
            message=f"{model.identifier} is served",
            severity=LogSeverity.INFO,
        )
        await self._telemetry.log_event(line)
