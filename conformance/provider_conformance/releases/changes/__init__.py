"""What changed between two releases of a stack, for authors of providers: data compared, nothing run."""

from provider_conformance.releases.changes.compare import compare
from provider_conformance.releases.changes.model import Change, Comparison, Kind

__all__ = ["Change", "Comparison", "Kind", "compare"]
