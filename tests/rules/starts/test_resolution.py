"""Who keeps two entries of a provider out of one stack: its factory, or the stack's own registry."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType

import pytest

from provider_conformance.rules.starts.resolution import comes_of_the_stack

RAISE = (
    "def run(then=None):\n    if then is None:\n        raise ValueError('it is there already')\n    then()\n"
)
CORE, TABLE = "llama_stack.core.store.registry", "ogx.core.routing_tables.common"
PROVIDER, OTHERS = "llama_stack.providers.inline.scoring.basic", "my_package.scoring"


def error_through(*modules: str) -> BaseException:
    """An error that the last of these modules raises, called by the one before, and so on."""
    then: Callable[[], object] | None = None
    for name in reversed(modules):
        module = ModuleType(name)
        exec(RAISE, vars(module))  # noqa: S102 - a frame has the module that its code was run in
        then = partial(module.run, then)
    assert then is not None
    with pytest.raises(ValueError, match="there already") as caught:
        then()
    return caught.value.with_traceback(caught.tb.tb_next)  # without this function


@pytest.mark.parametrize(
    ("modules", "refused"),
    [
        ((CORE,), True),
        ((TABLE, CORE), True),
        ((CORE, PROVIDER), False),
        ((CORE, OTHERS), False),
        ((CORE, PROVIDER, CORE), False),
        ((OTHERS,), False),
    ],
)
def test_a_stack_refuses_where_no_provider_is_in_the_traceback(
    modules: tuple[str, ...], refused: bool
) -> None:
    assert comes_of_the_stack(error_through(*modules)) is refused


def test_an_error_that_the_stack_makes_of_a_providers_is_the_providers() -> None:
    error = error_through(CORE)
    error.__cause__ = error_through(OTHERS)
    assert not comes_of_the_stack(error)
