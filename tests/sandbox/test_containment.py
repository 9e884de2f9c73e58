"""What a stranger's code does to the process stays with it."""

from __future__ import annotations

import builtins
import logging
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from provider_conformance.sandbox.containment import attempt


def test_a_value_comes_back_with_what_was_written() -> None:
    def talk() -> int:
        print("out")
        print("err", file=sys.stderr)
        return 3

    tried = attempt(talk)
    assert (tried.value, tried.stdout, tried.stderr) == (3, "out\n", "err\n")


def test_bytes_that_are_no_text_are_shown_somehow() -> None:
    assert attempt(lambda: sys.stdout.buffer.write(b"\xff\n")).stdout == "\ufffd\n"


def test_a_stream_that_was_closed_gives_what_came_before() -> None:
    def close() -> None:
        print("before")
        sys.stdout.close()

    assert attempt(close).stdout == "before\n"


def test_a_log_handler_that_keeps_the_stream_can_write_later() -> None:
    handler = attempt(lambda: logging.StreamHandler(sys.stderr)).value
    handler.stream.write("later")


def test_a_question_at_import_gets_the_end_of_the_file() -> None:
    assert isinstance(attempt(input).error, EOFError)


def test_a_child_process_can_be_given_the_stream() -> None:
    tried = attempt(lambda: subprocess.run([sys.executable, "-c", ""], stdout=sys.stdout, check=True))
    assert tried.error is None


@pytest.mark.parametrize("error", [SystemExit(2), RecursionError(), GeneratorExit(), Exception("x")])
def test_whatever_is_raised_is_kept(error: BaseException) -> None:
    def fail() -> None:
        raise error

    assert attempt(fail).error is error


def test_what_only_looks_like_an_interrupt_is_kept() -> None:
    class Looks(KeyboardInterrupt):
        pass

    def fail() -> None:
        raise Looks

    assert isinstance(attempt(fail).error, Looks)


def test_an_interrupt_is_the_users() -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(fail)


def test_a_changed_variable_comes_back_and_a_new_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTAINED_OLD", "before")
    monkeypatch.delenv("CONTAINED_NEW", raising=False)

    def change() -> None:
        os.environ["CONTAINED_OLD"] = "changed"
        os.environ["CONTAINED_NEW"] = "new"

    attempt(change)
    assert os.environ["CONTAINED_OLD"] == "before"
    assert os.environ.pop("CONTAINED_NEW") == "new"


def test_a_removed_variable_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTAINED_OLD", "before")
    attempt(lambda: os.environ.pop("CONTAINED_OLD"))
    assert os.environ["CONTAINED_OLD"] == "before"


def test_a_builtin_that_was_replaced_comes_back() -> None:
    before = builtins.open
    attempt(lambda: setattr(builtins, "open", None))
    assert builtins.open is before


def test_entries_put_first_on_the_import_path_go_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.path)
    monkeypatch.setattr(sys, "path", list(before))
    attempt(lambda: sys.path.insert(0, "/first"))
    assert sys.path == [*before, "/first"]


def test_handlers_of_signals_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    attempt(lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_working_directory_comes_back() -> None:
    before = Path.cwd()
    attempt(lambda: os.chdir("/"))
    assert Path.cwd() == before


def test_logging_is_as_it_was() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    def change() -> None:
        logging.disable(logging.CRITICAL)
        root.setLevel(logging.CRITICAL)
        root.addHandler(logging.NullHandler())

    attempt(change)
    assert (root.level, list(root.handlers)) == before
    assert root.manager.disable == logging.NOTSET


def test_warnings_are_no_errors_whatever_the_tests_around_want() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert attempt(lambda: warnings.warn("old", DeprecationWarning, stacklevel=1)).error is None
