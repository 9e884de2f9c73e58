"""What stands in for a language model: a script, read to the end or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ogx_api import OpenAIChatCompletionUsage

from reference_ogx.inference.config import Line


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a prompt.

    Attributes:
        words: The words, each with the white space before it.
        finish_reason: "length" where there would have been more.
        prompt_words: How many words the prompt had.
    """

    words: tuple[str, ...]
    finish_reason: Literal["stop", "length"]
    prompt_words: int

    @property
    def text(self) -> str:
        """The answer as one text."""
        return "".join(self.words)


def reply(script: Iterable[Line], prompt: str, limit: int | None) -> Answer:
    """What the first line that fits ``prompt`` answers; nothing where none fits.

    Args:
        script: The lines.
        prompt: Any text.
        limit: The most words of an answer, None for all of them.
    """
    said = next((line.answer for line in script if re.search(line.pattern, prompt)), "")
    words = re.findall(r"\s*\S+", said)
    kept = tuple(words if limit is None else words[:limit])
    finish_reason: Literal["stop", "length"] = "stop" if len(kept) == len(words) else "length"
    return Answer(kept, finish_reason, len(prompt.split()))


def usage(answers: Iterable[Answer]) -> OpenAIChatCompletionUsage:
    """What answers cost, in words."""
    sums = [(answer.prompt_words, len(answer.words)) for answer in answers]
    asked, said = sum(a for a, _ in sums), sum(s for _, s in sums)
    return OpenAIChatCompletionUsage(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said)
