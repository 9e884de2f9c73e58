"""Messages and tools as they come in over the wire."""

import pytest
from pydantic import TypeAdapter, ValidationError

from provider_conformance.stack.apis.media import URL, ImageMedia, interleaved_text_media_as_str
from provider_conformance.stack.apis.memory_banks import KeywordMemoryBankDef, MemoryBankDef
from provider_conformance.stack.apis.messages import CompletionMessage, Message, StopReason, UserMessage
from provider_conformance.stack.apis.tools import BuiltinTool, ToolCall, ToolDefinition


def test_the_role_tells_messages_apart() -> None:
    message = TypeAdapter(Message).validate_python(
        {"role": "assistant", "content": "hi", "stop_reason": "end_of_turn"}
    )
    assert message == CompletionMessage(content="hi", stop_reason=StopReason.end_of_turn)


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValidationError, match="role"):
        TypeAdapter(Message).validate_python({"role": "narrator", "content": "once"})


def test_the_type_tells_memory_banks_apart() -> None:
    bank = TypeAdapter(MemoryBankDef).validate_python({"type": "keyword", "identifier": "notes"})
    assert bank == KeywordMemoryBankDef(identifier="notes")


def test_the_name_of_a_known_tool_becomes_the_tool() -> None:
    assert ToolDefinition(tool_name="brave_search").tool_name is BuiltinTool.brave_search


def test_the_name_of_an_unknown_tool_stays_text() -> None:
    assert ToolCall(call_id="1", tool_name="add", arguments={"x": 1}).tool_name == "add"


def test_a_message_survives_the_wire() -> None:
    message = UserMessage(content=["look:", ImageMedia(image=URL(uri="data:image/png;base64,AA=="))])
    assert UserMessage.model_validate_json(message.model_dump_json()) == message


def test_text_of_mixed_content_marks_images() -> None:
    image = ImageMedia(image=URL(uri="https://example.org/cat.png"))
    assert interleaved_text_media_as_str(["a", image, "b"], sep="|") == "a|<media>|b"


def test_text_of_plain_text_is_itself() -> None:
    assert interleaved_text_media_as_str("a") == "a"
