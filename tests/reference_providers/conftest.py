"""The reference providers are imported from where a user copies them from."""

import sys
from pathlib import Path

FOLDERS = sorted(
    p.parent for p in (Path(__file__).parents[2] / "reference_providers").glob("*/pyproject.toml")
)

sys.path[:0] = [str(folder) for folder in FOLDERS if str(folder) not in sys.path]
