"""A provider package to begin with, written from what a stack demands."""

from provider_conformance.scaffold.plan import Plan, plan
from provider_conformance.scaffold.writing import files

__all__ = ["Plan", "files", "plan"]
