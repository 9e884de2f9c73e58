"""Names that a function, or the import of a module, needs and that nothing defines."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from types import FunctionType

import pytest

from provider_conformance.protocols import bodies
from provider_conformance.source.undefined import used_at_import, used_by

Made = Callable[[str], FunctionType]


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Made:
    def make(source: str) -> FunctionType:
        text = textwrap.dedent(source)
        filename = f"<{request.node.name}>"
        bodies.remember(filename, ast.parse(text))
        names: dict[str, object] = {}
        exec(compile(text, filename, "exec", dont_inherit=True), names)  # noqa: S102 - a test's own text
        function = names["asked"]
        assert isinstance(function, FunctionType)
        return function

    return make


def _at_import(source: str) -> str | None:
    name = used_at_import(ast.parse(textwrap.dedent(source)), {})
    return name and name.id


@pytest.mark.parametrize(
    "body",
    [
        "return Missing(config)",
        "built = [config, Missing]; return built",
        "with open(config) as file: return Missing(file)",
        "try: return Missing()\n        finally: print(config)",
        "try: return Missing()\n        except KeyError: return None",
        "assert isinstance(config, Missing)",
        "if Missing: return None",
        "def inner(default=Missing): return default\n        return inner",
        "return config and Missing if Missing else None",
    ],
)
def test_a_call_comes_to_the_name(made: Made, body: str) -> None:
    function = made(f"""
    def asked(config):
        {body}
    """)
    name = used_by(function)
    assert name is not None
    assert name.id == "Missing"


@pytest.mark.parametrize(
    "body",
    [
        "return config or Missing",
        "return Missing if config else None",
        "if config: return Missing",
        "for one in config: Missing(one)",
        "return lambda: Missing",
        "def inner(): return Missing\n        return inner",
        "try: return Missing\n        except NameError: return None",
        "try: return Missing\n        except Exception: return None",
        "found: Missing = config; return found",
        "return [Missing for one in config]",
        "return later(config)",
        "return config.Missing",
        "import missing; return missing",
        "match config:\n            case {'a': taken, **rest}: return taken, rest",
        "return __name__, __file__, print",
    ],
)
def test_a_name_that_only_looks_undefined(made: Made, body: str) -> None:
    function = made(f"""
    def asked(config):
        {body}

    def set_later():
        global later
        later = asked
    """)
    assert used_by(function) is None


@pytest.mark.parametrize(
    "head",
    ["from os.path import *", "exec('Missing = 1')", "globals()['Missing'] = 1", "vars()['Missing'] = 1"],
)
def test_a_module_may_have_names_that_its_text_does_not_show(made: Made, head: str) -> None:
    assert used_by(made(f"{head}\ndef asked():\n    return Missing\n")) is None


@pytest.mark.parametrize(
    "source",
    [
        "value = Missing",
        "class Made(Missing): ...",
        "class Made:\n    limit = Missing",
        "class Made:\n    def method(self, one=Missing): ...",
        "@Missing\ndef decorated(): ...",
        "with Missing: value = 1",
        "try:\n    value = Missing\nexcept ImportError:\n    value = None",
        "from elsewhere import Missing as Other\nvalue = Missing",
    ],
)
def test_an_import_comes_to_the_name(source: str) -> None:
    assert _at_import(source) == "Missing"


@pytest.mark.parametrize(
    "source",
    [
        "def function(): return Missing",
        "class Made:\n    def method(self): return Missing",
        "class Made:\n    def method(self, one: 'Missing') -> 'Missing': ...",
        "from __future__ import annotations\nclass Made:\n    def method(self, one: Missing): ...",
        "if __name__ == '__main__': Missing()",
        "from elsewhere import Missing\nclass Made(Missing): ...",
        "try:\n    Missing\nexcept NameError:\n    pass",
        "class Made:\n    Missing = 1\n    other = Missing\n    name = __qualname__",
        "values = [one for one in range(3)]",
        "if (found := 1): value = found",
        "for one in (): pass\nelse: one = None\nvalue = one",
    ],
)
def test_an_import_needs_no_name_that_is_not_there(source: str) -> None:
    assert _at_import(source) is None
