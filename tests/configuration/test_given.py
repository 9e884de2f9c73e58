"""Configurations that the user gives in a file, and what is said where one does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.configuration.given import Trying, read_given
from provider_conformance.errors import UsageError
from provider_conformance.package.model import Spec, SpecKind

ONE = Spec(
    api="inference", provider_type="remote::one", kind=SpecKind.REMOTE, module="one", config_class=None
)
TWO = Spec(api="safety", provider_type="inline::two", kind=SpecKind.INLINE, module="two", config_class=None)

RUN_CONFIG = """\
version: 2
providers:
  inference:
  - {provider_id: a, provider_type: inline::other, config: {url: wrong}}
  - {provider_id: b, provider_type: remote::one, config: {url: right}}
  - {provider_id: c, provider_type: remote::one, config: {url: later}}
  safety: []
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "providers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "url: right",
        "remote::one:\n  url: right",
        RUN_CONFIG,
        "providers: {inference: [{provider_type: remote::one, config: {url: right}}]}",
    ],
    ids=["settings", "by type", "run config", "only providers"],
)
def test_a_file_may_have_any_of_three_forms(tmp_path: Path, text: str) -> None:
    given = Trying(given=read_given(written(tmp_path, text), [ONE])).configuration(ONE)
    assert given is not None
    assert given.value == {"url": "right"}
    assert "providers.yaml" in given.origin


def test_what_the_file_does_not_name_has_no_configuration(tmp_path: Path) -> None:
    trying = Trying(given=read_given(written(tmp_path, "remote::one: {}"), [ONE, TWO]))
    assert trying.configuration(TWO) is None
    assert trying.configuration(ONE) is not None


def test_an_entry_without_settings_is_one_with_none(tmp_path: Path) -> None:
    text = "providers: {inference: [{provider_id: a, provider_type: remote::one}]}"
    given = Trying(given=read_given(written(tmp_path, text), [ONE])).configuration(ONE)
    assert given is not None
    assert given.value == {}


def test_settings_do_not_show_in_a_representation(tmp_path: Path) -> None:
    given = read_given(written(tmp_path, "api_key: sesame"), [ONE])
    assert "sesame" not in repr(given)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file holds nothing"),
        ("- a", "the file holds a list"),
        ("a: [", "providers.yaml:"),
        ("remote::onee: {}", "no provider under test has the type 'remote::onee'; did you mean remote::one?"),
        ("remote::one: 3", "remote::one holds a int"),
        ("url: x", "several"),
        ("providers: {inference: 3}", "providers.inference is no list"),
        ("providers: {inference: [3]}", "providers.inference[0] holds a int"),
        (
            "providers: {inference: [{provider_type: remote::one, config: 3}]}",
            "inference[0].config holds a int",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_given(written(tmp_path, text), [ONE, TWO])
    assert told in str(caught.value)
    assert "--provider-config" in str(caught.value)
    assert "providers.yaml" in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_given(tmp_path / "absent.yaml", [ONE])


@pytest.mark.parametrize(
    "text", ["remote::three: {}", "providers: {inference: []}", "remote::one_more: {}\nremote::one: {}"]
)
def test_a_file_may_be_about_others_too(tmp_path: Path, text: str) -> None:
    found = read_given(written(tmp_path, text), [ONE])
    assert set(found) <= {("inference", "remote::one")}


def test_a_file_may_be_toml(tmp_path: Path) -> None:
    path = tmp_path / "providers.toml"
    path.write_text('["remote::one"]\nurl = "right"\n', encoding="utf-8")
    given = Trying(given=read_given(path, [ONE, TWO])).configuration(ONE)
    assert given is not None
    assert given.value == {"url": "right"}


def test_toml_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "providers.toml"
    path.write_text("a = \n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"--provider-config: .*providers\.toml: .*line 1"):
        read_given(path, [ONE])
