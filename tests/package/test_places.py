"""Where in a source file something stands."""

from __future__ import annotations

import functools
from pathlib import Path

from provider_conformance.package import places


def wrapped() -> None:
    """Stands at its own line."""


@functools.wraps(wrapped)
def wrapper() -> None:
    """Stands elsewhere."""


class Inner:
    """A class."""


def _line(text: str) -> int:
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_a_decorated_function_stands_where_its_definition_is() -> None:
    place = places.of_function(wrapper)
    assert place is not None
    assert (Path(place.path).name, place.line) == (Path(__file__).name, _line("def wrapped"))


def test_what_runs_first_is_the_wrapper() -> None:
    assert places.called_function(functools.partial(wrapper)) is wrapper


def test_a_builtin_has_no_place() -> None:
    assert places.of_function(len) is None
    assert places.of_class(dict) is None


def test_a_class_stands_at_its_statement() -> None:
    place = places.of_class(Inner)
    assert place is not None
    assert place.line == _line("class Inner")


def test_spec_calls_are_found_by_the_type_that_they_name(tmp_path: Path) -> None:
    source = tmp_path / "specs.py"
    source.write_text(
        "a = remote_provider_spec(\n    api, AdapterSpec(adapter_type='one'))\n"
        "b = InlineProviderSpec(provider_type='inline::two')\n"
        "c = something(provider_type='three')\n"
        "d = InlineProviderSpec(provider_type='inline::two')\n"
    )
    assert places.spec_calls(str(source)) == {"one": [1], "two": [3, 5]}


def test_a_file_that_does_not_parse_has_no_calls(tmp_path: Path) -> None:
    (tmp_path / "specs.py").write_text("def (")
    assert places.spec_calls(str(tmp_path / "specs.py")) == {}
