"""What forges read: SARIF, GitLab's code quality and Markdown, held against schemas and hostile texts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provider_conformance.findings import Location
from provider_conformance.reports import Format, formats, gitlab, markdown, sarif
from provider_conformance.run.account import Account, excerpt, printable
from provider_conformance.run.report import Report
from provider_conformance.session import forges
from support import levels
from support.hostile_report import (
    ACCOUNT,
    NASTY,
    accepted_report,
    broken_report,
    hostile_report,
    with_changes,
)

SCHEMAS = Path(__file__).parents[1] / "support" / "schemas"
REPORTS = {
    "hostile": hostile_report,
    "accepted": accepted_report,
    "broken": broken_report,
    "sound": levels.report_of,
    "empty": lambda: Report((), ()),
}


def holding(name: str) -> Callable[[Any], None]:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema).validate


@pytest.mark.parametrize("name", ["sarif", "gitlab"])
@pytest.mark.parametrize("report", REPORTS)
def test_a_document_is_as_its_schema_says(name: str, report: str) -> None:
    text = formats()[name].render(REPORTS[report](), ACCOUNT)
    text.encode("utf-8")
    holding(name)(json.loads(text))


@pytest.mark.parametrize(
    ("name", "spoilt"), [("sarif", {"version": "2.1.0", "runs": []}), ("gitlab", [{"description": "x"}])]
)
def test_the_schemas_refuse_what_is_wrong(name: str, spoilt: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        holding(name)(spoilt)


class TestSarif:
    def result(self, report: Report) -> dict[str, Any]:
        (run,) = sarif.as_data(report, ACCOUNT)["runs"]
        found: dict[str, Any] = run["results"][0]
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"] == "PC203"
        return found

    def test_a_path_is_a_uri_from_the_top_of_the_repository(self) -> None:
        place = self.result(hostile_report())["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "providers/a%20b/%3Ci%3E.py", "uriBaseId": "%SRCROOT%"}
        assert place["region"] == {"startLine": 2}

    def test_a_finding_is_recognised_wherever_it_stands(self) -> None:
        moved = replace(hostile_report(), records=broken_report().records)
        first, second = self.result(hostile_report()), self.result(moved)
        assert first["partialFingerprints"] == second["partialFingerprints"]
        assert first["partialFingerprints"]["conformanceKey/v1"].startswith("PC203:p:inference[")
        assert first["locations"] != second["locations"]

    def test_a_finding_without_a_place_stands_where_its_spec_does(self) -> None:
        place = self.result(broken_report())["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uri"] == "providers/foo/provider.py"

    def test_an_accepted_finding_is_suppressed_with_its_reason(self) -> None:
        (suppressed,) = self.result(accepted_report())["suppressions"]
        assert suppressed == {"kind": "external", "justification": printable(NASTY)}
        assert self.result(hostile_report())["suppressions"] == []

    def test_a_check_that_did_not_end_is_a_notification(self) -> None:
        (run,) = sarif.as_data(broken_report(), ACCOUNT)["runs"]
        (invocation,) = run["invocations"]
        assert invocation["executionSuccessful"] is False
        assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == [
            "p::PC101: internal error"
        ]
        assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == (
            "2026-11-28T17:13:22Z",
            "2026-11-28T17:13:28Z",
        )


class TestGitlab:
    def test_an_accepted_finding_is_none(self) -> None:
        assert json.loads(gitlab.render(accepted_report(), ACCOUNT)) == []

    def test_each_finding_has_a_fingerprint_of_its_own(self) -> None:
        entries = json.loads(gitlab.render(hostile_report(), ACCOUNT))
        assert len(entries) == len({entry["fingerprint"] for entry in entries}) == 1
        assert entries[0]["location"]["path"] == "providers/a b/<i>.py"


class TestMarkdown:
    def test_nothing_that_a_provider_says_is_markup(self) -> None:
        text = markdown.render(hostile_report(), ACCOUNT)
        told = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", told)
        ours = re.sub(r"</?(?:details|summary)>|<!-- -->|<br>", "", outside)
        assert "<" not in ours
        assert not re.search(
            r"(?<!\\)\*\*b|(?<!\\)\[x|^# h|@team|[\x00-\x09\x0b-\x1f\u202e\ud800]", text, re.M
        )

    def test_each_row_of_a_table_has_its_cells(self) -> None:
        table: list[int] = []
        for line in markdown.render(hostile_report(), ACCOUNT).splitlines():
            if line.startswith("|"):
                table.append(len(re.findall(r"(?<!\\)\|", line)))
            elif table:
                assert len(set(table)) == 1
                table = []

    def test_the_first_line_is_the_verdict(self) -> None:
        first = markdown.render(hostile_report(), ACCOUNT).splitlines()[0]
        assert first.startswith("### :x: p on fake 1.0: fails, level 1 of 5 \\(loads\\); ")
        assert markdown.render(levels.report_of(), ACCOUNT).startswith("### :white_check_mark: p on fake")

    def test_a_place_links_to_the_file_at_the_commit(self) -> None:
        link = "(https://forge.example/o/p/blob/abc/providers/a%20b/%3Ci%3E.py#L2)"
        assert link in markdown.render(hostile_report(), ACCOUNT)
        assert "](" not in markdown.render(hostile_report(), Account()).replace("\\]\\(", "")

    def test_a_long_text_is_cut(self) -> None:
        report = hostile_report()
        records = tuple(with_changes(record, why="x" * 10**6) for record in report.records)
        assert len(markdown.render(replace(report, records=records), ACCOUNT)) < 20_000


class TestJob:
    def test_a_github_job_gets_a_summary_after_what_is_there(self, tmp_path: Path) -> None:
        summary = tmp_path / "summary.md"
        summary.write_text("before\n")
        environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        assert forges.summarize(hostile_report(), ACCOUNT, environ) == ""
        assert summary.read_text("utf-8").startswith("before\n### :x: p on fake 1.0: fails")

    def test_a_summary_that_is_full_stays_as_it_is(self, tmp_path: Path) -> None:
        summary = tmp_path / "summary.md"
        summary.write_text("x" * (1 << 20))
        environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        assert "has no room" in forges.summarize(hostile_report(), ACCOUNT, environ)
        assert summary.stat().st_size == 1 << 20

    def test_a_summary_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "summary.md")}
        assert "was not written: No such file" in forges.summarize(hostile_report(), ACCOUNT, environ)

    @pytest.mark.parametrize("environ", [{}, {"GITHUB_STEP_SUMMARY": "s"}, {"GITHUB_ACTIONS": "true"}])
    def test_elsewhere_nothing_is_written(
        self, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert forges.summarize(hostile_report(), ACCOUNT, environ) == ""
        assert list(tmp_path.iterdir()) == []

    def test_the_top_of_the_repository_is_known(self, tmp_path: Path) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        assert forges.top(tmp_path / "a" / "b", {"CI_PROJECT_DIR": str(tmp_path)}) == tmp_path
        (tmp_path / "a" / ".git").mkdir()
        assert forges.top(tmp_path / "a" / "b", {"GITHUB_WORKSPACE": "/elsewhere"}) == tmp_path / "a"

    def test_the_address_of_files_is_that_of_the_commit(self) -> None:
        github = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://g", "GITHUB_REPOSITORY": "o/p"}
        assert forges.address({**github, "GITHUB_SHA": "abc"}) == "https://g/o/p/blob/abc"
        assert forges.address(github) == ""
        assert (
            forges.address({"CI_PROJECT_URL": "https://l/o/p", "CI_COMMIT_SHA": "abc"})
            == "https://l/o/p/-/blob/abc"
        )


class TestFormats:
    def test_a_format_that_needs_a_library_says_how_to_get_it(self) -> None:
        needy = Format("x", lambda _report, _account: "", "no_such_module")
        told = "x needs no_such_module, which is not installed: pip install no_such_module"
        assert needy.missing == told
        assert Format("x", lambda _report, _account: "", "json").missing == ""

    def test_they_are_found_by_themselves(self) -> None:
        assert {"gitlab", "json", "markdown", "sarif"} <= set(formats())
        assert all(name == one.name for name, one in formats().items())


@pytest.mark.parametrize(
    ("line", "numbers"), [(None, []), (0, []), (1, [1, 2]), (2, [1, 2, 3]), (5, [3, 4, 5]), (6, [])]
)
def test_an_excerpt_is_what_stands_around_a_line(line: int | None, numbers: list[int]) -> None:
    found = excerpt(Location("a.py", line), lambda _location: ["a\n"] * 5)
    assert [number for number, _text in found] == numbers
