"""What a run says in the situations that an author meets: the verdict is worth what it has seen."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from support import references
from support.judging import Run
from support.packages import write
from support.small import (
    ANSWER,
    LISTING,
    MADE,
    REGISTERING,
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

ABSENT = "its back end is not there: nothing answers (ConnectionRefusedError); see --provider-backend"
KEY = "ValueError: set the API key of the service"
CONNECT = 'socket.create_connection(("127.0.0.1", 9)).close()'
UNSUPPORTED = "raise NotImplementedError"
INCOMPLETE = ("incomplete", 3, "starts")
ALL = {"run_shield", "list_shields", "register_shield"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("situations")
    connecting = [first(CONNECT, then) for then in (ANSWER, LISTING, REGISTERING)]
    shields(folder, "sound")
    shields(folder, "offline", *connecting, remote=True)
    shields(folder, "keyed", (ANSWER, 'raise ValueError("set the API key of the service")'), remote=True)
    shields(folder, "silent", (ANSWER, UNSUPPORTED))
    shields(folder, "mute", *((text, UNSUPPORTED) for text in (ANSWER, LISTING, REGISTERING)))
    shields(folder, "returnless", (MADE, MADE.removeprefix("return ")))
    shields(folder, "crashing", (ANSWER, 'raise KeyError("oh")'))
    return folder


@pytest.fixture(scope="module")
def unseen(folder: Path) -> Run:
    """Providers that are sound as far as can be seen, and of which something cannot be seen."""
    reference = (str(references.FOLDER / name) for name in ("telemetry", "agents"))
    return judged(folder, "offline", "keyed", "silent", *reference)


@pytest.fixture(scope="module")
def faulty(folder: Path) -> Run:
    return judged(folder, "sound", "mute", "returnless", "crashing")


def test_what_could_not_be_seen_fails_no_run(unseen: Run) -> None:
    assert unseen.exit_code == 0, unseen.output
    assert (unseen.report["verdict"], unseen.report["findings"]) == ("incomplete", [])
    assert last(unseen).startswith(
        "5 providers (5 specs) on builtin 0.1.0: incomplete, level 3 of 5 (starts);"
    )


class TestBackEndThatIsNotThere:
    def test_leaves_everything_unseen_that_is_asked_of_it(self, unseen: Run) -> None:
        assert said(unseen, "offline") == INCOMPLETE
        assert stopped(unseen, "offline") == ABSENT
        assert rows(unseen, "offline") == dict.fromkeys(ALL, ("not called", True))
        line = "offline on builtin 0.1.0: incomplete, level 3 of 5 (starts); 0 of 1 methods answered"
        assert line in section(unseen)

    def test_is_told_once(self, unseen: Run) -> None:
        assert unseen.output.count("its back end is not there") == 1
        assert unseen.output.count(KEY) == 1

    def test_that_wants_a_key_refuses(self, unseen: Run) -> None:
        assert said(unseen, "keyed") == INCOMPLETE
        assert stopped(unseen, "keyed") == KEY
        assert rows(unseen, "keyed")["run_shield"] == ("refused", True)
        assert rows(unseen, "keyed")["list_shields"] == ("answered", True)

    def test_is_below_a_required_level(self, folder: Path) -> None:
        run = judged(folder, "offline", options=("--provider-require=serves",))
        assert run.exit_code == 1, run.output
        assert (run.report["verdict"], errors(run, "offline")) == ("incomplete", [])
        assert last(run) == (
            "offline on builtin 0.1.0: incomplete, level 3 of 5 (starts); 0 of 1 methods answered, "
            "below the required level 4 (serves)"
        )

    def test_fails_a_strict_run_and_stays_incomplete(self, folder: Path) -> None:
        run = judged(folder, "offline", options=("--provider-strict",))
        assert run.exit_code == 1, run.output
        assert (run.report["verdict"], said(run, "offline")) == ("incomplete", INCOMPLETE)
        assert run.report["findings"] == []
        assert stopped(run, "offline") == ABSENT
        assert {row["reason"] for row in run.report["coverage"]} == {ABSENT}
        assert "list_shields, register_shield, run_shield not answered" in run.output
        line = "offline on builtin 0.1.0: incomplete, level 3 of 5 (starts); 0 of 1 methods answered (strict)"
        assert last(run) == line


class TestMethodsThatAreDemanded:
    def test_of_a_plain_api_are_all_although_no_router_calls_them(self, unseen: Run) -> None:
        name = "reference_telemetry"
        assert said(unseen, name) == INCOMPLETE
        assert rows(unseen, name) == {"log_event": ("answered", True), "get_trace": ("not called", True)}
        assert stopped(unseen, name).startswith("no `trace_id` is known that exists")

    def test_of_agents_are_named_where_made_up_neighbours_cannot_show_them(self, unseen: Run) -> None:
        name = "reference_agents"
        assert said(unseen, name) == INCOMPLETE
        found = rows(unseen, name)
        answered = {method for method, (status, _) in found.items() if status == "answered"}
        assert (len(found), len(answered)) == (8, 5)
        assert all(demanded for _, demanded in found.values())
        text = " ".join(unseen.output.split())
        assert "1 check; create_agent_turn not answered" in text
        assert "2 checks; get_agents_turn, get_agents_step not answered" in text

    def test_are_not_served_where_none_is_supported(self, unseen: Run, faulty: Run) -> None:
        assert said(unseen, "silent") == INCOMPLETE
        assert stopped(unseen, "silent") == "no method is answered"
        assert rows(unseen, "silent")["run_shield"] == ("unsupported", True)
        assert said(faulty, "mute")[0] != "conforms"
        assert rows(faulty, "mute") == dict.fromkeys(ALL, ("unsupported", True))


class TestSeveralProviders:
    def test_are_judged_apart(self, faulty: Run) -> None:
        assert faulty.exit_code == 1, faulty.output
        assert said(faulty, "sound") == ("conforms", 4, "serves")
        assert rows(faulty, "sound") == dict.fromkeys(ALL, ("answered", True))
        line = "sound on builtin 0.1.0: conforms, level 4 of 5 (serves); 1 of 1 methods answered"
        assert line in section(faulty)

    def test_fail_where_one_does(self, faulty: Run) -> None:
        assert faulty.report["verdict"] == "fails"
        assert last(faulty).startswith("4 providers (4 specs) on builtin 0.1.0: fails, level 0 of 5")

    def test_that_crash_are_told_so_once(self, faulty: Run) -> None:
        assert said(faulty, "crashing") == ("fails", 3, "starts")
        assert errors(faulty, "crashing") == ["PC660"]
        assert rows(faulty, "crashing")["run_shield"] == ("failed", True)

    def test_that_return_nothing_fail_whatever_their_annotation_says(self, faulty: Run) -> None:
        assert said(faulty, "returnless")[0] == "fails"
        assert errors(faulty, "returnless") == ["PC115"]


class TestPartOfTheChecks:
    @pytest.mark.parametrize(
        "selection",
        [
            ("--provider-select=PC2",),
            ("--provider-ignore=PC4,PC5,PC6,PC7",),
            ("-k", "PC203"),
            ("sound::safety::PC203",),
        ],
        ids=lambda options: options[0].partition("=")[0],
    )
    def test_give_no_verdict(self, folder: Path, selection: tuple[str, ...]) -> None:
        run = judged(folder, "sound", options=selection)
        assert run.exit_code == 0, run.output
        assert (run.report["verdict"], said(run, "sound")[0]) == ("partial", "partial")
        assert last(run).startswith("sound on builtin 0.1.0: partial: ")
        assert last(run).endswith(", 0 failed; no verdict")

    def test_fail_where_one_of_them_does(self, folder: Path) -> None:
        run = judged(folder, "crashing", options=("-k", "PC660"))
        assert run.exit_code == 1, run.output
        assert (run.report["verdict"], errors(run, "crashing")) == ("fails", ["PC660"])
        assert last(run).startswith("crashing on builtin 0.1.0: fails")


def test_by_its_source_alone_a_provider_fits_at_most(folder: Path) -> None:
    run = judged(folder, "sound", options=("--provider-view=source",))
    assert run.exit_code == 0, run.output
    assert (run.report["verdict"], said(run, "sound")) == ("incomplete", ("incomplete", 2, "fits"))
    assert last(run).startswith("sound on builtin 0.1.0: incomplete by source, level 2 of 5 (fits)")
    assert rows(run, "sound") == dict.fromkeys(ALL, ("not called", True))


@pytest.mark.skipif(find_spec("llama_stack") is not None, reason="the stack is here")
def test_by_releases_alone_the_matrix_says_all(tmp_path: Path) -> None:
    spec = """
        from llama_stack.providers.datatypes import Api, InlineProviderSpec

        def get_provider_spec():
            return InlineProviderSpec(
                api=Api.safety, provider_type="inline::away", module="away", pip_packages=[],
                config_class="away.Config",
            )
        """
    source = """
        class Config: ...

        class Shields:
            async def run_shield(self, shield_id, messages, params=None): ...
            async def register_shield(self, shield): ...

        async def get_provider_impl(config, deps):
            return Shields()
        """
    write(tmp_path, {"away/__init__.py": source, "away/provider.py": spec})
    run = judged(tmp_path, "away", options=("--provider-releases=all",))
    assert run.exit_code == 0, run.output
    assert last(run).startswith("away fits ")
    assert "level" not in last(run)
