"""What a run says where failures are accepted, methods declared, and where checks run in other processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.judging import Run
from support.small import (
    ANSWER,
    MADE,
    banks,
    checks,
    errors,
    first,
    judged,
    last,
    rows,
    said,
    section,
    shields,
    stopped,
)

STARTED = (MADE, 'raise RuntimeError("no licence")')
MISNAMED = ("messages: list[Message]", "texts: list[Message]")
CRASHING = 'raise KeyError("oh")'
REFUSING = 'raise ValueError("no search without an index")'
KNOWN = """
[pytest]
provider_known_failures =
    unlicensed::PC501[inline::unlicensed]: the licence server comes later
    misnamed::PC203: renamed in the next release
    half::PC660: the index comes later
provider_unsupported =
    inline::indexless.query_documents: it has no index
    inline::refusing.run_shield: it has no model
"""
STALE = """
[pytest]
provider_known_failures =
    PC660: it crashed once
provider_unsupported =
    inline::sound.run_shield: it had no model once
"""


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("accepted")
    (folder / "pytest.ini").write_text(KNOWN)
    return judged(
        folder,
        shields(folder, "unlicensed", STARTED),
        shields(folder, "misnamed", MISNAMED),
        shields(folder, "refusing", (ANSWER, REFUSING)),
        banks(folder, "half", CRASHING),
        banks(folder, "indexless", REFUSING),
    )


class TestKnownFailures:
    def test_fail_no_run(self, accepted: Run) -> None:
        assert accepted.exit_code == 0, accepted.output
        assert accepted.report["verdict"] == "incomplete"
        assert accepted.report["unmatched_known_failures"] == []
        assert last(accepted).startswith("5 providers (5 specs) on builtin 0.1.0: incomplete, level 2 of 5")

    def test_of_a_start_hide_everything_behind_it(self, accepted: Run) -> None:
        assert said(accepted, "unlicensed") == ("incomplete", 2, "fits")
        assert stopped(accepted, "unlicensed") == "it was not started, see PC501"
        assert set(rows(accepted, "unlicensed").values()) == {("not called", True)}
        line = "unlicensed on builtin 0.1.0: incomplete, level 2 of 5 (fits); 0 of 1 methods answered"
        assert line in section(accepted)

    def test_of_a_signature_do_not_lower_the_level(self, accepted: Run) -> None:
        assert said(accepted, "misnamed") == ("incomplete", 2, "fits")
        assert errors(accepted, "misnamed") == ["PC203"]
        assert stopped(accepted, "misnamed") == "the stack refuses it, see PC203"

    def test_of_a_call_do_not_lower_the_level(self, accepted: Run) -> None:
        assert said(accepted, "half") == ("conforms", 4, "serves")
        assert rows(accepted, "half")["query_documents"] == ("failed", True)
        line = "half on builtin 0.1.0: conforms, level 4 of 5 (serves); 1 of 2 methods answered"
        assert line in section(accepted)

    def test_fail_where_they_are_none_any_more(self, tmp_path: Path) -> None:
        (tmp_path / "pytest.ini").write_text(STALE)
        run = judged(tmp_path, shields(tmp_path, "sound"))
        assert run.exit_code == 1, run.output
        assert (run.report["verdict"], errors(run, "sound")) == ("fails", [])
        assert run.report["unmatched_known_failures"] == [
            "PC660: it crashed once",
            "inline::sound.run_shield: it had no model once",
        ]
        assert run.output.count("This entry matches nothing.") == 2
        assert last(run) == "sound on builtin 0.1.0: fails, level 4 of 5 (serves); 1 of 1 methods answered"


class TestMethodsDeclaredAsUnsupported:
    def test_are_not_demanded(self, accepted: Run) -> None:
        assert rows(accepted, "indexless")["query_documents"] == ("unsupported", False)
        assert said(accepted, "indexless") == ("conforms", 4, "serves")
        line = "indexless on builtin 0.1.0: conforms, level 4 of 5 (serves); 1 of 1 methods answered"
        assert line in section(accepted)

    def test_leave_nothing_that_could_conform_where_they_are_all(self, accepted: Run) -> None:
        assert rows(accepted, "refusing")["run_shield"] == ("unsupported", False)
        assert said(accepted, "refusing") == ("incomplete", 3, "starts")
        assert stopped(accepted, "refusing") == "no method is answered"


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several")
    shields(folder, "sound")
    shields(folder, "crashing", (ANSWER, CRASHING))
    return folder


@pytest.fixture(scope="module")
def in_process(several: Path) -> Run:
    return judged(several, "sound", "crashing")


def test_two_providers_share_the_last_line(in_process: Run) -> None:
    assert (in_process.exit_code, in_process.report["verdict"]) == (1, "fails")
    assert (said(in_process, "sound")[0], said(in_process, "crashing")[0]) == ("conforms", "fails")
    assert last(in_process) == (
        "2 providers (2 specs) on builtin 0.1.0: fails, level 3 of 5 (starts); 1 of 2 methods answered"
    )


@pytest.mark.parametrize(
    "options",
    [
        ("-n2",),
        pytest.param(("-n2", "--dist=loadscope"), marks=pytest.mark.thorough),
        ("--provider-isolate",),
    ],
    ids=" ".join,
)
def test_other_processes_change_nothing(several: Path, in_process: Run, options: tuple[str, ...]) -> None:
    if "-n2" in options:
        pytest.importorskip("xdist")
    run = judged(several, "sound", "crashing", options=options)
    assert run.exit_code == in_process.exit_code, run.output
    assert checks(run) == checks(in_process)
    for part in ("verdict", "providers", "coverage", "findings", "summary"):
        assert run.report[part] == in_process.report[part], part
    assert last(run) == last(in_process)


@pytest.fixture(scope="module")
def dying(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("dying")
    kill, crash = "os.kill(os.getpid(), signal.SIGKILL)", "__import__('ctypes').string_at(0)"
    names = (
        shields(folder, "made", first("os._exit(3)", MADE)),
        shields(folder, "killed", first(kill)),
        shields(folder, "left", first("raise SystemExit('there is no model here')")),
        shields(folder, "broken", first(crash, MADE)),
        shields(folder, "breaking", first(crash)),
        shields(folder, "sound"),
    )
    return judged(folder, *names, options=("--provider-isolate",))


@pytest.mark.thorough
class TestDeath:
    @pytest.mark.parametrize("name", ["made", "killed", "left", "broken", "breaking"])
    def test_is_one_error(self, dying: Run, name: str) -> None:
        assert errors(dying, name) == ["PC723"]
        assert said(dying, name)[0] == "fails"

    @pytest.mark.parametrize("name", ["made", "broken"])
    def test_in_the_factory_leaves_nothing_to_be_called(self, dying: Run, name: str) -> None:
        assert said(dying, name)[1:] == (2, "fits")
        assert set(rows(dying, name).values()) == {("not called", True)}

    @pytest.mark.parametrize(
        ("name", "status"), [("killed", "failed"), ("left", "failed"), ("breaking", "not called")]
    )
    def test_in_a_call_leaves_what_was_answered_before(self, dying: Run, name: str, status: str) -> None:
        assert said(dying, name)[1:] == (3, "starts")
        assert rows(dying, name)["run_shield"] == (status, True)
        assert rows(dying, name)["list_shields"] == ("answered", True)

    def test_leaves_nothing_inconclusive_that_it_tells_of(self, dying: Run) -> None:
        assert dying.outcomes("inconclusive") == set()

    def test_of_one_provider_keeps_no_other_from_being_judged(self, dying: Run) -> None:
        assert (dying.exit_code, dying.report["verdict"]) == (1, "fails")
        assert said(dying, "sound") == ("conforms", 4, "serves")
        assert last(dying).startswith("6 providers (6 specs) on builtin 0.1.0: fails, level 2 of 5 (fits)")
