"""Snapshots: what releases of stacks demand and hold, kept as data, so that none has to be installed."""

from provider_conformance.contracts.snapshots.store import Release, Snapshot, available, load

__all__ = ["Release", "Snapshot", "available", "load"]
