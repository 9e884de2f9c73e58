"""The class behind a spec, found without running more than imports."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from provider_conformance.package.model import Implementation, Provider
from provider_conformance.providers.locate import load_provider
from provider_conformance.sandbox.limits import Limits, limited
from support.packages import FIXTURES, fixture, implementation_of

Make = Callable[..., Provider]
HEAD = "from fixture_parts import ConformingSafety\n\nclass Guard(ConformingSafety):\n    pass\n\n"


RETURNED = """
async def get_provider_impl(config, deps):
    return Guard(config)
"""


def _of(make: Make, factory: str, head: str = HEAD, **modules: str) -> Implementation:
    return implementation_of(make(f"{head}\n{textwrap.dedent(factory)}", **modules))


def _named(found: Implementation) -> str | None:
    return found.cls and found.cls.__name__


FACTORIES = sorted((FIXTURES / "factories").glob("*.py"))


@pytest.mark.parametrize("source", FACTORIES, ids=lambda path: path.stem)
def test_the_class_is_read_off_the_source(make: Make, source: Path) -> None:
    found = implementation_of(make(source.read_text()))
    assert (_named(found), found.problem) == ("Guard", None)
    assert found.how == "factory source"


def test_a_class_method_makes_the_class_it_is_called_on(make: Make) -> None:
    head = HEAD.replace(
        "    pass",
        """
            @classmethod
            async def create(cls, c):
                return cls(c)
    """,
    )
    found = _of(
        make,
        """
        class Inner(Guard):
            pass

        async def get_provider_impl(config, deps):
            return await Inner.create(config)
    """,
        head,
    )
    assert _named(found) == "Inner"


def test_an_import_inside_the_factory_is_followed(make: Make) -> None:
    factory = """
        async def get_provider_impl(config, deps):
            from .guard import Guard as G
            return G(config)
    """
    assert _named(_of(make, factory, "", guard=HEAD)) == "Guard"


def test_a_return_annotation_is_enough(make: Make) -> None:
    found = _of(
        make,
        """
        async def get_provider_impl(config, deps) -> 'Guard':
            return deps['x'].build(config)
    """,
    )
    assert (_named(found), found.how) == ("Guard", "return annotation")


def test_the_source_is_believed_before_the_annotation_of_a_base(make: Make) -> None:
    factory = """
        async def get_provider_impl(config, deps) -> ConformingSafety:
            return Guard(config)
    """
    assert _named(_of(make, factory)) == "Guard"


@pytest.mark.parametrize(
    "annotation", ["Any", "Safety", "object", "NoSuchName", "'not ( python'", "Guard | str"]
)
def test_an_annotation_that_says_nothing_is_not_believed(make: Make, annotation: str) -> None:
    imports = "from typing import Any\nfrom provider_conformance.stack.apis.safety import Safety\n"
    factory = RETURNED.replace("deps):", f"deps) -> {annotation}:")
    assert _of(make, factory, f"from __future__ import annotations\n{imports}{HEAD}").how == "factory source"


def test_the_configurations_class_decides_between_branches(make: Make) -> None:
    factory = """
        from fixture_parts import SafetyConfig

        class Other(Guard):
            pass

        async def get_provider_impl(config, deps):
            if not isinstance(config, SafetyConfig):
                return Other(config)
            return Guard(config)
    """
    found = _of(make, factory)
    assert (_named(found), found.alternatives) == ("Guard", ())


def test_branches_that_nothing_decides_give_alternatives(make: Make) -> None:
    factory = """
        class Other(Guard):
            pass

        async def get_provider_impl(config, deps):
            if config.strict:
                impl = Other(config)
            else:
                impl = Guard(config)
            return impl
    """
    found = _of(make, factory)
    assert [_named(found), *(cls.__name__ for cls in found.alternatives)] == ["Other", "Guard"]


def test_what_the_source_does_not_tell_is_constructed(make: Make) -> None:
    factory = """
        async def get_provider_impl(config, deps):
            return type('Made', (Guard,), {})(config)
    """
    found = _of(make, factory)
    assert (_named(found), found.how) == ("Made", "constructed")
    assert type(found.instance) is found.cls


def test_a_factory_that_hangs_is_left_behind(make: Make) -> None:
    factory = """
        import asyncio

        async def get_provider_impl(config, deps):
            await asyncio.sleep(60)
            return vars()['config']
    """
    with limited(Limits(seconds=0.2)):
        found = _of(make, factory)
    assert "did not finish" in found.unseen


def test_a_factory_that_fails_for_want_of_a_backend_is_unseen(make: Make) -> None:
    factory = """
        import socket

        async def get_provider_impl(config, deps):
            socket.create_connection(('backend.example', 9))
            return vars()['config']
    """
    assert "no traffic beyond this machine" in _of(make, factory).unseen


def test_an_import_that_fails_through_the_environment_is_unseen() -> None:
    found = implementation_of(fixture("pc110_ok_declared"))
    assert found.unseen == "needs module `heavy_guard_models`, which is not installed here"
    assert found.problem is None


def test_an_import_that_survives_its_failure_is_no_matter(make: Make) -> None:
    factory = """
        async def get_provider_impl(config, deps):
            try:
                import no_such_module
            except ImportError:
                no_such_module = None
            return Guard(config)
    """
    assert _named(_of(make, factory)) == "Guard"


def test_an_import_on_a_path_that_may_not_be_taken_is_no_problem(make: Make) -> None:
    factory = """
        async def get_provider_impl(config, deps):
            if config.strict:
                from .absent import Strict
                return Strict(config)
            return Guard(config)
    """
    found = _of(make, factory)
    assert (_named(found), found.problem) == ("Guard", None)


def test_a_given_class_is_the_implementation() -> None:
    provider = load_provider("fixture_parts:ConformingSafety", api="safety", root=FIXTURES)
    found = implementation_of(provider)
    assert (_named(found), found.how) == ("ConformingSafety", "given")


def test_the_place_of_the_class_is_told(make: Make) -> None:
    found = _of(make, RETURNED)
    assert found.location is not None
    assert found.location.line == 3


def test_the_factory_is_handed_on_with_the_class(make: Make) -> None:
    assert _of(make, RETURNED).factory.__name__ == "get_provider_impl"
