"""What other tools read: junit files and annotations in a GitHub job."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.running import Run


def junit_of(pytester: pytest.Pytester, run: Run, *options: str) -> dict[str, ElementTree.Element]:
    """The test cases of a run, by name."""
    run("--junitxml=junit.xml", *options)
    tree = ElementTree.parse(pytester.path / "junit.xml")  # noqa: S314 - written by pytest just now
    return {case.attrib["name"]: case for case in tree.iter("testcase")}


def test_junit_names_a_check_by_provider_api_and_name(run: Run, pytester: pytest.Pytester) -> None:
    case = junit_of(pytester, run, "--provider=good")["PC201[remote::foo.chat]"]
    assert case.attrib["classname"] == "good.inference"


def test_junit_has_a_failure_with_a_short_message_and_the_whole_text(
    run: Run, pytester: pytest.Pytester
) -> None:
    failure = junit_of(pytester, run, "--provider=bad")["PC201[remote::foo.chat]"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "chat is missing"
    assert "fix    add chat" in (failure.text or "")


@pytest.mark.parametrize(
    ("provider", "name", "kind", "message"),
    [
        ("unseen", "PC201[remote::foo.chat]", "pytest.skip", "inconclusive: the class could not be found"),
        ("skipped", "PC201[remote::foo.embed]", "pytest.skip", "no embedding models"),
        ("bad", "PC201[remote::foo.chat]", "pytest.xfail", "not before May"),
    ],
)
def test_junit_has_a_skip_with_its_reason(
    run: Run, pytester: pytest.Pytester, provider: str, name: str, kind: str, message: str
) -> None:
    pytester.makeini("[pytest]\nprovider_known_failures = bad::PC201[*.chat]: not before May")
    skipped = junit_of(pytester, run, f"--provider={provider}")[name].find("skipped")
    assert skipped is not None
    assert (skipped.attrib["type"], skipped.attrib["message"]) == (kind, message)


def test_junit_has_nothing_to_add_to_a_pass(run: Run, pytester: pytest.Pytester) -> None:
    assert all(len(case) == 0 for case in junit_of(pytester, run, "--provider=good").values())


def test_junit_has_the_place_of_a_finding(run: Run, pytester: pytest.Pytester) -> None:
    case = junit_of(pytester, run, "--provider=bad")["PC201[remote::foo.chat]"]
    told = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
    assert (told["file"], told["line"]) == ("foo/adapter.py", "12")


def test_a_github_job_gets_annotations(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path(pytester.path).parent))
    folder = pytester.path.name
    run("--provider=bad").stdout.fnmatch_lines(
        [
            f"::error file={folder}/foo/adapter.py,line=12,title=PC201 method-missing bad inference::chat *",
            "bad on fake 1.0: fails, level 1 of 5 (loads); *",
        ]
    )


def test_no_annotations_outside_of_a_github_job(run: Run) -> None:
    run("--provider=bad").stdout.no_fnmatch_line("::error*")
