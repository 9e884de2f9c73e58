"""Which hosts with a fixed name are stood in for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from provider_conformance.backends import conversion, discovery, search, tokens, vertex

HOSTS: Final = (*discovery.HOSTS, *vertex.HOSTS, *tokens.HOSTS, *search.HOSTS, *conversion.HOSTS)
"""Their names; ``*`` is a region."""


def is_known(host: str) -> bool:
    """Whether a host is stood in for; a region is one part of a name."""
    return any(fnmatchcase(host, pattern) and host.count(".") == pattern.count(".") for pattern in HOSTS)
