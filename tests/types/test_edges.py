"""What a typing check does where something is in the way: locations, errors, the canary, missing tools."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from provider_conformance import check_typing
from provider_conformance.errors import TypingError
from provider_conformance.findings import Location
from provider_conformance.types import mypy_runner
from provider_conformance.types.checking import judge
from provider_conformance.types.mypy_runner import CACHE_VARIABLE, HEAVY, MypyError, Setup, run_mypy
from provider_conformance.types.verdicts import read

PROTOCOL = """\
from typing import Protocol

class Greets(Protocol):
    async def greet(self, name: str) -> str: ...

class Promises(Protocol):
    async def nothing(self, first, second): ...
"""
GOOD = """\
class Good:
    async def greet(self, name: str) -> str:
        return name
"""
BAD = """\
class Base:

    async def greet(self, name: int) -> str:
        return str(name)


class Bad(Base):
    pass
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package on the path with a protocol and two implementations; always of one name, for the cache."""
    name = "typing_subject"
    for module in [m for m in sys.modules if m.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / name
    package.mkdir()
    (package / "__init__.py").write_text("")
    for module, text in (("promised", PROTOCOL), ("good", GOOD), ("bad", BAD)):
        (package / f"{module}.py").write_text(text)
    importlib.invalidate_caches()
    return package


def _pair(folder: Path, path: str, protocol: str = "Greets") -> tuple[str, str]:
    return f"{folder.name}.{path}", f"{folder.name}.promised:{protocol}"


def test_a_finding_points_at_the_line_of_the_method_even_if_it_is_inherited(folder: Path) -> None:
    (finding,) = check_typing([_pair(folder, "bad:Bad")])[_pair(folder, "bad:Bad")]
    assert finding.location == Location(str(folder / "bad.py"), 3)


def test_a_finding_of_a_class_that_cannot_be_imported_points_at_its_line_too(folder: Path) -> None:
    (folder / "heavy.py").write_text(f"import no_such_library_here\n\n{BAD}")
    pair = _pair(folder, "heavy:Base")
    (finding,) = check_typing([pair])[pair]
    assert finding.location == Location(str(folder / "heavy.py"), 5)


def test_a_finding_names_both_types(folder: Path) -> None:
    (finding,) = check_typing([_pair(folder, "bad:Bad")])[_pair(folder, "bad:Bad")]
    assert "takes `int`" in finding.message
    assert "may pass `str`" in finding.message


def test_pairs_beside_one_that_stops_mypy_are_judged(folder: Path) -> None:
    (folder / "broken.py").write_text("class Broken:\n    def greet(self, name: str -> str: ...\n")
    broken, bad = _pair(folder, "broken:Broken"), _pair(folder, "bad:Bad")
    found = check_typing([broken, bad])
    assert [finding.code for finding in found[bad]] == ["PC401"]
    assert "broken.py:2" in found.inconclusive[broken]


def test_reading_a_pair_that_could_not_be_judged_raises_with_the_reason(folder: Path) -> None:
    good, absent = _pair(folder, "good:Good"), _pair(folder, "good:Absent")
    found = check_typing([good, absent])
    assert found[good] == []
    with pytest.raises(TypingError, match="the class is Any"):
        found[absent]


def test_a_pair_that_nobody_asked_for_is_a_key_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        check_typing([_pair(folder, "good:Good")])[_pair(folder, "bad:Bad")]


def test_without_any_judged_pair_the_check_raises(folder: Path) -> None:
    with pytest.raises(TypingError, match="cannot be imported"):
        check_typing([(f"{folder.name}.good:Good", f"{folder.name}.nowhere:Greets")])


def test_a_path_without_a_class_is_told(folder: Path) -> None:
    with pytest.raises(TypingError, match="does not name a class"):
        check_typing([(f"{folder.name}.good", f"{folder.name}.promised:Greets")])


def test_a_class_made_in_a_function_is_inconclusive(folder: Path) -> None:
    pair = (f"{folder.name}.good:make.<locals>.Good", f"{folder.name}.promised:Greets")
    assert "does not name a class" in judge([pair])[pair].verdict.reason


def test_a_class_that_its_name_does_not_lead_to_is_inconclusive(folder: Path) -> None:
    pair = _pair(folder, "good:Good")
    other = type("Good", (), {})
    assert "not to be found under its name" in judge([pair], live={pair[0]: other})[pair].verdict.reason


def test_no_pairs_need_no_mypy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mypy_runner, "_started", None)
    assert check_typing([]) == {}


# -- the canary -----------------------------------------------------------------------------------


def test_a_package_without_py_typed_is_judged(folder: Path) -> None:
    assert not (folder / "py.typed").exists()
    assert len(check_typing([_pair(folder, "bad:Bad")])[_pair(folder, "bad:Bad")]) == 1


def test_unless_untyped_packages_are_followed_the_canary_makes_all_inconclusive(folder: Path) -> None:
    pairs = [_pair(folder, "bad:Bad"), _pair(folder, "good:Good")]
    blind = Setup("blind", follow_untyped=False)
    assert all(judged.verdict.reason for judged in judge(pairs, setup=blind).values())


def test_a_canary_that_is_not_rejected_makes_its_protocol_inconclusive(folder: Path) -> None:
    """Mypy sees the implementation, and of the protocol nothing."""
    (folder / "typed_elsewhere.py").write_text(GOOD)
    pair = _pair(folder, "good:Good")
    probes, messages = [], []

    def kept(text: str, setup: Setup) -> list[mypy_runner.Message]:
        messages.extend(run_mypy(text, setup))
        return messages

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provider_conformance.types.checking.run_mypy", kept)
        patch.setattr(
            "provider_conformance.types.checking.read",
            lambda found, said: probes.extend(found) or read(found, said),
        )
        assert judge([pair])[pair].verdict.reason == ""
    of_canary = {line for probe in probes if probe.target.canary for line in probe.lines}
    silent = [message for message in messages if message.line not in of_canary]
    assert "(the canary)" in read(probes, silent)[pair].reason


def test_a_protocol_that_promises_nothing_is_seen_all_the_same(folder: Path) -> None:
    pair = _pair(folder, "good:Good", "Promises")
    assert check_typing([pair])[pair] == []


def _importable(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


# -- running mypy ---------------------------------------------------------------------------------


def test_without_mypy_the_reason_says_how_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(mypy_runner, "metadata", _metadata(absent))
    with pytest.raises(TypingError, match="pip install"):
        check_typing([_pair(folder, "good:Good")])


def test_a_mypy_that_is_too_old_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mypy_runner, "metadata", _metadata(lambda _name: "1.13.0"))
    with pytest.raises(TypingError, match="too old"):
        check_typing([_pair(folder, "good:Good")])


def _metadata(version: object) -> SimpleNamespace:
    return SimpleNamespace(version=version, PackageNotFoundError=metadata.PackageNotFoundError)


def test_a_mypy_that_crashes_gives_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("raise SystemError('out of luck')")
    monkeypatch.setattr(mypy_runner, "_CHILD", child)
    with pytest.raises(MypyError, match="out of luck"):
        run_mypy("", Setup("crash"))


def test_the_cache_is_where_the_variable_says_and_nothing_is_left_in_the_source(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    check_typing([_pair(folder, "good:Good")])
    assert list(cache.rglob("mypy.ini"))
    assert {path.name for path in folder.parent.iterdir()} == {folder.name}


def test_a_cache_that_cannot_be_written_is_replaced_by_a_temporary_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    assert check_typing([_pair(folder, "good:Good")])
    assert list((tmp_path / "temporary").rglob("mypy.ini"))


def test_a_module_of_the_provider_named_like_one_of_the_standard_library_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "types.py").write_text("raise RuntimeError")
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    assert check_typing([_pair(folder, "good:Good")])


def test_a_heavy_tree_is_read_if_it_defines_the_class_under_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider may be called like a library that is skipped otherwise."""
    name = next(name for name in HEAVY if name not in sys.modules and not _importable(name))
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / f"{name}.py").write_text(f"{PROTOCOL}\n{BAD}")
    pair = (f"{name}:Bad", f"{name}:Greets")
    try:
        assert len(check_typing([pair])[pair]) == 1
    finally:
        sys.modules.pop(name, None)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to measure itself")
def test_repeated_checks_do_not_make_this_process_grow(folder: Path) -> None:
    pair = _pair(folder, "good:Good")
    check_typing([pair])
    before = _megabytes()
    for _ in range(3):
        check_typing([pair])
    assert (_megabytes() - before) / 3 < 20


def _megabytes() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
