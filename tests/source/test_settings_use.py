"""What a package's code reads of its objects, and what becomes of a configuration in it."""

from __future__ import annotations

import ast

import pytest

from provider_conformance.source.settings_use import (
    declared,
    drops,
    imported,
    imports_by_text,
    names_read,
    passed_on,
)

CLASS = """
class Config(BaseModel):
    url: str
    limit: int = 3

class Impl:
    def __init__(self, config, more=None):
        self._config = config

    async def call(self):
        return self._config.url
"""


def escapes(factory: str, more: str = "") -> str:
    """What hands the configuration on, as code."""
    place = passed_on(
        [ast.parse(CLASS), ast.parse(factory), ast.parse(more)], {"Config"}, "get_provider_impl"
    )
    return "" if place is None else ast.unparse(place)


@pytest.mark.parametrize(
    "body",
    [
        "return Impl(config)",
        "return Impl(more=1, config=config)",
        "c = config\n    return Impl(c)",
        "return Impl(copy.deepcopy(config))",
        "return Impl(config or Config())",
        "assert isinstance(config, Config)\n    return Impl(config)",
        "logger.info('made of %s', config)\n    return Impl(config)",
        "return Impl(getattr(config, 'url'))",
    ],
)
def test_what_is_done_with_it_in_the_package_is_known(body: str) -> None:
    assert escapes(f"async def get_provider_impl(config, deps):\n    {body}") == ""


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("return Impl(**config.model_dump())", "config.model_dump"),
        ("return httpx.Client(config)", "httpx.Client(config)"),
        ("return Impl([config])", "[config]"),
        ("return Impl({'config': config})", "{'config': config}"),
        ("return Impl(getattr(config, name))", "getattr(config, name)"),
        ("return Impl([name for name in config])", " for name in config"),
        ("return Impl(vars(config))", "vars(config)"),
        ("kept[0] = config", "kept[0]"),
        ("return config", "return config"),
    ],
)
def test_what_is_done_with_it_elsewhere_is_not(body: str, place: str) -> None:
    assert escapes(f"async def get_provider_impl(config, deps):\n    {body}") == place


def test_it_is_followed_by_the_names_of_attributes_and_annotations() -> None:
    more = "def late(settings: Config | None): return open(settings)"
    assert escapes("async def get_provider_impl(c, d): return Impl(c)", more) == "open(settings)"
    more = "class Other(Impl):\n    def dump(self): return self._config.model_dump()"
    assert escapes("async def get_provider_impl(c, d): return Impl(c)", more) == "self._config.model_dump"


@pytest.mark.parametrize(
    "code",
    [
        "x = self.config.limit",
        "x = getattr(config, 'limit')",
        "x = attrgetter('config.limit')",
        "match config:\n    case Config(limit=3): pass",
    ],
)
def test_what_is_read_is_seen(code: str) -> None:
    assert "limit" in names_read([ast.parse(code)])


@pytest.mark.parametrize(
    "code",
    [
        "self.limit = 3",
        "limit = 3",
        "f(limit=3)",
        "'limit'",
        "class Config:\n    def sample_run_config(cls): return {'limit': 3}",
        "raise ValueError('limit is too small')",
    ],
)
def test_what_is_written_or_told_is_not_read(code: str) -> None:
    assert "limit" not in names_read([ast.parse(code)])


def test_fields_are_those_of_the_class_itself() -> None:
    assert [*declared(ast.parse(CLASS), "Config")] == ["url", "limit"]
    assert declared(ast.parse(CLASS), "Impl") == {}


@pytest.mark.parametrize(("body", "dropped"), [("return Impl()", True), ("return Impl(locals())", False)])
def test_a_factory_that_never_looks_at_its_configuration(body: str, dropped: bool) -> None:
    tree = ast.parse(f"async def get_provider_impl(config, deps):\n    {body}")
    assert drops(tree, "get_provider_impl", 1) is dropped
    assert not drops(tree, "get_provider_impl", 2)


@pytest.mark.parametrize(
    ("code", "package", "module"),
    [
        ("import a.b", False, "a.b"),
        ("import a.b", False, "a"),
        ("from . import near", False, "my.near"),
        ("from .near import x", False, "my.near"),
        ("from .near import x", True, "my.own.near"),
        ("from ..far import x", True, "my.far"),
        ("def f():\n    from a import b", False, "a.b"),
    ],
)
def test_imports_are_read_wherever_they_stand(code: str, package: bool, module: str) -> None:
    assert module in imported(ast.parse(code), "my.own", package=package)


def test_imports_by_a_name_that_is_made_up_are_seen() -> None:
    assert imports_by_text(ast.parse("importlib.import_module(name)"))
    assert not imports_by_text(ast.parse("import name"))
