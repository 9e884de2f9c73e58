"""Embeddings by random projection: texts that share words get vectors that point the same way."""

import base64
import math
import re
import struct
from hashlib import shake_128


def embed(text: str, dimension: int) -> list[float]:
    """The embedding of ``text``: the sum of its words, each a direction that follows from its hash.

    Args:
        text: Any text.
        dimension: The length of the vector.

    Returns:
        A vector of norm 1, or of zeros for a text without words. The same text always gives the
        same vector, in every process.
    """
    vector = [0.0] * dimension
    for word in re.findall(r"\w+", text.casefold()):
        bits = int.from_bytes(shake_128(word.encode("utf-8", "replace")).digest((dimension + 7) // 8))
        for index in range(dimension):
            vector[index] += 1.0 if bits >> index & 1 else -1.0
    norm = math.hypot(*vector)
    return [value / norm for value in vector] if norm else vector


def packed(vector: list[float]) -> str:
    """The vector as OpenAI's clients read it: 32-bit floats, little end first, in base64."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
