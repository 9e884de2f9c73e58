"""What counts as a call on a provider where the stack holds all of them, and where calls are placed."""

from __future__ import annotations

import pytest

from support.callsites import LOOKUP, in_router, sites


def test_the_mapping_of_all_impls_holds_the_providers_of_plain_apis() -> None:
    found = sites(
        """
        class Stack:
            async def shutdown(self):
                for impl in self.impls.values():
                    await impl.shutdown()
        """
    )
    assert set(found.calls) == {"files"}


def test_one_of_all_impls_is_of_the_api_that_it_is_looked_up_by() -> None:
    source = "def go(impls: dict[Api, Any]):\n    impls[Api.{}].talk()\n"
    assert set(sites(source.format("files")).calls) == {"files"}
    assert sites(source.format("inference")).calls == {}


def test_impls_filtered_by_a_class_of_the_stack_are_no_providers() -> None:
    found = sites(
        """
        class Table:
            pass

        async def refresh(impls: dict[Api, Any]):
            tables = [v for v in impls.values() if isinstance(v, Table)]
            for table in tables:
                await table.refresh()
        """
    )
    assert found.calls == {}


def test_what_the_loader_makes_is_followed_through_nested_mappings() -> None:
    found = sites(
        """
        async def make(module):
            impl = await module.create()
            impl.__provider_spec__ = 1
            return impl

        async def resolve(specs):
            siblings = {}
            for api, spec in specs:
                impl = await make(spec)
                siblings.setdefault(api, {})[spec] = impl
            for api, group in siblings.items():
                for name, one in group.items():
                    if hasattr(one, "meet"):
                        one.meet(group)
        """
    )
    (call,) = found.calls["files"]["meet"]
    assert (call.positional, call.awaited, call.guarded) == (1, False, True)


def test_a_helper_that_asks_for_members_guards_what_it_hands_out() -> None:
    found = sites(
        """
        def capable(impl: Files):
            if not all(callable(getattr(impl, name, None)) for name in ("pause",)):
                raise LookupError
            return cast(Pausable, impl)

        def create_router(impl: Files):
            async def pause(x):
                return await capable(impl).pause(x)
        """
    )
    (call,) = found.calls["files"]["pause"]
    assert call.guarded


def test_a_method_named_by_a_variable_is_kept_apart() -> None:
    found = sites(
        """
        def typed(func):
            def handler(**kwargs):
                return func(**kwargs)

        def routes(impls: dict[Api, Any], route):
            typed(getattr(impls[route.api], route.name))
        """
    )
    (call,) = found.dynamic["files"]
    assert call.spread
    assert found.calls == {}


def test_the_place_of_a_call_is_its_file_and_line() -> None:
    call = in_router(LOOKUP + "await provider.talk(x)")
    assert str(call.location) == "stack/routing.py:10"


def test_calls_cross_module_borders() -> None:
    found = sites(
        """
        class InferenceRouter:
            async def go(self, x):
                await help_out(self.impls_by_provider_id[x])
        """,
        helpers="async def help_out(p):\n    await p.talk()\n",
    )
    assert list(found.calls["inference"]) == ["talk"]


def test_text_that_is_no_python_is_refused() -> None:
    with pytest.raises(SyntaxError):
        sites("def (")
