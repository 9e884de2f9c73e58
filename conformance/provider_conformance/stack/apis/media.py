"""Content that models read: text, and images by reference."""

from pydantic import BaseModel


class URL(BaseModel):
    """Where something can be fetched from; ``https:``, ``file:`` and ``data:`` are all allowed."""

    uri: str

    def __str__(self) -> str:
        return self.uri


class ImageMedia(BaseModel):
    """An image, by reference.

    A decoded image never crosses the wire, so none is accepted here: use a ``data:`` URL for
    one that is nowhere to be fetched from.
    """

    image: URL


InterleavedTextMedia = str | ImageMedia | list[str | ImageMedia]


def interleaved_text_media_as_str(content: InterleavedTextMedia, sep: str = " ") -> str:
    """The text of ``content``, its parts joined by ``sep``, with ``<media>`` in place of each image."""
    parts = content if isinstance(content, list) else [content]
    return sep.join(part if isinstance(part, str) else "<media>" for part in parts)
