"""What the endpoint answers, in the stack's words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from provider_conformance.stack.apis.inference import ToolCallDelta, ToolCallParseStatus
from provider_conformance.stack.apis.messages import CompletionMessage, StopReason, TokenLogProbs
from provider_conformance.stack.apis.tools import ToolCall
from reference_openai.endpoint import EndpointError

_STOP_REASONS: Final[Mapping[str, StopReason]] = {
    "length": StopReason.out_of_tokens,
    "tool_calls": StopReason.end_of_message,
    "function_call": StopReason.end_of_message,
}


class _Function(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _Call(BaseModel):
    index: int = 0
    id: str | None = None
    function: _Function = Field(default_factory=_Function)


class _Said(BaseModel):
    """A message, or the next piece of one."""

    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Candidate(BaseModel):
    token: str
    logprob: float


class _ChatToken(_Candidate):
    top_logprobs: list[_Candidate] = Field(default_factory=list)


class _LogProbs(BaseModel):
    """Log probabilities, as a chat has them (``content``) or as a completion has them."""

    content: list[_ChatToken] | None = None
    tokens: list[str] = Field(default_factory=list)
    token_logprobs: list[float | None] = Field(default_factory=list)
    top_logprobs: list[dict[str, float] | None] | None = None

    def by_token(self) -> list[TokenLogProbs]:
        """The candidates of each token; the token itself where no candidates are told."""
        if self.content is not None:
            found = [{c.token: c.logprob for c in token.top_logprobs or [token]} for token in self.content]
        elif self.top_logprobs:
            found = [candidates or {} for candidates in self.top_logprobs]
        else:
            pairs = zip(self.tokens, self.token_logprobs, strict=False)
            found = [{token: p} for token, p in pairs if p is not None]
        return [TokenLogProbs(logprobs_by_token=candidates) for candidates in found]


class Choice(BaseModel):
    """The answer, or the next piece of it: ``message`` or ``delta`` of a chat, ``text`` of a completion."""

    text: str | None = None
    message: _Said = Field(default_factory=_Said)
    delta: _Said = Field(default_factory=_Said)
    logprobs: _LogProbs | None = None
    finish_reason: str | None = None

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the model stopped, None while it goes on."""
        if self.finish_reason is None:
            return None
        return _STOP_REASONS.get(self.finish_reason, StopReason.end_of_turn)

    def token_log_probabilities(self) -> list[TokenLogProbs] | None:
        """The log probabilities of the tokens, None where there are none."""
        return self.logprobs.by_token() if self.logprobs else None

    def completion_message(self) -> CompletionMessage:
        """The whole answer as a message."""
        calls = [_whole_call(call) for call in self.message.tool_calls or ()]
        stopped = self.stop_reason or StopReason.end_of_turn
        content = self.message.content if self.text is None else self.text
        return CompletionMessage(content=content or "", stop_reason=stopped, tool_calls=calls)


class _Answer(BaseModel):
    choices: list[Choice]


class _Embedding(BaseModel):
    index: int = 0
    embedding: list[float]


class _Embeddings(BaseModel):
    data: list[_Embedding]


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


Shape = TypeVar("Shape", bound=BaseModel)


def first_choice(answer: Mapping[str, Any]) -> Choice | None:
    """The first of the choices of an answer; None where it has none, as the last event of a stream may."""
    choices = _read(_Answer, answer).choices
    return choices[0] if choices else None


def only_choice(answer: Mapping[str, Any]) -> Choice:
    """The choice of a whole answer.

    Raises:
        EndpointError: It has none, or is not shaped as it should be.
    """
    choice = first_choice(answer)
    if choice is None:
        raise EndpointError("the endpoint answers with no choice")
    return choice


def vectors(answer: Mapping[str, Any], count: int) -> list[list[float]]:
    """The embeddings of an answer in the order of the texts.

    Raises:
        EndpointError: There are not ``count`` of them.
    """
    data = sorted(_read(_Embeddings, answer).data, key=lambda item: item.index)
    if len(data) != count:
        raise EndpointError(f"the endpoint answers with {len(data)} embeddings for {count} texts")
    return [item.embedding for item in data]


def model_names(answer: Mapping[str, Any]) -> list[str]:
    """The names of the models that the endpoint lists."""
    return [model.id for model in _read(_Models, answer).data]


@dataclass(slots=True)
class ToolCalls:
    """The tool calls of a streamed answer, put together piece by piece."""

    _calls: dict[int, _Call] = field(default_factory=dict)

    def add(self, choice: Choice) -> Iterator[ToolCallDelta]:
        """Take the pieces of an event, and tell how far the calls have come."""
        for piece in choice.delta.tool_calls or ():
            arguments = piece.function.arguments or ""
            call = self._calls.get(piece.index)
            if call is None:
                self._calls[piece.index] = piece.model_copy(deep=True)
                yield ToolCallDelta(content=arguments, parse_status=ToolCallParseStatus.started)
            else:
                call.function.arguments = (call.function.arguments or "") + arguments
                yield ToolCallDelta(content=arguments, parse_status=ToolCallParseStatus.in_progress)

    def finished(self) -> Iterator[ToolCallDelta]:
        """The whole calls; where one makes no sense, its text as a failure."""
        for call in self._calls.values():
            try:
                yield ToolCallDelta(content=_whole_call(call), parse_status=ToolCallParseStatus.success)
            except EndpointError:
                text = call.function.arguments or ""
                yield ToolCallDelta(content=text, parse_status=ToolCallParseStatus.failure)


def _whole_call(call: _Call) -> ToolCall:
    name, arguments = call.function.name, call.function.arguments or "{}"
    try:
        return ToolCall.model_validate(
            {"call_id": call.id or name, "tool_name": name, "arguments": json.loads(arguments)}
        )
    except ValueError as error:
        raise EndpointError(
            f"the model calls the tool {name!r} with arguments that make no sense: {arguments}"
        ) from error


def _read(shape: type[Shape], answer: Mapping[str, Any]) -> Shape:
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise EndpointError(
            f"the endpoint's answer is not as it should be: {place}: {first['msg']}"
        ) from error
