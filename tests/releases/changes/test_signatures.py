"""Where the parameters of one method have gone."""

from __future__ import annotations

import ast

import pytest

from provider_conformance.protocols.model import ProtocolMethod, ResultKind
from provider_conformance.protocols.signature import MISSING, Parameter, Signature
from provider_conformance.protocols.signature import Kind as How
from provider_conformance.releases.changes.model import Kind
from provider_conformance.releases.changes.seen import Method, RequestObject
from provider_conformance.releases.changes.signatures import parameter_changes
from provider_conformance.releases.changes.types import plain
from provider_conformance.releases.changes.wording import told

MODELS = {
    "RunRequest": RequestObject("RunRequest", {"job_id": True, "limit": False, "dry": False}),
    "Open": RequestObject("Open", {"name": True}, extra=True),
    "ExpiresAfter": RequestObject("ExpiresAfter", {"anchor": True, "seconds": True}),
}


def method(text: str, name: str = "run") -> Method:
    """A method of a parameter list; a parameter annotated with a name of MODELS takes that data model."""
    node = ast.parse(f"def {name}({text}): ...").body[0]
    assert isinstance(node, ast.FunctionDef)
    args = node.args
    ordinary = [*args.posonlyargs, *args.args]
    defaults = [MISSING] * (len(ordinary) - len(args.defaults)) + [
        ast.literal_eval(one) for one in args.defaults
    ]
    found = [
        Parameter(
            one.arg, How.POSITIONAL_ONLY if one in args.posonlyargs else How.POSITIONAL_OR_KEYWORD, default
        )
        for one, default in zip(ordinary, defaults, strict=True)
    ]
    found += [
        Parameter(one.arg, How.KEYWORD_ONLY, MISSING if default is None else ast.literal_eval(default))
        for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    types = {one.arg: plain(one.annotation) for one in (*ordinary, *args.kwonlyargs) if one.annotation}
    objects = {one: MODELS[kind] for one, kind in types.items() if kind in MODELS}
    declared = ProtocolMethod(name, Signature(tuple(found)), ResultKind.AWAITABLE)
    return Method(declared, types, objects=objects)


def lines(old: str, new: str) -> list[str]:
    return [*told([*parameter_changes(method(old), method(new))])]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a: int", "a: int", []),
        ("a: int", "a: int, b: str = 'x'", ["`b: str = 'x'` is new"]),
        ("a: int, b: str", "a: int", ["`b` is gone"]),
        ("model: str, n: int", "model_id: str, n: int", ["`model` is called `model_id` now"]),
        ("a: int, b: str", "b: str, a: int", ["the order is `b, a` now (was `a, b`)"]),
        ("a: int, b: str", "a: int, *, b: str", ["`b` is keyword only now (was positional or keyword)"]),
        ("a: int = 1", "a: int = 2", ["the default of `a` is `2` now (was `1`)"]),
        ("a: int = 1", "a: int", ["`a` has to be passed now (was `1` by default)"]),
        ("a: int", "a: int = None", ["`a` may be left out now (`None`)"]),
        ("a: int", "a: str", ["`a` is `str` now (was `int`)"]),
        ("a: Optional[int]", "a: int | None", []),
        ("a: 'typing.List[x.Model]'", "a: list[Model]", []),
        (
            "job_id: str, limit: int = 5",
            "request: RunRequest",
            ["`job_id`, `limit` are fields of `request: RunRequest` now; new fields: dry"],
        ),
        (
            "job_id: str, params: dict",
            "request: RunRequest",
            [
                "`job_id` is a field of `request: RunRequest` now; new fields: limit, dry",
                "`params` is gone: no field of `request` carries it",
            ],
        ),
        (
            "name: str, kind: str",
            "params: Open",
            [
                "`name` is a field of `params: Open` now",
                "`kind` is gone: no field of `params`, which takes extra ones, carries it",
            ],
        ),
        (
            "file: str, expires_after_anchor: str, expires_after_seconds: int",
            "file: str, expires_after: ExpiresAfter",
            [
                (
                    "`expires_after_anchor` (as `expires_after.anchor`),"
                    " `expires_after_seconds` (as `expires_after.seconds`)"
                    " are fields of `expires_after: ExpiresAfter` now"
                )
            ],
        ),
        (
            "request: RunRequest",
            "job_id: str",
            [
                "`job_id` was a field of `request`",
                "`request` is gone: its fields without a parameter: limit, dry",
            ],
        ),
        ("params: Open", "name: str", ["`name` was a field of `params`", "`params` is gone"]),
        ("", "request: RunRequest", ["`request: RunRequest` is new"]),
        ("request: RunRequest", "params: RunRequest", ["`request` is called `params` now"]),
    ],
)
def test_each_change_is_told_once(old: str, new: str, expected: list[str]) -> None:
    assert lines(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("attachments: list[Attachment], n: int", "n: int, documents: list[Document]"),
        ("url: URL, n: int", "source: DataSource, n: int"),
        ("a: int", "b: int, c: int"),
    ],
    ids=["another place", "another type", "two for one"],
)
def test_what_only_may_be_a_new_name_is_not_taken_for_one(old: str, new: str) -> None:
    kinds = {change.kind for change in parameter_changes(method(old), method(new))}
    assert Kind.PARAMETER_RENAMED not in kinds
    assert kinds >= {Kind.PARAMETER_ADDED, Kind.PARAMETER_REMOVED}
