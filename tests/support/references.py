"""Where the reference providers are, by the stack that they are made for."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "reference_providers"

OGX = FOLDER / "ogx"
"""Made for ogx, which the core environments do not have."""

BUILT_IN = sorted(path.parent for path in FOLDER.glob("*/pyproject.toml") if path.parent != OGX)
"""Made for the built-in stack."""
