"""Hypothesis apart from whoever else uses it in this process: what it draws depends on us alone.

Newer releases draw constants that they find in the source of whatever is loaded from the folder of
the run: the same provider got other examples, and another verdict, beside other modules. And they
keep what they find out in ``.hypothesis`` of that folder, which is the author's. Both are put back
afterwards; the author's own tests go on as they would.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

_HOME: Final = "__hypothesis_home_directory"


@contextmanager
def apart() -> Iterator[None]:
    """Let hypothesis look at nothing and keep nothing in the folder of the run."""
    with ExitStack() as stack:
        stack.enter_context(_folder_of_ours())
        for change in _without_constants():
            stack.enter_context(change)
        yield


@contextmanager
def _folder_of_ours() -> Iterator[None]:
    configuration: Any = import_module("hypothesis.configuration")
    theirs = vars(configuration).get(_HOME)
    configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "provider-conformance-hypothesis")
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(theirs)


def _without_constants() -> Iterator[Any]:
    """Changes after which no constants are drawn; older releases know none."""
    try:
        providers: Any = import_module("hypothesis.internal.conjecture.providers")
        none = import_module("hypothesis.internal.constants_ast").Constants()
        kept = type(providers.CONSTANTS_CACHE)(1024)
    except (ImportError, AttributeError, TypeError):
        return
    yield patch.object(providers, "_get_local_constants", lambda: none)
    yield patch.object(providers, "CONSTANTS_CACHE", kept)
