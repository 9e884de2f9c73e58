"""Samples that the user gives in a file, and what is said where one cannot be followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.configuration.sampling import NO_SAMPLES, SampleCall, Samples, read_samples
from provider_conformance.errors import UsageError
from provider_conformance.laws.model import Upload
from provider_conformance.package.model import Spec, SpecKind

ONE = Spec(
    api="inference", provider_type="remote::one", kind=SpecKind.REMOTE, module="one", config_class=None
)
KEY = ("inference", "remote::one")
WHOLE = """\
remote::one:
  names: {model: tiny}
  calls:
    chat:
    - {text: hello}
    - {text: "", refused: true}
    embed: {text: hello}
remote::of_another_release:
  calls: {whatever: []}
"""


def read(tmp_path: Path, text: str, name: str = "samples.yaml") -> dict[tuple[str, str], Samples]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_samples(path, [ONE], lambda _spec: ("chat", "embed"))


def test_names_and_calls_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    chat = (SampleCall({"text": "hello"}), SampleCall({"text": ""}, refused=True))
    assert found == {KEY: Samples({"model": "tiny"}, {"chat": chat, "embed": chat[:1]})}


def test_the_same_may_be_toml(tmp_path: Path) -> None:
    text = '["remote::one".names]\nmodel = "tiny"\n[["remote::one".calls.chat]]\ntext = "hello"\n'
    found = read(tmp_path, text, "samples.toml")
    assert found == {KEY: Samples({"model": "tiny"}, {"chat": (SampleCall({"text": "hello"}),)})}


def test_a_file_is_read_beside_the_samples(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"Dear all")
    found = read(tmp_path, "remote::one: {calls: {chat: [{file: {path: letter.txt}}]}}")
    assert found[KEY].calls["chat"][0].values == {"file": Upload(b"Dear all", "letter.txt")}


def test_a_mapping_with_more_than_a_path_is_plain_data(tmp_path: Path) -> None:
    found = read(tmp_path, "remote::one: {calls: {chat: [{file: {path: a, size: 1}}]}}")
    assert found[KEY].calls["chat"][0].values == {"file": {"path": "a", "size": 1}}


def test_without_methods_to_compare_with_none_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "samples.yaml"
    path.write_text("remote::one: {calls: {anything: []}}", encoding="utf-8")
    assert read_samples(path, [ONE], lambda _spec: ()) == {KEY: Samples({}, {"anything": ()})}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file holds nothing where a mapping is expected"),
        ("remote::one: 3", "remote::one: the entry holds a int where a mapping is expected"),
        ("remote::onee: {}", "no provider under test has the type 'remote::onee'; did you mean remote::one?"),
        ("remote::one: {call: {}}", "remote::one: there is no key 'call'; did you mean calls?"),
        ("remote::one: {names: [a]}", "remote::one: `names` holds a list where a mapping is expected"),
        (
            "remote::one: {calls: {chatt: []}}",
            "remote::one: there is no method 'chatt'; did you mean chat?",
        ),
        (
            "remote::one: {calls: {zzz: []}}",
            "remote::one: there is no method 'zzz'; there is chat, embed",
        ),
        (
            "remote::one: {calls: {chat: hello}}",
            "remote::one.calls.chat holds a str where a list of calls is expected",
        ),
        (
            "remote::one: {calls: {chat: [hello]}}",
            "remote::one.calls.chat[0]: the call holds a str where a mapping is expected",
        ),
        (
            "remote::one: {calls: {chat: [{refused: maybe}]}}",
            "remote::one.calls.chat[0].refused: 'maybe' is neither true nor false",
        ),
        ("remote::one: {calls: {chat: [{file: {path: absent}}]}}", "absent cannot be read: No such file"),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert told in str(caught.value)
    assert "--provider-samples" in str(caught.value)
    assert "samples.yaml" in str(caught.value)


def test_without_samples_nothing_is_given() -> None:
    assert (NO_SAMPLES.names, NO_SAMPLES.calls) == ({}, {})
