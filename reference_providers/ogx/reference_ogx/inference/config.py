"""The configuration of the inference provider."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _compiles(pattern: str) -> str:
    """Refuse what is no regular expression, where it is written and not where it is first used."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


class Line(BaseModel):
    """What is answered where ``pattern`` is found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: Annotated[str, AfterValidator(_compiles)]
    answer: str


def _default_script() -> list[Line]:
    return [
        Line(pattern=r"(?i)\b(hello|hi)\b", answer="Hello! What can I do for you?"),
        Line(pattern=r"(?s).*", answer="I have no line for that."),
    ]


class ReferenceOgxInferenceConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    script: list[Line] = Field(
        default_factory=_default_script, description="What is answered; the first line that fits"
    )
    embedding_dimension: int = Field(default=64, gt=0, description="The length of an embedding")

    @classmethod
    def sample_run_config(cls, __distro_dir__: str = "", **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it.

        The stack gives ``__distro_dir__`` to put files into: there are none here.
        """
        script = [{"pattern": "(?i)hello", "answer": "Hello! What can I do for you?"}]
        return {"script": script, "embedding_dimension": 64, **kwargs}
