"""`check_protocol` outside the stacks: what it takes, what it refuses, and the page that shows it."""

from __future__ import annotations

import abc
import collections.abc
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar

import pytest

from provider_conformance import check_protocol
from support import feature_flags

PAGE = Path(__file__).parents[2] / "docs" / "protocols.md"
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
T = TypeVar("T")


class Speaks(Protocol):
    def speak(self, text: str) -> None: ...


class Speaker(Speaks):
    def speak(self, text: str) -> None:
        self.said = text


class Stands(Speaks):
    """A plain class that inherits a protocol and adds to it, as some releases of the stacks have them."""

    def stand(self) -> None: ...


class Base(abc.ABC):
    @abc.abstractmethod
    def speak(self, text: str) -> None: ...


class Silent(Base):
    def speak(self, text: str) -> None:
        pass


class Kept(Generic[T]):
    def speak(self, text: T) -> None:
        self.said = text


# -- what is a protocol ---------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [Speaks, Stands, Base, collections.abc.Sized])
def test_protocols_and_abstract_base_classes_are_taken(protocol: Any) -> None:
    class Implementation(Speaker):
        def stand(self) -> None:
            pass

        def __len__(self) -> int:
            return 0

    assert check_protocol(Implementation, protocol) == []


@pytest.mark.parametrize("protocol", [int, object, Speaker, Silent, Kept, Kept[int], list[int], Exception])
def test_what_promises_nothing_is_an_error_of_use(protocol: Any) -> None:
    with pytest.raises(TypeError, match=r"is no protocol: neither a typing\.Protocol nor an abstract base"):
        check_protocol(Speaker, protocol)


@pytest.mark.parametrize("protocol", [None, "Speaks", Speaker(), Speaks | Base])
def test_what_is_no_class_is_an_error_of_use(protocol: Any) -> None:
    with pytest.raises(TypeError, match="protocol must be a class"):
        check_protocol(Speaker, protocol)


def test_the_two_arguments_the_wrong_way_round_are_an_error_of_use() -> None:
    with pytest.raises(TypeError, match=r"`.*\.Silent` is no protocol"):
        check_protocol(Base, Silent)


# -- modules ----------------------------------------------------------------------------------------


def module(source: str) -> ModuleType:
    made = ModuleType("made")
    exec(source, vars(made))  # noqa: S102 - the text stands below
    return made


def test_a_module_may_keep_a_protocol() -> None:
    assert check_protocol(module("def speak(text): pass"), Speaks) == []


def test_a_function_of_a_module_takes_no_self() -> None:
    (finding,) = check_protocol(module("def speak(self, text): pass"), Speaks)
    assert "demands `self`, which no caller passes" in finding.message


def test_a_module_without_the_function_does_not_keep_it() -> None:
    assert [f.code for f in check_protocol(module(""), Speaks)] == ["PC201"]


def test_a_module_may_import_late() -> None:
    assert check_protocol(module("def __getattr__(name): return lambda text: None"), Speaks) == []


# -- what is said -----------------------------------------------------------------------------------


class Event(Protocol):
    def __call__(self, event: str, times: int = 1) -> None: ...


def heard(name: str, times: int = 1) -> None:
    pass


def test_a_function_is_called_by_its_name_and_declared_without_self() -> None:
    (finding,) = check_protocol(heard, Event)
    assert finding.method == "__call__"
    assert finding.message == "`heard(name, times=...)` has `name` where the protocol has `event`"
    assert finding.fix == "declare it as `def heard(event: str, times: int = 1) -> None`"
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == (__file__, heard.__code__.co_firstlineno)


def test_a_lambda_is_declared_as_one() -> None:
    (finding,) = check_protocol(lambda: None, Event)
    assert finding.fix == "declare it as `lambda event, times=1: ...`"


class Makes(Protocol):
    @classmethod
    async def make(cls, url: str) -> Any: ...

    @property
    def made(self) -> int: ...


def test_the_fix_of_a_class_method_can_be_written_down() -> None:
    class Made:
        made = 1

        async def make(self, url: str) -> Any:
            return url

    (finding,) = check_protocol(Made, Makes)
    assert finding.fix == "declare it as `@classmethod async def make(cls, url: str) -> Any`"
    assert "nothing is passed for `self`" in finding.why


def test_an_empty_property_is_told_from_one_that_is_not_there() -> None:
    class Inherits(Makes):
        @classmethod
        async def make(cls, url: str) -> Any:
            return url

    (finding,) = check_protocol(Inherits, Makes)
    assert finding.message == "`made` is not implemented: what is there is the empty property of `Makes`"
    assert finding.why == "whoever reads `made` gets None"


# -- the page ---------------------------------------------------------------------------------------


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize(("code", "printed"), EXAMPLES, ids=["store", "openfeature"])
def test_an_example_prints_what_the_page_says(
    code: str,
    printed: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if importlib.util.find_spec("openfeature") is None:
        for name, stand_in in feature_flags.modules().items():
            monkeypatch.setitem(sys.modules, name, stand_in)
    path = tmp_path / "example.py"
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("example", path)
    assert spec is not None and spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "example", example)
    spec.loader.exec_module(example)
    assert capsys.readouterr().out == printed
