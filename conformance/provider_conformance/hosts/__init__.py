"""Where providers are tried: the built-in stack or an installed one, behind one small protocol."""

from provider_conformance.hosts.load import load_host
from provider_conformance.hosts.model import (
    Host,
    ProviderSketch,
    Resolution,
    Sorting,
    StackSketch,
    Started,
    Vocabulary,
)

__all__ = [
    "Host",
    "ProviderSketch",
    "Resolution",
    "Sorting",
    "StackSketch",
    "Started",
    "Vocabulary",
    "load_host",
]
