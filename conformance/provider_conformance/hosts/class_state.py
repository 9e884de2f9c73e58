"""What a stack keeps on its classes: in a process of its own each stack would begin with it afresh.

llama-stack 0.7.3 keeps on the class of its models' table which providers have been listed, so that the second
stack of a process would list nothing, and every model be unknown in it.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from provider_conformance.protocols.classes import mro

_KEPT: Final = (set, dict, list)
_begun: dict[tuple[type, str], Any] = {}
"""What classes held when the first of their objects was seen."""


def own_state(obj: Any) -> None:
    """Give an object copies of its own of what its classes keep, as they were at the beginning.

    Args:
        obj: A part of a stack; one that takes no attributes stays as it is.
    """
    own = getattr(obj, "__dict__", None)
    if not isinstance(own, dict):
        return
    for cls in reversed(mro(type(obj))):
        for name, value in list(vars(cls).items()):
            if type(value) in _KEPT and not name.startswith("__"):
                begun = _begun.setdefault((cls, name), copy.copy(value))
                own[name] = copy.copy(begun)
