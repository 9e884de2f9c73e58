"""What a release lacks of a provider's imports: each case is a small package and what the stack has."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.source.lacks import Lack, lacks_of
from provider_conformance.source.needing import read_needs
from provider_conformance.source.needs import Needs
from provider_conformance.source.reading import SourceReader
from provider_conformance.source.texts import folders
from support.packages import write

STACKS = ("old_stack", "new_stack", "new_stack_api", "newer_stack")


class Has:
    """A stack: its modules and their names; None where the names of a module are not known."""

    def __init__(self, modules: Mapping[str, str | None], apis: str = "chat") -> None:
        self.modules, self.apis = modules, apis.split()

    def has_module(self, name: str) -> bool:
        return any(module == name or module.startswith(f"{name}.") for module in self.modules)

    def has_name(self, module: str, name: str) -> bool | None:
        names = self.modules.get(module, "")
        if names is None:
            return None
        return name in names.split() or self.has_module(f"{module}.{name}")

    def has_api(self, name: str) -> bool:
        return name in self.apis


OLD = Has({"old_stack.apis.chat": "Chat Api", "old_stack.log": "get_logger"})
NEW = Has({"new_stack_api": "Chat Api Message", "new_stack.log": "get_logger"})


def found(tmp_path: Path, has: Has, *modules: str, **files: str) -> list[Lack]:
    """What ``has`` lacks of a package; ``__init__`` is empty unless it is given."""
    texts = {"__init__": "", **files}
    write(tmp_path, {f"pkg/{name.replace('__in__', '/')}.py": text for name, text in texts.items()})
    reader = SourceReader((folders([str(tmp_path)]),))

    def needs(name: str) -> Needs | None:
        module = reader.library.module(name)
        if module is None:
            return None
        return read_needs(module, STACKS.__contains__, lambda n: reader.library.module(n) is not None)

    def decide(name: str, test: ast.expr) -> bool | None:
        module = reader.library.module(name)
        return reader.library.frame(module, {}).decide(test) if module else None

    return [*lacks_of(modules or ["pkg.provider"], needs, has, decide)]


def certain(lacks: list[Lack]) -> list[str]:
    """What lacks for certain: ``module.name`` and where it is needed."""
    return [_shown(lack) for lack in lacks if not lack.unsure]


def unsure(lacks: list[Lack]) -> list[str]:
    return [_shown(lack) for lack in lacks if lack.unsure]


def _shown(lack: Lack) -> str:
    name = lack.name if lack.member in ("", lack.name) else f"{lack.name}.{lack.member}"
    where = f" in {lack.function}" if lack.function else ""
    return ".".join(filter(None, (lack.module, name))) + where


CASES: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "lacks.yaml").read_text(encoding="utf-8")
)


def cases(group: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[group].values(), ids=CASES[group])


@cases("lacking")
def test_what_is_not_there_is_told(tmp_path: Path, case: dict[str, Any]) -> None:
    lacks = found(tmp_path, OLD, provider=case["text"])
    assert certain(lacks) == case["lacks"]
    assert unsure(lacks) == []


@cases("complete")
def test_what_is_there_or_made_good_is_no_lack(tmp_path: Path, case: dict[str, Any]) -> None:
    assert found(tmp_path, OLD, provider=case["text"]) == []


@cases("unsure")
def test_what_hangs_on_a_condition_is_not_certain(tmp_path: Path, case: dict[str, Any]) -> None:
    lacks = found(tmp_path, OLD, provider=case["text"])
    assert certain(lacks) == []
    assert len(unsure(lacks)) == 1


def test_names_that_are_not_known_are_not_certain(tmp_path: Path) -> None:
    lacks = found(tmp_path, Has({"old_stack": None}), provider="from old_stack import x")
    assert (certain(lacks), unsure(lacks)) == ([], ["old_stack.x"])


# -- the provider's own modules -------------------------------------------------------------------


def test_own_modules_are_followed(tmp_path: Path) -> None:
    lacks = found(
        tmp_path,
        OLD,
        provider="from . import first\ndef f():\n    from pkg.second import x",
        first="from .third import y",
        second="import old_stack.gone",
        third="import old_stack.lost",
        unused="import old_stack.never",
    )
    assert certain(lacks) == ["old_stack.lost", "old_stack.gone"]


def test_packages_are_imported_before_their_modules(tmp_path: Path) -> None:
    files = {"__init__": "import old_stack.gone", "provider": ""}
    assert certain(found(tmp_path, OLD, **files)) == ["old_stack.gone"]


def test_own_alternatives_are_one_or_the_other(tmp_path: Path) -> None:
    files = {
        "provider": "try:\n    from .new import Impl\nexcept ImportError:\n    from .old import Impl",
        "new": "from new_stack_api import Chat\ndef f():\n    from . import newer",
        "newer": "import new_stack.gone",
        "old": "from old_stack.apis.chat import Chat\ndef f():\n    import old_stack.lost",
    }
    assert certain(found(tmp_path, OLD, **files)) == ["old_stack.lost in f"]
    assert certain(found(tmp_path, NEW, **files)) == ["new_stack.gone"]


def test_a_name_is_followed_through_own_modules(tmp_path: Path) -> None:
    files = {
        "provider": "from .compat import Api\nx = Api.gone",
        "compat": "from .deeper import *\nfrom .deeper import Api",
        "deeper": (
            "try:\n    from new_stack_api import Api\n"
            "except ImportError:\n    from old_stack.apis.chat import Api"
        ),
    }
    assert [lack.member for lack in found(tmp_path, OLD, **files)] == ["gone"]
    assert [lack.member for lack in found(tmp_path, NEW, **files)] == ["gone"]


def test_modules_that_a_spec_names_are_followed(tmp_path: Path) -> None:
    files = {
        "provider": "def get_provider_spec():\n    return Spec('pkg.impl', config_class='pkg.config.Config')",
        "impl": "import old_stack.gone",
        "config": "import old_stack.lost",
    }
    assert sorted(certain(found(tmp_path, OLD, **files))) == ["old_stack.gone", "old_stack.lost"]


def test_modules_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    files = {"provider": "from . import other\nimport old_stack.gone", "other": "from . import provider"}
    assert certain(found(tmp_path, OLD, **files)) == ["old_stack.gone"]


def test_what_does_not_parse_needs_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, OLD, provider="import old_stack.gone\ndef f(:") == []


def test_a_place_is_told_once(tmp_path: Path) -> None:
    (lack,) = found(tmp_path, OLD, "pkg.provider", "pkg", provider="x = 1\nimport old_stack.gone")
    assert (Path(lack.place.path).name, lack.place.line) == ("provider.py", 2)
