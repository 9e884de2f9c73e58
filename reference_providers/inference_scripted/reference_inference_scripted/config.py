"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.models import ModelDef
from reference_inference_scripted.script import ENGINE, Rule


def _default_models() -> list[ModelDef]:
    return [ModelDef(identifier="scripted", llama_model=ENGINE)]


def _default_rules() -> list[Rule]:
    return [
        Rule(pattern=r"(?i)\b(hello|hi)\b", answer="Hello!"),
        Rule(pattern=r"(?s).*", answer="I have no line for that."),
    ]


class ScriptedInferenceConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    models: list[ModelDef] = Field(
        default_factory=_default_models, description="The models that are served from the start"
    )
    rules: list[Rule] = Field(
        default_factory=_default_rules,
        description="The script of every model that brings none along; the first rule that fits answers",
    )

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        return {"rules": [{"pattern": "(?i)hello", "answer": "Hello!"}], **kwargs}
