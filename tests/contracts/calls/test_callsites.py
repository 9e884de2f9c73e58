"""What counts as a call on a provider, shown on small sources."""

from __future__ import annotations

from textwrap import indent

import pytest

from support.callsites import LOOKUP, in_router, sites


@pytest.mark.parametrize(
    "body",
    [
        "await self.routing_table.get_provider_impl(x).talk(x)",
        "await (await self.routing_table.get_provider_impl(x)).talk(x)",
        LOOKUP + "await provider.talk(x)",
        LOOKUP + "other = provider\nawait other.talk(x)",
        "await self.impls_by_provider_id[x].talk(x)",
        "await self.routing_table.impls_by_provider_id.get(x).talk(x)",
        "for p in self.impls_by_provider_id.values():\n    await p.talk(x)",
        "for _id, p in self.impls_by_provider_id.items():\n    await p.talk(x)",
        "for _id, p in list(dict(self.impls_by_provider_id).items()):\n    await p.talk(x)",
        "[await p.talk(x) for p in self.impls_by_provider_id.values()]",
        "ps = [p for p in self.impls_by_provider_id.values()]\nfor p in ps:\n    await p.talk(x)",
        "ps = {i: p for i, p in self.impls_by_provider_id.items()}\nawait ps[x].talk(x)",
        "if (p := self.impls_by_provider_id.get(x)):\n    await p.talk(x)",
        "p = self.impls_by_provider_id[x] if x else None\nawait p.talk(x)",
        "p, n = self.impls_by_provider_id[x], 1\nawait p.talk(x)",
        "p = cast(Any, self.impls_by_provider_id[x])\nawait p.talk(x)",
        "talk = getattr(self.impls_by_provider_id[x], 'talk')\nawait talk(x)",
        "async def inner(p):\n    await p.talk(x)\nawait inner(self.impls_by_provider_id[x])",
        "async def inner(*, p):\n    await p.talk(x)\nawait inner(p=self.impls_by_provider_id[x])",
    ],
)
def test_a_provider_is_followed_to_where_it_is_called(body: str) -> None:
    call = in_router(body)
    assert (call.method, call.positional, call.awaited) == ("talk", 1, True)


@pytest.mark.parametrize(
    "body",
    [
        "await self.routing_table.get_object(x).talk(x)",
        "for key in self.impls_by_provider_id:\n    key.talk(x)",
        "for key in list(self.impls_by_provider_id):\n    key.talk(x)",
        "self.impls_by_provider_id.clear()",
        "self.impls_by_provider_id[x].__class__(x)",
        "logger.debug(self.impls_by_provider_id[x])",
    ],
)
def test_what_is_no_provider_gives_no_call(body: str) -> None:
    text = "class InferenceRouter:\n    async def go(self, x):\n" + indent(body, " " * 8)
    assert sites(text).calls == {}


def test_a_provider_that_a_helper_method_returns_in_a_tuple_is_followed() -> None:
    found = sites(
        """
        class InferenceRouter:
            async def _find(self, x) -> tuple[object, str]:
                if x:
                    return await self.routing_table.get_provider_impl(x), "a"
                provider, name = await self._fallback(x)
                return provider, name

            async def _fallback(self, x):
                return self.routing_table.impls_by_provider_id[x], "b"

            async def go(self, x):
                provider, name = await self._find(x)
                return await provider.talk(name)
        """
    )
    assert list(found.calls["inference"]) == ["talk"]


@pytest.mark.parametrize(
    ("arguments", "positional", "keywords", "spread"),
    [
        ("", 0, (), False),
        ("x, 1", 2, (), False),
        ("x, stream=True", 1, ("stream",), False),
        ("**unknown()", 0, (), True),
        ("*x", 0, (), True),
        ("**{'a': 1, 'b': 2}", 0, ("a", "b"), False),
        ("**dict(a=1)", 0, ("a",), False),
        ("a=1, **x", 0, ("a",), True),
    ],
)
def test_how_arguments_are_passed(
    arguments: str, positional: int, keywords: tuple[str, ...], spread: bool
) -> None:
    call = in_router(f"{LOOKUP}await provider.talk({arguments})")
    assert (call.positional, call.keywords, call.spread) == (positional, keywords, spread)


def test_keywords_collected_in_a_local_dictionary_are_named() -> None:
    call = in_router(LOOKUP + "params = dict(a=1)\nparams['b'] = 2\nawait provider.talk(**params)")
    assert (call.keywords, call.spread) == (("a", "b"), False)


def test_keywords_collected_by_the_caller_of_a_helper_are_named() -> None:
    found = sites(
        """
        class InferenceRouter:
            async def go(self, x):
                params = dict(a=1)
                provider = self.routing_table.get_provider_impl(x)
                return await self._talk(provider, params)

            async def _talk(self, provider, params):
                return await provider.talk(**params)
        """
    )
    (call,) = found.calls["inference"]["talk"]
    assert call.keywords == ("a",)


@pytest.mark.parametrize(
    ("statement", "awaited"),
    [
        ("await provider.talk(x)", True),
        ("await asyncio.wait_for(provider.talk(x), timeout=1)", True),
        ("return provider.talk(x)", False),
        ("return (chunk async for chunk in provider.talk(x))", False),
    ],
)
def test_whether_the_result_is_awaited(statement: str, awaited: bool) -> None:
    assert in_router(LOOKUP + statement).awaited is awaited


@pytest.mark.parametrize(
    "body",
    [
        "if hasattr(provider, 'talk'):\n    await provider.talk(x)",
        "if x and hasattr(provider, 'talk'):\n    await provider.talk(x)",
        "if callable(getattr(provider, 'talk', None)):\n    await provider.talk(x)",
        "if not hasattr(provider, 'talk'):\n    return None\nawait provider.talk(x)",
        "for i in x:\n    if not hasattr(provider, 'talk'):\n        continue\n    await provider.talk(x)",
        "try:\n    await provider.talk(x)\nexcept Exception:\n    pass",
        "try:\n    await provider.talk(x)\nexcept (ValueError, AttributeError):\n    return None",
        "try:\n    if x:\n        await provider.talk(x)\nexcept:\n    pass",
        "with contextlib.suppress(AttributeError):\n    await provider.talk(x)",
        "hasattr(provider, 'talk') and await provider.talk(x)",
        "await provider.talk(x) if hasattr(provider, 'talk') else None",
        "talk = getattr(provider, 'talk', None)\nif talk:\n    await talk(x)",
    ],
)
def test_a_call_that_a_provider_can_do_without_is_guarded(body: str) -> None:
    assert in_router(LOOKUP + body).guarded


@pytest.mark.parametrize(
    "body",
    [
        "await provider.talk(x)",
        "if hasattr(provider, 'other'):\n    await provider.talk(x)",
        "if hasattr(x, 'talk'):\n    await provider.talk(x)",
        "if hasattr(provider, 'talk'):\n    pass\nelse:\n    await provider.talk(x)",
        "if not hasattr(provider, 'talk'):\n    raise ValueError\nawait provider.talk(x)",
        "if not hasattr(provider, 'talk'):\n    x = 1\nawait provider.talk(x)",
        "try:\n    await provider.talk(x)\nexcept ValueError:\n    pass",
        "try:\n    await provider.talk(x)\nexcept Exception:\n    raise",
        "try:\n    pass\nexcept Exception:\n    await provider.talk(x)",
        "with contextlib.suppress(KeyError):\n    await provider.talk(x)",
    ],
)
def test_a_call_that_breaks_without_the_method_is_not_guarded(body: str) -> None:
    assert not in_router(LOOKUP + body).guarded


@pytest.mark.parametrize(
    ("body", "caught"),
    [
        ("try:\n    await provider.talk(x)\nexcept Exception:\n    pass", True),
        ("with contextlib.suppress(AttributeError):\n    await provider.talk(x)", True),
        ("try:\n    if hasattr(provider, 'talk'):\n        await provider.talk(x)\nexcept:\n    pass", False),
        ("if hasattr(provider, 'talk'):\n    await provider.talk(x)", False),
        ("await provider.talk(x)", False),
    ],
)
def test_a_call_is_caught_where_nobody_asks_for_the_method_before(body: str, caught: bool) -> None:
    assert in_router(LOOKUP + body).caught is caught


@pytest.mark.parametrize(
    ("handlers", "answered"),
    [
        ("except KeyError:\n    return None", ("KeyError",)),
        ("except (KeyError, LookupError):\n    return None", ("KeyError", "LookupError")),
        ("except KeyError as error:\n    raise NotFound() from error", ("KeyError",)),
        ("except KeyError:\n    log()\n    raise", ()),
        ("except KeyError as error:\n    raise error", ()),
        ("except Exception:\n    return None", ()),
        ("except:\n    return None", ()),
        ("finally:\n    log()", ()),
    ],
)
def test_a_call_is_answered_for_what_its_caller_handles_by_name(
    handlers: str, answered: tuple[str, ...]
) -> None:
    call = in_router(LOOKUP + f"try:\n    await provider.talk(x)\n{handlers}")
    assert call.answered == answered


def test_a_call_in_a_handler_is_not_answered_by_it() -> None:
    body = "try:\n    pass\nexcept KeyError:\n    await provider.talk(x)"
    assert in_router(LOOKUP + body).answered == ()


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("await provider.talk(x,  name = 'a')", "provider.talk(x,  name = 'a')"),
        ("await provider.talk(\n    x,\n    name=x.name,  # as it is\n)", "provider.talk(x, name=x.name)"),
        ("å = await provider.talk('ä', x)", "provider.talk('ä', x)"),
    ],
)
def test_a_call_keeps_its_text_in_one_line(statement: str, text: str) -> None:
    assert in_router(LOOKUP + statement).text == text


def test_a_class_is_made_by_its_constructor() -> None:
    found = sites(
        """
        class Baker:
            def __init__(self, config, files):
                self.files = files

            async def bake(self):
                await self.files.upload("bread")

        def make(config, deps):
            return Baker(config, deps[Api.files])
        """
    )
    assert [call.by for call in found.calls["files"]["upload"]] == ["Baker.bake (stack/routing.py:13)"]


def test_a_provider_picked_by_a_fixed_name_is_the_only_one_that_needs_the_method() -> None:
    assert in_router("await self.routing_table.get_provider_impl('search').query(x)").guarded


DISPATCH = """
    async def register(obj, p):
        api = p.__provider_spec__.api
        if api == Api.inference:
            return await p.register_model(obj)
        elif api in (Api.safety,):
            return await p.register_shield(obj)
        else:
            await p.register_other(obj)

    class Table:
        async def initialize(self):
            for p in self.impls_by_provider_id.values():
                if p.__provider_spec__.api == Api.inference:
                    p.model_store = self
                else:
                    p.shield_store = self
                    p.__provider_id__ = "x"

        async def register(self, obj):
            p = self.impls_by_provider_id[obj]
            await register(obj, p)
            if obj.type == ResourceType.shield.value:
                await p.inspect(obj)

        async def shutdown(self):
            for p in self.impls_by_provider_id.values():
                await p.shutdown()

    class ModelsTable(Table):
        async def refresh(self):
            await self.impls_by_provider_id[0].list_models()

    class ShieldsTable(Table):
        async def shutdown(self):
            pass
"""


def test_a_dispatch_on_the_api_gives_each_call_to_its_own_api() -> None:
    calls = sites(DISPATCH).calls
    assert "register_model" in calls["inference"]
    assert "register_model" not in calls["safety"]
    assert "register_shield" in calls["safety"]
    assert "register_shield" not in calls["inference"]


def test_the_branch_for_all_others_is_for_none_that_has_a_branch() -> None:
    assert all("register_other" not in methods for methods in sites(DISPATCH).calls.values())


def test_a_call_of_the_common_base_is_made_on_every_routed_api() -> None:
    (call,) = sites(DISPATCH).calls["inference"]["shutdown"]
    assert call.caller == "Table.shutdown"


def test_a_table_that_overrides_the_base_does_not_make_its_calls() -> None:
    assert "shutdown" not in sites(DISPATCH).calls["safety"]


def test_an_override_that_calls_the_base_makes_its_calls() -> None:
    source = DISPATCH.replace("            pass\n", "            await super().shutdown()\n")
    assert "shutdown" in sites(source).calls["safety"]


def test_a_call_of_one_table_is_made_on_its_own_api_only() -> None:
    calls = sites(DISPATCH).calls
    assert "list_models" in calls["inference"]
    assert "list_models" not in calls["safety"]


def test_a_test_for_the_type_of_resource_counts_as_one_for_its_api() -> None:
    calls = sites(DISPATCH).calls
    assert "inspect" in calls["safety"]
    assert "inspect" not in calls["inference"]


def test_attributes_set_by_a_table_are_injected_for_their_api_only() -> None:
    assert sites(DISPATCH).injected == {"inference": ("model_store",), "safety": ("shield_store",)}


def test_a_class_inside_a_router_speaks_for_the_routers_api() -> None:
    found = sites(
        """
        class InferenceRouter:
            class Tool:
                async def query(self, x):
                    return await self.routing_table.get_provider_impl(x).query(x)
        """
    )
    (call,) = found.calls["inference"]["query"]
    assert call.caller == "InferenceRouter.Tool.query"


def test_code_that_speaks_for_no_api_gives_no_call() -> None:
    assert sites("class Other:\n    def go(self):\n        self.impls_by_provider_id[0].talk()\n").calls == {}


def test_a_parameter_annotated_with_a_plain_protocol_is_a_provider() -> None:
    found = sites(
        "def create_router(impl: Files):\n    async def up(x):\n        return await impl.upload(x)\n"
    )
    (call,) = found.calls["files"]["upload"]
    assert (call.positional, call.caller) == (1, "create_router.up")


def test_an_optional_annotation_counts_and_a_container_does_not() -> None:
    found = sites(
        """
        def one(impl: Files | None):
            impl.upload()

        def many(known: dict[str, Files]):
            known.clear()
        """
    )
    assert list(found.calls["files"]) == ["upload"]
