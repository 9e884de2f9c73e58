"""``--provider-require`` as a gate, and what a provider is declared not to support."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provider_conformance.evidence.demands import PUBLIC
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Row, Status
from provider_conformance.rules.model import Rule, Scope, rule
from support import fake_stack
from support.running import Run, read_json

BELOW = "good on fake 1.0: incomplete, level 2 of 5 (fits); 0 of 0 methods answered, below the required level"
EVALUATED = "the required level is not evaluated: * checks left out"


def refused(result: pytest.RunResult, message: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


class TestRequire:
    @pytest.mark.parametrize("level", ["loads", "fits"])
    def test_passes_at_the_level_and_above(self, run: Run, level: str) -> None:
        result = run("--provider=good", f"--provider-require={level}")
        assert result.ret == pytest.ExitCode.OK
        result.stdout.no_fnmatch_line("*required*")

    def test_fails_below_the_level(self, run: Run) -> None:
        result = run("--provider=good", "--provider-require=serves")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.assert_outcomes(passed=10)
        result.stdout.fnmatch_lines([f"{BELOW} 4 (serves)"])

    def test_comes_from_the_ini_file(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_require = serves")
        result = run("--provider=good")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([f"{BELOW} 4 (serves)"])

    def test_comes_from_the_environment(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROVIDER_CONFORMANCE_REQUIRE", "loads,remote::foo=starts")
        result = run("--provider=good")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([f"{BELOW} 3 (starts)"])

    def test_on_the_command_line_wins(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_require = serves")
        assert run("--provider=good", "--provider-require=fits").ret == pytest.ExitCode.OK

    @pytest.mark.parametrize(
        ("options", "ending"),
        [
            (["--provider-require=remote::foo=starts"], " 3 (starts)"),
            (["--provider-require=fits,inline::*=keeps"], " 5 (keeps)"),
            (["--provider-require=fits", "--provider-require=remote::foo=starts"], " 3 (starts)"),
            (["--provider-require=starts,remote::foo=fits"], " 3 (starts)"),
        ],
    )
    def test_is_asked_of_a_provider_type(self, run: Run, options: list[str], ending: str) -> None:
        result = run("--provider=good", *options)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([f"{BELOW}{ending}"])

    def test_leaves_other_provider_types_alone(self, run: Run) -> None:
        result = run("--provider=good", "--provider-require=starts,remote::*=fits,inline::*=fits")
        assert result.ret == pytest.ExitCode.OK

    def test_names_the_provider_that_is_below(self, run: Run) -> None:
        result = run("--provider=good", "--provider=warned", "--provider-require=starts")
        result.stdout.fnmatch_lines(
            [
                f"{BELOW} 3 (starts)",
                "warned on fake 1.0: incomplete, *, below the required level 3 (starts)",
                "2 providers (4 specs) on fake 1.0: incomplete, *, below the required level 3 (starts)",
            ]
        )

    @pytest.mark.parametrize(
        ("level", "message"),
        [
            ("serve", "there is no level 'serve'; choose one of loads, fits, *; did you mean serves?"),
            ("remote::foo=strats", "there is no level 'strats'; *; did you mean starts?"),
            ("", "there is no level ''; choose one of loads, fits, starts, serves, keeps"),
            ("remote::fo=starts", "no provider has the type 'remote::fo'; did you mean remote::foo?"),
        ],
    )
    def test_of_what_there_is_not_is_refused(self, run: Run, level: str, message: str) -> None:
        refused(run("--provider=good", f"--provider-require={level}"), f"--provider-require: {message}")

    def test_without_a_provider_is_refused(self, run: Run) -> None:
        refused(run("--provider-require=fits"), "--provider-require does nothing without --provider")

    SELECTIONS = (
        (["--provider-select=PC2"], "--provider-select"),
        (["--provider-ignore=PC2"], "--provider-ignore"),
        (["-k", "safety"], "-k"),
        (["-m", "not conformance"], "-m"),
        (["--lf"], "--lf"),
        (["--deselect=good::inference"], "--deselect"),
        (["good::inference"], "the id good::inference"),
    )

    @pytest.mark.parametrize(("options", "named"), SELECTIONS)
    def test_beside_a_selection_is_refused(self, run: Run, options: list[str], named: str) -> None:
        result = run("--provider=good", "--provider-require=fits", *options)
        refused(result, f"--provider-require and {named}: a level takes all checks, *")

    def test_beside_a_selection_of_the_ini_file_is_refused(self, run: Run, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\nprovider_ignore = PC207")
        result = run("--provider=good", "--provider-require=fits")
        refused(result, "--provider-require and --provider-ignore: a level takes all checks, *")

    def test_beside_the_selection_of_all_checks_is_evaluated(self, run: Run) -> None:
        result = run("--provider=good", "--provider-require=serves", "-m", "conformance")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([f"{BELOW} 4 (serves)"])

    @pytest.mark.parametrize("options", [options for options, _named in SELECTIONS if options != ["--lf"]])
    def test_of_the_ini_file_is_not_evaluated_beside_a_selection(
        self, run: Run, pytester: pytest.Pytester, options: list[str]
    ) -> None:
        pytester.makeini("[pytest]\nprovider_require = serves")
        result = run("--provider=good", *options)
        assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        result.stdout.fnmatch_lines([EVALUATED, "good on fake 1.0: partial: *; no verdict"])

    def test_of_the_environment_is_not_evaluated_beside_a_selection(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PROVIDER_CONFORMANCE_REQUIRE", "serves")
        result = run("--provider=good", "-k", "safety")
        assert result.ret == pytest.ExitCode.OK
        result.stdout.fnmatch_lines([EVALUATED])

    def test_lets_nothing_pass_where_a_conftest_leaves_checks_out(
        self, run: Run, pytester: pytest.Pytester
    ) -> None:
        pytester.makeconftest("def pytest_collection_modifyitems(items): del items[2:]")
        result = run("--provider=good", "--provider-require=fits")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([EVALUATED])

    def test_above_what_the_source_tells_is_refused_where_the_source_is_asked_for(self, run: Run) -> None:
        result = run(
            "--provider=good", "--provider-view=source", "--provider-require=fits,remote::foo=serves"
        )
        refused(result, "--provider-require=serves: the source view reaches level 2 (fits) at most; *")


@pytest.fixture
def methods(monkeypatch: pytest.MonkeyPatch) -> dict[str, Status]:
    """What becomes of methods, by name; a rule about coverage tells it, and all others are answered."""
    statuses: dict[str, Status] = {}

    @rule("PC661", "method-not-answered", scope=Scope.PUBLIC, covers=PUBLIC)
    def covered(subject: Subject) -> Iterator[Row]:
        """Check that a method is answered."""
        status = statuses.get(subject.method, Status.ANSWERED)
        reason = "" if status is Status.ANSWERED else "set MY_KEY"
        yield Row(subject.method, PUBLIC, demanded=True, status=status, calls=1, reason=reason)
        if status is Status.REFUSED:
            raise NotJudged(reason, inconclusive=True)

    rules: tuple[Rule, ...] = (*fake_stack.RULES, covered)
    monkeypatch.setattr(fake_stack, "RULES", rules)
    return statuses


class TestUnsupported:
    ENTRY = "remote::foo.chat: the server has no such call"

    def test_is_told_in_the_report_and_not_demanded(
        self, run: Run, pytester: pytest.Pytester, methods: dict[str, Status]
    ) -> None:
        methods["chat"] = Status.REFUSED
        pytester.makeini(f"[pytest]\nprovider_unsupported =\n    {self.ENTRY}")
        result = run("--provider=good", "--provider-report=json:r.json")
        assert result.ret == pytest.ExitCode.OK
        result.assert_outcomes(passed=13, skipped=1)
        result.stdout.fnmatch_lines(["good on fake 1.0: *; 3 of 3 methods answered"])
        row = read_json(pytester.path / "r.json")["coverage"][0]
        assert (row["method"], row["status"], row["demanded"]) == ("chat", "unsupported", False)
        assert row["reason"] == "declared as not supported: the server has no such call"

    def test_is_demanded_without_the_entry(self, run: Run, methods: dict[str, Status]) -> None:
        methods["chat"] = Status.REFUSED
        result = run("--provider=good")
        assert result.parseoutcomes() == {"passed": 13, "inconclusive": 1}
        result.stdout.fnmatch_lines(
            [
                "not seen: set MY_KEY",
                "    1 check; chat not answered",
                "good on fake 1.0: *; 3 of 4 methods answered",
            ]
        )

    @pytest.mark.parametrize("entry", [ENTRY, "remote::foo.sing: why"])
    @pytest.mark.usefixtures("methods")
    def test_that_is_answered_or_is_nothing_fails_the_run(
        self, run: Run, pytester: pytest.Pytester, entry: str
    ) -> None:
        pytester.makeini(f"[pytest]\nprovider_unsupported =\n    {entry}")
        result = run("--provider=good")
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            [
                f"This entry matches nothing. Remove it, or check its code and target: {entry}",
                "good on fake 1.0: fails, *",
            ]
        )

    @pytest.mark.parametrize("entry", ["remote::foo.chat", "remote::foo.chat:", "chat"])
    def test_without_a_reason_is_refused(self, run: Run, pytester: pytest.Pytester, entry: str) -> None:
        pytester.makeini(f"[pytest]\nprovider_unsupported =\n    {entry}")
        refused(
            run("--provider=good"),
            f"provider_unsupported: '{entry}' says nothing; write remote::foo.method: why it is not offered",
        )

    def test_comes_from_the_environment(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, methods: dict[str, Status]
    ) -> None:
        methods["chat"] = Status.REFUSED
        monkeypatch.setenv("PROVIDER_CONFORMANCE_UNSUPPORTED", self.ENTRY)
        run("--provider=good").assert_outcomes(passed=13, skipped=1)


def test_junit_carries_the_row_of_the_coverage(
    run: Run, pytester: pytest.Pytester, methods: dict[str, Status]
) -> None:
    methods["chat"] = Status.UNSUPPORTED
    run("--provider=good", "--junitxml=junit.xml")
    text = (pytester.path / "junit.xml").read_text("utf-8")
    assert "&quot;status&quot;: &quot;unsupported&quot;" in text
    assert text.count("conformance_result") == 4
    assert "conformance_outcome" not in text
