"""What the source view finds across modules and packages, and what it says that it cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from provider_conformance.protocols.classes import Opaque, definitions, opacity
from provider_conformance.source.imports import failing_import, lacking
from provider_conformance.source.library import Library
from provider_conformance.source.modules import Missing, Module
from provider_conformance.source.texts import Found, folders

Read = Callable[..., Module]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes modules, a dotted name to a text, and reads the one called ``main``."""

    def write(**texts: str) -> Module:
        for name, text in texts.items():
            path = tmp_path.joinpath(*name.split("__in__"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").write_text(dedent(text))
        module = Library([folders([str(tmp_path)])], {"stack": "a-stack"}).module("main")
        assert module is not None
        return module

    return write


def owner(cls: Any, name: str) -> str:
    return next((found.__name__ for found, _ in definitions(cls, name)), "")


def reason(value: object) -> str:
    assert isinstance(value, Opaque)
    return value.reason


# -- class statements that raise --------------------------------------------------------------------

BASES = "class A: ...\nclass B(A): ...\n"


def test_bases_without_a_common_order_are_what_the_import_fails_of(read: Read) -> None:
    error = failing_import(read(main=f"{BASES}class Impl(A, B): ..."))
    assert isinstance(error, TypeError)
    assert "`Impl` cannot have the bases A, B in this order" in str(error)


@pytest.mark.parametrize("bases", ["B, A", "Unknown, A", "B, Unknown, A"])
def test_bases_that_may_have_an_order_are_left_alone(read: Read, bases: str) -> None:
    text = f"from elsewhere import Unknown\n{BASES}class Impl({bases}): ..."
    assert failing_import(read(main=text)) is None


# -- names across modules -------------------------------------------------------------------------


def test_a_base_class_comes_through_a_reexport_and_a_star_import(read: Read) -> None:
    module = read(
        main="from pkg import Base\nclass Impl(Base): ...",
        pkg__in____init__="from .inner import *",
        pkg__in__inner="from .deep import Base as Base\n__all__ = ['Base']",
        pkg__in__deep="class Base:\n    def chat(self): ...",
    )
    assert owner(module.namespace["Impl"], "chat") == "Base"


def test_what_a_star_import_does_not_export_is_not_bound(read: Read) -> None:
    module = read(main="from other import *", other="__all__ = ['public']\npublic = 1\nhidden = 2")
    assert module.namespace.get("public") == 1
    assert "hidden" not in module.namespace


@pytest.mark.parametrize(("there", "expected"), [({"new": "NAME = 'new'"}, "new"), ({}, "old")])
def test_a_guarded_import_takes_the_branch_that_works_here(
    read: Read, there: dict[str, str], expected: str
) -> None:
    guarded = "try:\n    from new import NAME\nexcept ImportError:\n    from old import NAME"
    assert read(main=guarded, old="NAME = 'old'", **there).namespace["NAME"] == expected


def test_a_module_that_is_not_installed_is_named(read: Read) -> None:
    module = read(main="from heavy.models import Base\nclass Impl(Base):\n    def own(self): ...")
    assert isinstance(module.namespace["Base"], Missing)
    cls = module.namespace["Impl"]
    assert "`heavy.models` is not installed" in opacity(cls)
    assert owner(cls, "own") == "Impl"


def test_a_name_under_type_checking_does_not_exist(read: Read) -> None:
    module = read(
        main="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    NAME = 1\nelse:\n    NAME = 2"
    )
    assert module.namespace["NAME"] == 2


def test_a_condition_on_the_version_of_python_is_decided(read: Read) -> None:
    module = read(main="import sys\nif sys.version_info >= (3, 8):\n    NAME = 1\nelse:\n    NAME = 2")
    assert module.namespace["NAME"] == 1


def test_a_name_that_depends_on_the_environment_is_open(read: Read) -> None:
    module = read(main="import os\nif os.environ.get('X'):\n    NAME = 1\nelse:\n    NAME = 2")
    assert "depends on" in reason(module.namespace["NAME"])


def test_modules_that_import_each_other_are_read(read: Read) -> None:
    module = read(
        main="from other import B\nclass A: ...\nclass C(B): ...", other="from main import A\nclass B(A): ..."
    )
    assert [cls.__name__ for cls in module.namespace["C"].__mro__] == ["C", "B", "A", "object"]


def test_source_may_come_from_anywhere() -> None:
    texts = {"main": "from kept import Base\nclass Impl(Base): ...", "kept": "class Base:\n    x = 1"}
    library = Library([lambda name: Found(texts[name], f"<{name}>") if name in texts else None])
    module = library.module("main")
    assert module is not None
    assert owner(module.namespace["Impl"], "x") == "Base"


def test_a_module_is_read_when_inheritance_asks_for_it(read: Read) -> None:
    module = read(
        main="import used, unused\nclass Impl(used.Base): ...", used="class Base: ...", unused="x = 1"
    )
    assert module.namespace["Impl"].__mro__[1].__name__ == "Base"
    unused = module.library.module("unused")
    assert unused is not None
    assert "tree" not in vars(unused.source)


# -- classes --------------------------------------------------------------------------------------


def test_bases_in_an_impossible_order_leave_the_class_open(read: Read) -> None:
    module = read(main="class A: ...\nclass B(A): ...\nclass C(A, B): ...")
    assert "cannot be put together" in opacity(module.namespace["C"])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("chat = make()", "is computed"),
        ("@unknown.decorator\n    def chat(self): ...", "decorator"),
        ("exec('chat = 1')", "runs in the class body"),
    ],
)
def test_what_a_class_body_computes_is_open(read: Read, body: str, told: str) -> None:
    text = f"import os as unknown\nmake = unknown.getenv\nclass Impl:\n    {body}"
    cls = read(main=text).namespace["Impl"]
    _, raw = next(definitions(cls, "chat"))
    assert told in reason(raw)


def test_a_computed_attribute_leaves_the_others_alone(read: Read) -> None:
    text = "import os\nclass Impl:\n    chat = os.getenv('X')\n    def list(self): ..."
    cls = read(main=text).namespace["Impl"]
    assert not opacity(cls)
    assert callable(vars(cls)["list"])


def test_changes_after_the_class_count(read: Read) -> None:
    text = """
        class Impl:
            def gone(self): ...

        def chat(self): ...

        Impl.chat = chat
        del Impl.gone
    """
    cls = read(main=text).namespace["Impl"]
    assert vars(cls)["chat"].__qualname__ == "chat"
    assert "gone" not in vars(cls)


def test_an_unknown_class_decorator_leaves_the_class_open(read: Read) -> None:
    cls = read(main="from heavy import register\n@register\nclass Impl: ...").namespace["Impl"]
    assert "@register" in opacity(cls)


def test_a_stacks_class_decorator_changes_nothing(read: Read) -> None:
    module = read(
        main="from stack.schema import register\n@register\nclass Impl: ...",
        stack__in__schema="import os\n\ndef register(cls):\n    return os.getenv(cls)",
    )
    assert not opacity(module.namespace["Impl"])


def test_defaults_are_values_where_the_source_tells_them(read: Read) -> None:
    text = "LIMIT = 2 + 3\nclass Impl:\n    def chat(self, limit=LIMIT, name=f'{LIMIT}', other=open): ..."
    defaults = vars(read(main=text).namespace["Impl"])["chat"].__defaults__
    assert defaults[:2] == (5, "5")
    assert defaults[2].text == "open"


# -- packages of others -----------------------------------------------------------------------------


def _lacking(module: Module) -> list[tuple[str, int]]:
    return [(str(error.name), place_of(error)) for error in lacking(module)]


def place_of(error: Any) -> int:
    line: int = error.source_place.line
    return line


def test_a_package_that_is_nowhere_is_lacking_in_every_module_of_the_provider(read: Read) -> None:
    module = read(
        main="import pkg.deep\nfrom pkg import other",
        pkg__in____init__="import nowhere_at_all.inner",
        pkg__in__deep="\nfrom also_nowhere import a, b",
        pkg__in__other="from . import deep",
    )
    package = module.library.module("pkg.other")
    assert isinstance(package, Module)
    assert _lacking(module) == []  # the other package is not its own
    assert _lacking(package) == [("nowhere_at_all.inner", 1), ("also_nowhere", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "import os.path, typing_extensions, yaml, yaml.nowhere",
        "from stack.core import anything",
        "import other",
        "try:\n    import nowhere_at_all\nexcept ImportError:\n    nowhere_at_all = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nowhere_at_all",
        "def later():\n    import nowhere_at_all",
    ],
)
def test_what_is_there_or_is_not_imported_for_certain_is_not_lacking(read: Read, text: str) -> None:
    assert _lacking(read(main=text, other="")) == []
