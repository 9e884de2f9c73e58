"""The corpus says the truth: the stack's own calls fail where a defect is listed, and work elsewhere."""

from __future__ import annotations

import asyncio
import inspect
import warnings

import pytest

from protocols.corpus import truth
from protocols.corpus.all_cases import CASES
from protocols.corpus.case import Case
from protocols.corpus.stack import uses_of

DECIDABLE = [case for case in CASES if not case.undecidable]
OBSERVED = [case for case in DECIDABLE if case.proof is None]
PROVEN = [case for case in CASES if case.proof is not None]


def numbers(case: Case, member: str) -> set[str]:
    return {expected.code[-2:] for expected in case.expected if expected.member == member}


def observe(case: Case) -> dict[str, set[str]]:
    return asyncio.run(truth.observe(case))


@pytest.mark.parametrize("case", OBSERVED, ids=lambda case: case.name)
def test_the_stacks_calls_meet_exactly_the_listed_defects(case: Case) -> None:
    for member, failures in observe(case).items():
        errors = numbers(case, member)
        explained = set().union(*(truth.FAILURE_OF[number] for number in errors))
        assert failures <= explained, f"{member}: {failures} unexplained by {errors or 'no finding'}"
        for number in errors - {"04"}:
            assert failures & truth.FAILURE_OF[number], f"{member}: nothing fails as {number} says"


@pytest.mark.parametrize("case", PROVEN, ids=lambda case: case.name)
def test_the_cases_own_proof_holds(case: Case) -> None:
    assert case.proof is not None

    async def run() -> None:
        await case.proof(case.make())

    asyncio.run(run())


ORDER = [(case, e.member) for case in OBSERVED for e in case.expected if e.code.endswith("04")]


@pytest.mark.parametrize(("case", "member"), ORDER, ids=lambda value: getattr(value, "name", value))
def test_arguments_passed_positionally_arrive_under_another_name(case: Case, member: str) -> None:
    (severity,) = {e.severity for e in case.expected if e.member == member and e.code.endswith("04")}
    a_mere_rename = case.calls == "positional" and severity == "warning"
    assert asyncio.run(truth.misplaces(case, member)) is not a_mere_rename


MISLEADING = [(case, e.member) for case in OBSERVED for e in case.expected if e.code.endswith("07")]


@pytest.mark.parametrize(("case", "member"), MISLEADING, ids=lambda value: getattr(value, "name", value))
def test_a_misleading_signature_claims_the_call_that_fails(case: Case, member: str) -> None:
    claimed = inspect.signature(getattr(case.make(), member))
    for args, kwargs in uses_of(case.protocol)[member].shapes(case.calls):
        claimed.bind(*args, **kwargs)


DEMANDED = [case for case in OBSERVED if any(e.code.endswith("03") for e in case.expected)]


@pytest.mark.parametrize("case", DEMANDED, ids=lambda case: case.name)
def test_a_call_that_does_not_bind_is_not_promised_by_the_signature(case: Case) -> None:
    for expected in case.expected:
        if not expected.code.endswith("03"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            method = getattr(case.make(), expected.member)
        claims = getattr(method, "__wrapped__", None) or hasattr(method, "__signature__")
        if not claims:
            continue
        claimed = inspect.signature(method)
        shapes = list(uses_of(case.protocol)[expected.member].shapes(case.calls))
        assert not all(_binds(claimed, *shape) for shape in shapes), "this one is x07"


def _binds(signature: inspect.Signature, args: tuple[object, ...], kwargs: dict[str, object]) -> bool:
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def test_every_member_that_a_case_lists_is_called_or_proven() -> None:
    unseen = [
        (case.name, e.member)
        for case in OBSERVED
        for e in case.expected
        if e.member not in uses_of(case.protocol)
    ]
    assert unseen == []


def test_names_of_cases_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
