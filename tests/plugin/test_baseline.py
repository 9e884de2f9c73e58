"""``--provider-baseline``: a file of accepted failures, read, written and judged."""

from __future__ import annotations

import pytest

from support.running import Run, read_json

OPTION = "--provider-baseline=accepted.toml"


def test_a_baseline_is_written_reasoned_and_holds(run: Run, pytester: pytest.Pytester) -> None:
    file = pytester.path / "accepted.toml"
    assert run("--provider=bad", OPTION, "--provider-baseline-update").ret == pytest.ExitCode.TESTS_FAILED
    written = file.read_text("utf-8")
    assert 'code = "PC201"\nprovider = "bad"\ntarget = "remote::foo.chat"\nreason = ""\n' in written
    refused = run("--provider=bad", OPTION)
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*--provider-baseline: entry 1 gives no reason: say why bad::PC201*"])
    file.write_text(written.replace('reason = ""', 'reason = "not before May"'), "utf-8")
    assert run("--provider=bad", OPTION, "--provider-report=json:r.json").ret == pytest.ExitCode.OK
    assert [f["known"] for f in read_json(pytester.path / "r.json")["findings"]] == ["not before May"]
    stale = run("--provider=good", OPTION.replace("accepted", "other"), "--provider-baseline-update")
    assert stale.ret == pytest.ExitCode.OK
    assert "[[accepted]]\n" not in (pytester.path / "other.toml").read_text("utf-8")


def test_an_entry_that_has_expired_fails(run: Run, pytester: pytest.Pytester) -> None:
    entry = '[[accepted]]\ncode = "PC201"\nreason = "x"\nexpires = 2020-01-01\n'
    (pytester.path / "accepted.toml").write_text(entry)
    for provider in ("good", "bad"):
        result = run(f"--provider={provider}", OPTION)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(["This entry has expired. *: PC201, until 2020-01-01"])


def test_after_a_selection_nothing_is_written(run: Run, pytester: pytest.Pytester) -> None:
    result = run("--provider=bad", OPTION, "--provider-baseline-update", "-k", "safety")
    result.stdout.fnmatch_lines(["ERROR: --provider-baseline: * was not written: not every check was judged"])
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    assert not (pytester.path / "accepted.toml").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            [OPTION],
            "--provider-baseline: there is no file */accepted.toml; --provider-baseline-update makes one",
        ),
        (
            ["--provider-baseline-update"],
            "--provider-baseline-update: name the file with --provider-baseline=FILE",
        ),
    ],
)
def test_a_baseline_that_is_not_there_is_told(run: Run, options: list[str], message: str) -> None:
    result = run("--provider=bad", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{message}"])
