"""PC701 and PC702: can a run config hold the sample that a configuration class offers?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from provider_conformance.configuration.validating import Refusal, validate
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.sample import (
    FOLDER,
    OwnSample,
    Sampled,
    asks_for_folder,
    finding,
    raised,
    takes,
    way_of_asking,
)
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.constructing import FactoryTimeoutError
from provider_conformance.sandbox.containment import Attempt

_WHY: Final = "A run config is made of the sample: the stack's tools write it, and users start from it."


@rule("PC701", "sample-config", scope=Scope.SPEC, applies=is_loadable)
def sample_config(subject: Subject, own: OwnSample) -> Iterator[Finding]:
    """Check that the configuration class accepts the sample that it offers.

    What it does:
        Asks `sample_run_config` as the stack does (installed stacks pass `__distro_dir__`), resolves the
        references to environment variables in an environment that has none of them set, and makes a
        configuration of the result. What the sample leaves open (`${env.NAME}` without a default) may be
        anything, so a value that depends on it is not judged. A class without a sample is fine, and one
        class that several specs name is judged once.

    Why is this bad:
        The stack's tools write run configs of samples (`stack build`, `run --providers`): one that raises
        ends them, and one that the class refuses ends the start of every stack made of it.

    Example:
        ```python
        class MyConfig(BaseModel):
            url: str
            timeout: int

            @classmethod
            def sample_run_config(cls, **kwargs):
                return {"url": "${env.MY_URL:=http://localhost:8000}"}  # and `timeout`?
        ```

    How to fix:
        Write `@classmethod def sample_run_config(cls, __distro_dir__: str = "", **kwargs)` and return a
        dict with every field that has no default.

    Source:
        The stacks' `template.py`, `cli/stack` and `run_config_from_adhoc_config_spec`; the built-in
        stack's `substitute`.
    """
    found = own.sampled
    if not found.asked:
        yield _not_asked(found, with_folder=asks_for_folder(subject))
        return
    answers = [_answer(subject, found, given, attempt) for given, attempt in found.asked]
    # The built-in stack prescribes no way of asking: there the sample is right if any is answered well.
    match None if None in answers else answers[0]:
        case NotJudged() as unseen:
            raise unseen
        case Finding() as wrong:
            yield wrong


def _not_asked(found: Sampled, *, with_folder: bool) -> Finding:
    title = found.title
    if not callable(found.sample):
        kind = careful.class_name(type(found.sample))
        return finding(found, f"`{title}.sample_run_config` is a {kind}, no class method", _WHY, _FIX)
    if takes(found.sample, {}) and with_folder:
        message = f"`{title}.sample_run_config` does not take `{FOLDER}`"
        why = f"The stack's tools call `sample_run_config({FOLDER}=...)` and get a TypeError."
        return finding(found, message, why, f'add `{FOLDER}: str = ""` or `**kwargs`')
    message = f"`{title}.sample_run_config` asks for more than a stack gives, or is no class method"
    return finding(found, message, _WHY, _FIX)


_Told = Finding | NotJudged | None
"""What is wrong with an answer, or why that cannot be said; None where nothing is wrong."""
_FIX: Final = f'define it as `@classmethod def sample_run_config(cls, {FOLDER}: str = "", **kwargs)`'


def _answer(subject: Subject, found: Sampled, given: Mapping[str, str], attempt: Attempt) -> _Told:
    """What is wrong with what came of asking in one way."""
    name = f"`{found.title}.{way_of_asking(given)}`"
    if attempt.error is not None:
        return _failed(subject, found, name, attempt.error)
    value = attempt.value
    if not isinstance(value, dict):
        kind = careful.class_name(type(value))
        message = f"{name} returns a {kind}, no dict"
        return finding(found, message, _WHY, "return a dict of plain values")
    if any(type(key) is not str for key in value):
        return NotJudged("its keys are no text", see=("PC702",))
    return _validated(subject, found, value)


def _failed(subject: Subject, found: Sampled, name: str, error: BaseException) -> Finding | NotJudged:
    if unseen := raised(subject, error, f"calling {name}"):
        return NotJudged(unseen, inconclusive=True)
    late = isinstance(error, FactoryTimeoutError)
    told = "does not come back" if late else f"raises {careful.class_name(type(error))}"
    message = f"{name} {told}: {careful.text(error)}"
    fix = "return the values; write `${env.NAME:=default}` where a variable is to be looked up"
    return finding(found, message, _WHY, fix)


def _validated(subject: Subject, found: Sampled, values: dict[str, Any]) -> _Told:
    if not asks_for_folder(subject) and (bad := _unreadable(values)):
        fix = "write `${env.NAME}`, `${env.NAME:=default}` or `${env.NAME:+text}`"
        return finding(found, bad, "The stack does not start with it.", fix)
    verdict = validate(found.config_class, values, typed=asks_for_folder(subject))
    if verdict.error is not None:
        unseen = raised(subject, verdict.error, f"making a `{found.title}` of its sample")
        return NotJudged(unseen or careful.text(verdict.error), inconclusive=True)
    if verdict.open:
        names = ", ".join(verdict.open)
        return NotJudged(f"whether `{found.title}` accepts its sample depends on {names}", inconclusive=True)
    return _refused(found, verdict.refused) if verdict.refused else None


def _unreadable(values: dict[str, Any]) -> str:
    """What the built-in stack says of a reference that it cannot read; "" where it reads all of them."""
    from provider_conformance.stack.environment import substitute  # noqa: PLC0415 - loads the built-in stack
    from provider_conformance.stack.errors import BadReferenceError, MissingVariableError  # noqa: PLC0415

    for key, value in values.items():
        try:
            substitute({key: value}, {})
        except BadReferenceError as error:
            return f"the sample cannot be read by the stack: {error}"
        except MissingVariableError:
            continue
    return ""


def _refused(found: Sampled, refused: tuple[Refusal, ...]) -> Finding:
    missing = ", ".join(f"`{refusal.place}`" for refusal in refused if refusal.kind == "missing")
    others = "; ".join(_told(refusal) for refusal in refused if refusal.kind != "missing")
    lacks = f"the sample of `{found.title}` lacks {missing}, which the class requires" if missing else ""
    wrong = f"`{found.title}` refuses its own sample: {others}" if others else ""
    why = "A run config that holds the sample is refused when the stack builds the provider."
    fix = "give the sample a value that the class accepts for every field that has no default"
    given = [refusal.place for refusal in refused if refusal.place.startswith("__")]
    if given:  # names of arguments of the stack's, and never of settings
        named = ", ".join(f"`{name}`" for name in given)
        fix = f"give `sample_run_config` {named} as a parameter: the stack passes it, and it is no setting"
    return finding(found, "; ".join(filter(None, (lacks, wrong))), why, fix)


def _told(refusal: Refusal) -> str:
    return f"`{refusal.place}`: {refusal.message}" if refusal.place else f"{refusal.kind}: {refusal.message}"


@rule("PC702", "sample-not-yaml", scope=Scope.SPEC, applies=is_loadable)
def sample_not_yaml(own: OwnSample) -> Iterator[Finding]:
    """Check that the sample is the same after it was written to a run config and read again.

    What it does:
        Looks at every value in the sample: text, numbers, truth values, dates, None, and lists and dicts of
        them are what YAML has. Objects, members of an enum, paths, secrets and tuples are not, and
        the names of the settings are text. A set is a warning.

    Why is this bad:
        The run config is a YAML file. A tool either fails to write it, or writes a Python tag
        (`!!python/object`, `!!python/tuple`) that the stack's safe loader refuses. References to environment
        variables are looked for in dicts, lists and text alone: those in an object are never resolved.

    Example:
        ```python
        def sample_run_config(cls, __distro_dir__: str = "", **kwargs):
            return {"path": Path(__distro_dir__) / "my.db", "mode": Mode.FAST}
        ```

    How to fix:
        Return plain values: `str(path)`, `mode.value`, `[...]` for `(...)`, `model.model_dump(mode="json")`.

    Source:
        The stacks' `yaml.dump` of run configs, their `yaml.safe_load`, and `replace_env_vars`.
    """
    value = own.sampled.asked[0][1].value if own.sampled.asked else None
    if not isinstance(value, dict):
        raise NotJudged("there is no sample", see=("PC701",))
    told = [*_foreign(value, ""), *_keys(value)]
    if not told and not _survives(value):
        told = [("the sample", "is something else after it was written and read", Severity.ERROR)]
    yield from (_foreign_finding(own.sampled, *each) for each in told)


_Foreign = tuple[str, str, Severity]


def _foreign_finding(found: Sampled, place: str, what: str, severity: Severity) -> Finding:
    why = "Written to a run config it is not read as it was, and no reference within it is resolved."
    fix = "return text, numbers, truth values, lists and dicts"
    message = f"{place} in the sample of `{found.title}` {what}"
    return finding(found, message, why, fix, severity=severity, detail=place.strip("`"))


def _foreign(value: Any, place: str, above: tuple[int, ...] = ()) -> Iterator[_Foreign]:
    """The values that YAML does not have, each with its place."""
    within = (*above, id(value))
    if id(value) in above:
        yield f"`{place}`", "contains itself", Severity.ERROR
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _foreign(item, f"{place}.{key}" if place else str(key), within)
    elif type(value) is list:
        for number, item in enumerate(value):
            yield from _foreign(item, f"{place}[{number}]", within)
    elif type(value) in (set, frozenset):
        yield f"`{place}`", "is a set, in which no reference is resolved", Severity.WARNING
    elif not _is_plain(value):
        yield f"`{place}`", f"is a {careful.class_title(type(value))}", Severity.ERROR


def _is_plain(value: Any) -> bool:
    import datetime  # noqa: PLC0415 - few samples need it

    plain = (str, int, float, bool, bytes, type(None), datetime.date, datetime.datetime)
    return type(value) in plain


def _keys(value: dict[Any, Any]) -> Iterator[_Foreign]:
    for key in value:
        if type(key) is not str:
            yield f"the key {careful.short_repr(key)}", "is no text", Severity.ERROR


def _survives(value: dict[str, Any]) -> bool:
    import yaml  # noqa: PLC0415 - needed for few providers

    plain = _plain(value)
    try:
        return repr(yaml.safe_load(yaml.safe_dump(plain, sort_keys=False))) == repr(plain)
    except (yaml.YAMLError, ValueError):
        return False


def _plain(value: Any) -> Any:
    """Dicts and lists of any class as plain ones, the way in which a stack's own models hold them."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
