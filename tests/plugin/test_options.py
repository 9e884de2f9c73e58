"""Options, ini keys and environment: what they do, which one wins, and what is refused."""

from __future__ import annotations

import pytest

from provider_conformance.reports import formats
from support.running import Run, read_json

STALE = "This entry matches nothing. Remove it, or check its code and target"
KNOWN = "PC2xx[remote::foo.chat]: the backend cannot do it before May"


def refused(result: pytest.RunResult, message: str) -> None:
    """The run ended before it began, with one line and no traceback."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


class TestProvider:
    def test_comes_from_the_ini_file(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider =\n    good\n    bad")
        run().assert_outcomes(passed=19, failed=1)

    def test_comes_from_pyproject(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makepyprojecttoml('[tool.pytest.ini_options]\nprovider = ["good"]')
        run().assert_outcomes(passed=10)

    def test_comes_from_the_environment(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROVIDER_CONFORMANCE_PROVIDER", "good, bad")
        run().assert_outcomes(passed=19, failed=1)

    def test_the_command_line_wins_over_the_ini_file(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider = bad")
        run("--provider=good").assert_outcomes(passed=10)

    def test_the_ini_file_wins_over_the_environment(
        self, run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytester.makeini("[pytest]\nprovider = good")
        monkeypatch.setenv("PROVIDER_CONFORMANCE_PROVIDER", "bad")
        run().assert_outcomes(passed=10)

    def test_that_does_not_exist_is_refused(self, run: Run) -> None:
        refused(run("--provider=nowhere"), "--provider=nowhere: there is no module nowhere")

    def test_without_a_name_is_refused(self, run: Run) -> None:
        refused(run("--provider="), "--provider is empty; *")

    def test_two_of_one_name_are_refused(self, run: Run) -> None:
        refused(run("--provider=good", "--provider=good/"), "*")

    def test_is_left_to_a_conftest_that_has_such_an_option(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeconftest("def pytest_addoption(parser): parser.addoption('--provider')")
        pytester.makepyfile("def test_own(request): assert request.config.getoption('provider') == 'theirs'")
        run("--provider=theirs").assert_outcomes(passed=1)

    def test_comes_from_elsewhere_where_a_conftest_has_such_an_option(
        self, run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytester.makeconftest("def pytest_addoption(parser): parser.addoption('--provider')")
        monkeypatch.setenv("PROVIDER_CONFORMANCE_PROVIDER", "good")
        run("--provider=theirs").assert_outcomes(passed=10)

    def test_is_gone_with_the_plugin(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makepyfile("def test_own(): pass")
        pytester.makeini("[pytest]\nprovider = good")
        run("-p", "no:provider_conformance").assert_outcomes(passed=1)

    def test_is_in_the_help(self, run: Run) -> None:
        run("--help").stdout.fnmatch_lines(["provider conformance:", "  --provider=PROVIDER *"])

    def test_is_not_loaded_for_the_help(self, run: Run) -> None:
        result = run("--help", "--provider=nowhere")
        assert result.ret == pytest.ExitCode.OK


class TestApi:
    def test_is_handed_to_the_loader(self, run: Run, pytester: pytest.Pytester) -> None:
        run("--provider=good", "--provider-api=safety", "--provider-report=json:r.json")
        (spec,) = read_json(pytester.path / "r.json")["providers"][0]["specs"]
        assert (spec["api"], spec["provider_type"], spec["kind"]) == ("safety", "remote::foo", "remote")

    def test_that_the_contract_does_not_know_gets_no_checks_per_method(self, run: Run) -> None:
        run("--provider=good", "--provider-api=telepathy").assert_outcomes(passed=2)


class TestStack:
    def test_is_what_the_provider_is_made_for(self, run: Run) -> None:
        run("--provider=good").stdout.fnmatch_lines(["*on fake 1.0*"])

    def test_is_what_the_user_chooses(self, run: Run) -> None:
        run("--provider=good", "--provider-stack=builtin").stdout.fnmatch_lines(["*on builtin 1.0*"])

    def test_is_chosen_for_a_provider_that_cannot_be_loaded_too(self, run: Run) -> None:
        run("--provider=broken", "--provider-stack=builtin").stdout.fnmatch_lines(["*on builtin 1.0*"])

    def test_that_is_not_installed_is_refused(self, run: Run) -> None:
        refused(run("--provider=good", "--provider-stack=ogx"), "ogx is not installed; choose *")

    def test_that_does_not_exist_is_refused(self, run: Run) -> None:
        refused(
            run("--provider=good", "--provider-stack=buildin"),
            "--provider-stack: there is no 'buildin'; choose one of *; did you mean builtin?",
        )


class TestSelection:
    @pytest.mark.parametrize(
        ("options", "count"),
        [
            (["--provider-select=PC2"], 7),
            (["--provider-select=PC2xx"], 7),
            (["--provider-select=PC201"], 4),
            (["--provider-select=PC101,PC110"], 3),
            (["--provider-select=PC101", "--provider-select=PC110"], 3),
            (["--provider-ignore=PC2"], 3),
            (["--provider-select=PC2", "--provider-ignore=PC207"], 4),
        ],
    )
    def test_by_codes_and_prefixes(self, run: Run, options: list[str], count: int) -> None:
        run("--provider=good", *options).assert_outcomes(passed=count)

    def test_counts_what_it_leaves_out(self, run: Run) -> None:
        run("--provider=good", "--provider-select=PC1").stdout.fnmatch_lines(
            ["good on fake 1.0: partial: 3 of 10 checks, 0 failed; no verdict"]
        )

    @pytest.mark.parametrize("option", ["--provider-select", "--provider-ignore"])
    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("PC210", "no rule has the code 'PC210'; did you mean PC2*"),
            ("PC9", "no rule has the code 'PC9'*"),
            ("missing", "'missing' is no code; write PC201, PC2xx or PC2*"),
            ("PC2x", "'PC2x' is no code; *"),
        ],
    )
    def test_by_an_unknown_code_is_refused(self, run: Run, option: str, code: str, message: str) -> None:
        refused(run("--provider=good", f"{option}={code}"), f"{option}: {message}")


class TestKnownFailures:
    def test_pass_and_are_told_with_their_reason(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini(f"[pytest]\nprovider_known_failures =\n    {KNOWN}")
        result = run("--provider=bad", "-v")
        assert result.ret == pytest.ExitCode.OK
        assert result.parseoutcomes() == {"passed": 9, "known": 1}
        result.stdout.fnmatch_lines(
            [
                "*PC201[[]remote::foo.chat] KNOWN (the backend*",
                "bad: 1 check known: the backend cannot do it before May",
                "spec                   level   answered  passed  failed  known  warn  not seen",
                "inference remote::foo  2 fits    0 of 0       5       -      1     -         -",
                "bad on fake 1.0: incomplete, level 2 of 5 (fits); 0 of 0 methods answered",
            ]
        )

    def test_cover_warnings_in_a_strict_run(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_known_failures = PC207[*.complete]: order is frozen")
        assert run("--provider=warned", "--provider-strict").ret == pytest.ExitCode.OK

    @pytest.mark.parametrize(
        "entry", ["PC201[remote::foo.embed]: passes by now", "PC2xx[remote::bar.*]: no such provider type"]
    )
    def test_that_are_none_any_more_fail_the_run(
        self, run: Run, pytester: pytest.Pytester, entry: str
    ) -> None:
        pytester.makeini(f"[pytest]\nprovider_known_failures =\n    {KNOWN}\n    {entry}")
        result = run("--provider=bad")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            [
                f"{STALE}: {entry.replace('[', '[[]')}",
                "bad on fake 1.0: fails, level 2 of 5 (fits); 0 of 0 methods answered",
            ]
        )

    @pytest.mark.parametrize(
        ("entry", "meant"),
        [
            ("PC201[remote::foo.embd]: slow", "did you mean PC201[remote::foo.embed]"),
            ("bad::inference::PC201[remote::foo.embd]: slow", "did you mean bad::inference::PC201"),
        ],
    )
    def test_that_are_misspelt_are_told_with_what_was_meant(
        self, run: Run, pytester: pytest.Pytester, entry: str, meant: str
    ) -> None:
        pytester.makeini(f"[pytest]\nprovider_known_failures = {entry}")
        assert f"{entry}; {meant}" in run("--provider=bad").stdout.str()

    @pytest.mark.parametrize(
        "options",
        [["--provider-ignore=PC2"], ["-k", "safety"], ["bad::PC101"], ["--deselect=bad::inference"]],
    )
    def test_of_deselected_checks_are_left_alone(
        self, run: Run, pytester: pytest.Pytester, options: list[str]
    ) -> None:
        pytester.makeini(f"[pytest]\nprovider_known_failures =\n    {KNOWN}")
        assert run("--provider=bad", *options).ret == pytest.ExitCode.OK

    def test_of_another_provider_are_left_alone(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini(f"[pytest]\nprovider_known_failures =\n    bad::{KNOWN}")
        assert run("--provider=good").ret == pytest.ExitCode.OK

    def test_without_a_reason_are_refused(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_known_failures = PC201[remote::foo.chat]")
        refused(
            run("--provider=bad"),
            "provider_known_failures: 'PC201[[]remote::foo.chat]' gives no reason; write *",
        )

    def test_of_an_unknown_code_are_refused(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_known_failures = PC999: because")
        refused(run("--provider=bad"), "provider_known_failures: no rule has the code 'PC999'*")


class TestExplain:
    @pytest.mark.parametrize("code", ["PC101", "pc101"])
    def test_prints_the_page_and_ends(self, run: Run, code: str) -> None:
        result = run("--provider-explain", code, "--provider=nowhere")
        assert result.ret == pytest.ExitCode.OK
        result.stdout.fnmatch_lines(
            [
                "PC101 importable (error, per provider)",
                "Check that the provider can be imported.",
                "What it does:",
            ]
        )
        result.stdout.no_fnmatch_line("*test session starts*")

    @pytest.mark.parametrize(
        ("code", "near"), [("PC202", "*PC201*"), ("PC2xx", "PC201, PC207"), ("what", "*")]
    )
    def test_of_an_unknown_code_is_refused(self, run: Run, code: str, near: str) -> None:
        message = f"--provider-explain: no rule has the code '{code}'; near: {near}"
        refused(run("--provider-explain", code), message)


class TestStrict:
    def test_comes_from_the_ini_file(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_strict = true")
        assert run("--provider=warned").ret == pytest.ExitCode.TESTS_FAILED

    def test_comes_from_the_environment(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROVIDER_CONFORMANCE_STRICT", "1")
        assert run("--provider=warned").ret == pytest.ExitCode.TESTS_FAILED

    def test_in_the_environment_must_be_a_truth_value(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PROVIDER_CONFORMANCE_STRICT", "perhaps")
        refused(run("--provider=warned"), "PROVIDER_CONFORMANCE_STRICT: 'perhaps' is neither true nor false")


class TestReport:
    def test_holds_every_check_and_finding(self, run: Run, pytester: pytest.Pytester) -> None:
        run("--provider=bad", "--provider-report=json:report.json")
        data = read_json(pytester.path / "report.json")
        assert len(data["checks"]) == 10
        assert [finding["key"] for finding in data["findings"]] == ["PC201:bad:inference[remote::foo]:chat"]

    def test_is_written_beside_the_ini_file_that_asks_for_it(
        self, run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytester.makeini("[pytest]\nprovider_report = json:report.json")
        monkeypatch.chdir(pytester.mkdir("inner"))
        run("--provider=good")
        assert (pytester.path / "report.json").is_file()

    def test_may_be_written_twice(self, run: Run, pytester: pytest.Pytester) -> None:
        run("--provider=good", "--provider-report=json:a.json", "--provider-report=json:b.json")
        assert (pytester.path / "a.json").read_bytes() == (pytester.path / "b.json").read_bytes()

    def test_into_one_file_twice_is_refused(self, run: Run) -> None:
        message = "--provider-report: */r.json is asked for twice, as json and as sarif; name another file"
        refused(
            run("--provider=good", "--provider-report=json:r.json", "--provider-report=sarif:./r.json"),
            message,
        )

    @pytest.mark.parametrize("form", sorted(formats()))
    def test_is_written_in_each_form(self, run: Run, pytester: pytest.Pytester, form: str) -> None:
        if missing := formats()[form].missing:
            pytest.skip(missing)
        assert run("--provider=bad", f"--provider-report={form}:report").ret == pytest.ExitCode.TESTS_FAILED
        assert (pytester.path / "report").read_text("utf-8").strip()

    def test_leaves_deselected_checks_out_and_counts_them(self, run: Run, pytester: pytest.Pytester) -> None:
        run("--provider=good", "-k", "safety", "--provider-ignore=PC207", "--provider-report=json:r.json")
        data = read_json(pytester.path / "r.json")
        assert [check["code"] for check in data["checks"]] == ["PC110", "PC201"]
        assert data["summary"]["deselected"] == 8

    def test_that_cannot_be_written_at_the_end_fails_the_run(
        self, run: Run, pytester: pytest.Pytester
    ) -> None:
        pytester.mkdir("out")
        pytester.makepyfile("from pathlib import Path\ndef test_own(): Path('out').rmdir()")
        result = run("--provider=good", "--provider-report=json:out/r.json")
        assert result.ret == pytest.ExitCode.INTERNAL_ERROR
        result.stdout.fnmatch_lines(["ERROR: --provider-report: */out/r.json was not written: No such *"])

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ("report.json", "'report.json' is not FORMAT:PATH; write json:report.json"),
            ("json:", "'json:' is not FORMAT:PATH; *"),
            ("jsno:report", "there is no format 'jsno'; choose one of *json, *; did you mean json?"),
            ("json:no/such/folder/report.json", "the folder */no/such/folder does not exist"),
            ("json:.", "* is a folder; name a file in it"),
        ],
    )
    def test_that_cannot_be_written_is_refused_before_the_run(
        self, run: Run, target: str, message: str
    ) -> None:
        refused(run("--provider=good", f"--provider-report={target}"), f"--provider-report: {message}")


@pytest.mark.parametrize(
    "option",
    ["--provider-api=x", "--provider-stack=builtin", "--provider-select=PC1", "--provider-strict"],
)
def test_an_option_that_does_nothing_without_a_provider_is_refused(run: Run, option: str) -> None:
    refused(run(option), f"{option.partition('=')[0]} does nothing without --provider")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("--provider=good", "--provider-selct=PC1"), "there is no option --provider-selct; did you mean"),
        (("--provider=good", "--provider-vew", "live"), "did you mean --provider-view"),
    ],
)
def test_an_option_that_is_misspelt_is_told_with_what_was_meant(
    run: Run, arguments: tuple[str, ...], meant: str
) -> None:
    result = run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert meant in result.stderr.str()


def test_every_setting_has_an_ini_key(run: Run) -> None:
    output = run("--help").stdout.str()
    keys = ("_api", "_stack", "_select", "_ignore", "_strict", "_report", "_known_failures", "_require")
    for key in ("", *keys, "_unsupported"):
        assert f"  provider{key} (" in output
