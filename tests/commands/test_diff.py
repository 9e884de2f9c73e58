"""``provider-conformance diff``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provider_conformance.__main__ import main
from provider_conformance.contracts.snapshots import Release
from provider_conformance.contracts.snapshots.store import text_of

PAIR = ["diff", "llama-stack==0.4.7", "llama-stack==0.5.4"]


def test_a_method_is_told_with_what_has_become_of_its_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PAIR, "--api=safety"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "llama-stack 0.4.7 -> llama-stack 0.5.4",
        "methods of providers: 2 with other parameters or results, 2 of these folded into a request object",
    ]
    assert "    shield_id, messages are fields of request: RunShieldRequest now" in lines
    assert "    params is gone: no field of request carries it" in lines


def test_the_same_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PAIR, "--api=safety", "--markdown"]) == 0
    out = capsys.readouterr().out
    assert "# llama-stack 0.4.7 → llama-stack 0.5.4\n" in out
    assert "\n## safety\n\n- `run_shield`\n  - `shield_id`, `messages` are fields of" in out


def test_the_same_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PAIR, "--api=eval", "--api=scoring", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {change["api"] for change in data["changes"]} == {"eval", "scoring"}
    assert {
        "kind": "parameter-folded",
        "api": "eval",
        "side": "public",
        "method": "job_status",
        "name": "job_id",
        "before": "job_id",
        "after": "request.job_id",
        "text": "`job_id` is `request.job_id` now",
    } in data["changes"]


def test_an_api_that_has_gone_takes_its_methods_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "ogx==0.8.0", "ogx==1.0.4", "--api=safety"]) == 0
    out = capsys.readouterr().out
    assert "  gone (was served by providers, routed by shields)\n" in out
    assert (
        "  methods that went with it: run_shield, run_moderation, register_shield, unregister_shield\n" in out
    )


def test_methods_that_another_api_has_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "llama-stack==0.6.1", "llama-stack==0.7.3", "--api=responses"]) == 0
    assert "  get_openai_response\n    was in agents\n" in capsys.readouterr().out


def test_names_that_are_elsewhere_and_names_that_are_gone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "llama-stack==0.3.5", "llama-stack==0.4.7"]) == 0
    out = capsys.readouterr().out
    assert (
        "\n  llama_stack.apis.batches.batches\n    Batches, ListBatchesResponse are in llama_stack_api now"
        in out
    )
    assert "    EventLogger, LogEvent are gone\n" in out


def test_a_snapshot_in_a_file_is_as_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(text_of(Release("ogx", "1.4.1")))
    assert main(["diff", str(file), "ogx==1.4.1"]) == 0
    assert capsys.readouterr().out == "ogx 1.4.1 -> ogx 1.4.1\nnothing that concerns providers has changed\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ogx==1.4.1", "ogx==9"], "there is no snapshot of ogx 9; those of ogx are of 0.8.0"),
        (
            ["ogx==1.4.1", "gone.json"],
            "there is no file `gone.json`: name `ogx==1.5.0`, the file of a snapshot",
        ),
        (["other==1", "ogx==1.5.0"], "releases are known of llama-stack and ogx"),
        (["ogx==1.4.1", "ogx==1.5.0", "--api=infer"], "--api=infer: these releases have admin, batches"),
        (["ogx==1.4.1"], "Missing argument 'NEW'"),
    ],
)
def test_what_cannot_be_compared(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "is no snapshot"),
        ("{", "cannot be read as a snapshot"),
        ('{"format": 1, "stack": "other", "release": "1", "contract": {}, "modules": {}}', "is no snapshot"),
        ('{"format": 99, "stack": "ogx", "release": "1", "contract": {}, "modules": {}}', "has format 99"),
    ],
)
def test_a_file_that_is_no_snapshot(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.json"
    file.write_text(text)
    assert main(["diff", str(file), "ogx==1.5.0"]) == 2
    assert told in capsys.readouterr().err
