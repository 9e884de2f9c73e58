"""``provider-conformance matrix``."""

from __future__ import annotations

import json

import pytest

from provider_conformance.__main__ import main
from support.packages import FIXTURES

EVALS = str(FIXTURES / "releases" / "evals_since_requests")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--releases=llama-stack==0.7.3"], 0),
        (["--releases=llama-stack==0.7.3,ogx==1.5.0"], 1),
        (["--releases=newest"], 2),
    ],
)
def test_only_what_is_named_and_does_not_fit_fails(arguments: list[str], code: int) -> None:
    assert main(["matrix", EVALS, *arguments]) == code


def test_what_is_printed_is_what_the_summary_of_a_run_has(capsys: pytest.CaptureFixture[str]) -> None:
    main(["matrix", EVALS, "--releases=llama-stack>=0.7,ogx==0.8.0"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "evals_since_requests, releases"
    assert "    ogx 0.8.0          NO   NO       -" in lines
    assert lines[-1] == "evals_since_requests fits llama-stack 0.7.3 (1 of 2 releases)"


def test_where_nothing_fits_the_nearest_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["matrix", EVALS, "--releases=llama-stack==0.3.5,llama-stack==0.4.7"])
    out = capsys.readouterr().out
    assert "nearest is llama-stack 0.4.7:" in out
    assert "fits none of 2 releases" in out


def test_the_matrix_is_there_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    main(["matrix", EVALS, "--json", "--releases=llama-stack==0.7.3"])
    data = json.loads(capsys.readouterr().out)
    assert data["releases"][0]["methods"] == {"standing": "ok", "reason": "", "messages": []}


def test_a_provider_that_is_not_there_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "nothing_of_this_name"]) == 2
    assert capsys.readouterr().err.startswith("error: --provider=nothing_of_this_name names nothing")
