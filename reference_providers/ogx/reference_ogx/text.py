"""The text in what the stack sends: contents of several shapes, and prompts that may be tokens."""

from collections.abc import Sequence
from typing import Any


def text_of(content: Any) -> str:
    """The text of a message's or a chunk's content.

    Args:
        content: A string, one part of content, a list of them, or None.

    Returns:
        The text of all parts that have some, a line each; what is no text (an image, say) says nothing.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        return "\n".join(filter(None, map(text_of, content)))
    return getattr(content, "text", "")


def texts_of(prompt: str | list[str] | list[int] | list[list[int]]) -> list[str]:
    """The texts that are asked about: one, or several; tokens are read as words."""
    if isinstance(prompt, str):
        return [prompt]
    if all(isinstance(part, int) for part in prompt):
        return [" ".join(map(str, prompt))]
    return [part if isinstance(part, str) else " ".join(map(str, _tokens(part))) for part in prompt]


def _tokens(part: list[int] | int) -> list[int]:
    return part if isinstance(part, list) else [part]
