"""The messages of a conversation, and what comes with a model's own."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.media import InterleavedTextMedia
from provider_conformance.stack.apis.tools import BuiltinTool, ToolCall


class Role(Enum):
    """Who speaks; ``ipython`` is a tool that answers."""

    system = "system"
    user = "user"
    assistant = "assistant"
    ipython = "ipython"


class StopReason(Enum):
    """Why a model stopped: its turn is over, it waits for a tool, or its tokens ran out."""

    end_of_turn = "end_of_turn"
    end_of_message = "end_of_message"
    out_of_tokens = "out_of_tokens"


class TokenLogProbs(BaseModel):
    """The log probabilities of the candidates for one token."""

    logprobs_by_token: dict[str, float]


class UserMessage(BaseModel):
    """What a user says; ``context`` is retrieved matter that goes along with it."""

    role: Literal["user"] = "user"
    content: InterleavedTextMedia
    context: InterleavedTextMedia | None = None


class SystemMessage(BaseModel):
    """What a model is told about its task."""

    role: Literal["system"] = "system"
    content: InterleavedTextMedia


class ToolResponseMessage(BaseModel):
    """A tool's answer as a message."""

    role: Literal["ipython"] = "ipython"
    call_id: str
    tool_name: BuiltinTool | str
    content: InterleavedTextMedia


class CompletionMessage(BaseModel):
    """What a model says, and the tools that it wants called."""

    role: Literal["assistant"] = "assistant"
    content: InterleavedTextMedia
    stop_reason: StopReason
    tool_calls: list[ToolCall] = Field(default_factory=list)


Message = Annotated[
    UserMessage | SystemMessage | ToolResponseMessage | CompletionMessage,
    Field(discriminator="role"),
]
