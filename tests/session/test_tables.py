"""Settings in ``[tool.provider-conformance]``."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.options import OPTIONS
from provider_conformance.session import tables

HEAD = "[tool.provider-conformance]\n"


def written(folder: Path, text: str) -> tables.Table:
    (folder / "pyproject.toml").write_text(text)
    return tables.read((folder,))


def test_keys_are_those_of_the_options_without_their_prefix(tmp_path: Path) -> None:
    text = 'provider = "my_pkg"\nstack = "ogx"\nstack-rules = true\nselect = ["PC1", "PC2"]\ntimeout = 5\n'
    assert written(tmp_path, HEAD + text).values == {
        "provider": ["my_pkg"],
        "provider_stack": "ogx",
        "provider_stack_rules": True,
        "provider_select": ["PC1", "PC2"],
        "provider_timeout": "5",
    }


def test_every_option_is_a_key() -> None:
    assert {key for key, _, _ in OPTIONS} < tables.KEYS


@pytest.mark.parametrize("text", ["", "[tool.other]\nname = 'provider-conformance'", "[project]\nname = 'a'"])
def test_a_file_without_the_table_says_nothing(tmp_path: Path, text: str) -> None:
    assert written(tmp_path, text) == tables.Table()


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert tables.read((tmp_path,)) == tables.Table()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('stakc = "ogx"', "there is no setting `stakc`; did you mean stack?"),
        ('strict = "yes"', "`strict` is true or false"),
        ("select = 3", "`select` is a list of texts"),
        ("stack = true", "`stack` is a text"),
        ("stack = ", "pyproject.toml: "),
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        written(tmp_path, HEAD + text)
    assert str(tmp_path / "pyproject.toml") in str(caught.value)
    assert told in str(caught.value)


def test_a_key_that_is_set_in_both_files_is_refused_and_both_are_named(tmp_path: Path) -> None:
    table = written(tmp_path, HEAD + 'stack = "ogx"')
    look_up = table.over({"provider_stack": "builtin", "provider_view": "live"}.get, Path("pytest.ini"))
    assert look_up("provider_view") == "live"
    with pytest.raises(UsageError, match=r"`provider_stack` in pytest\.ini and `stack` of") as caught:
        look_up("provider_stack")
    assert str(tmp_path / "pyproject.toml") in str(caught.value)
