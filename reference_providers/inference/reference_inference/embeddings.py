"""Embeddings by feature hashing: texts that share words get vectors that point the same way."""

import math
import re
from hashlib import blake2b


def embed(text: str, dimension: int) -> list[float]:
    """The embedding of ``text``.

    Args:
        text: Any text.
        dimension: The length of the vector.

    Returns:
        A vector of length 1, or of zeros for a text without words. The same text always gives
        the same vector, in every process.
    """
    vector = [0.0] * dimension
    for word in re.findall(r"\w+", text.casefold()):
        number = int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
        sign = 1.0 if number & 1 else -1.0
        vector[(number >> 1) % dimension] += sign
    norm = math.hypot(*vector)
    return [value / norm for value in vector] if norm else vector
