"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.models import ModelDef

DEFAULT_CORPUS = (
    "A provider answers what the stack asks. The stack asks a router, the router asks a routing table, "
    "and the routing table knows which provider serves the model. A model serves whoever asks for it by "
    "name. A name that no provider serves is an error, and the error says which names there are."
)


def _default_models() -> list[ModelDef]:
    return [
        ModelDef(identifier="reference-echo", llama_model="echo"),
        ModelDef(identifier="reference-markov", llama_model="markov"),
    ]


class ReferenceInferenceConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    models: list[ModelDef] = Field(
        default_factory=_default_models, description="The models that are served from the start"
    )
    corpus: str = Field(
        default=DEFAULT_CORPUS, pattern=r"\S", description="The text that the Markov chain is made of"
    )
    max_tokens: int = Field(default=64, gt=0, description="The longest answer where the caller sets no limit")
    embedding_dimension: int = Field(default=64, gt=0, description="The length of an embedding")

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        return {"max_tokens": 64, "embedding_dimension": 64, **kwargs}
