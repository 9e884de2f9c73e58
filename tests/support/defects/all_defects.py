"""All of them."""

from typing import Final

from support.defects.calls import CONDUCT, RESULTS
from support.defects.laws import LAWS
from support.defects.life import CONTAINED, LIFE
from support.defects.registry import REGISTRY, WIRING

DEFECTS: Final = (*WIRING, *REGISTRY, *RESULTS, *CONDUCT, *LIFE, *CONTAINED, *LAWS)
