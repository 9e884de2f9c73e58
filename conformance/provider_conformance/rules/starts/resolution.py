"""PC501-PC506: what happens to a provider when the stack resolves run configs with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provider_conformance.contracts import stacks
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.start import KEPT, Start, Started, blamed, nothing_more, raised
from provider_conformance.evidence.store import Cause, NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.hosts.model import StackSketch
from provider_conformance.package.chains import chain, module_of, reason, statement, steps
from provider_conformance.rules.model import Scope, rule
from provider_conformance.rules.starts.faults import start_faults
from provider_conformance.strategies.search import smallest

if TYPE_CHECKING:
    from provider_conformance.hosts.trial import Trial

_PLACES: Final = 6
_TELLERS: Final = (
    "PC109",
    "PC113",
    "PC114",
    "PC115",
    "PC502",
    "PC704",
    "PC705",
    "PC707",
    "PC721",
    "PC722",
    "PC723",
    "PC724",
    "PC725",
)
"""The rules that tell better why a provider does not start, where they have something to tell."""
_NOBODYS: Final = frozenset({"provider_conformance", "asyncio"})
"""Whose frames stand in every traceback of a trial."""
_PROTOCOLS: Final = ("PC2", "PC3")
"""Those about the protocols, which name each difference by itself."""


@rule(
    "PC501",
    "not-resolvable",
    scope=Scope.SPEC,
    applies=is_loadable,
    after=_TELLERS,
    reports=(Cause.NOT_STARTED,),
    proves=True,
)
def not_resolvable(subject: Subject, first: Start) -> Iterator[Finding]:
    """Check that a stack which has what the provider declares can start it, wherever it is declared.

    What it does:
        Resolves a run config that holds the provider and a made-up provider for each API that it
        declares: on the stack that the provider is judged by, with that stack's own resolver. On the
        built-in stack generated providers stand around them, and the provider must be built after
        everything that it needs. What the provider's own code raises while it is made is an error,
        whatever it is, and so is what the stack itself refuses. Where a service is not there that the
        provider needs for its start, or a module that it declares, nothing is known. A provider
        that fails without a secret or a URL is tried again with placeholders.

    Why is this bad:
        No run config can have the provider: it raises, or it needs itself, through a router or a routing
        table, or an API that no provider can serve. The error ends the start of the whole stack.

    Example:
        ```python
        InlineProviderSpec(api=Api.inference, api_dependencies=[Api.models], ...)
        # the routing table of models stands before the providers of inference: a cycle
        ```

    How to fix:
        Take the dependency out of the spec. What the routing table knows is given to the provider
        as `model_store`, `shield_store` or `memory_bank_store`.

    Source:
        The built-in stack's resolver.
    """
    if first.error is not None:
        yield from _why_not(subject, first, first.error)
    elif first.trial.host.stack == "builtin" and first.again is None:
        # The order among others is up to the stack; the built-in one shows what a provider does to it.
        yield from _everywhere(subject, first.trial)


def _why_not(subject: Subject, first: Start, error: BaseException) -> Iterator[Finding]:
    from provider_conformance.hosts.refusals import Refusal, refusal  # noqa: PLC0415

    kind = refusal(error)
    if kind is Refusal.RUN_CONFIG:
        yield blamed(
            subject,
            f"no stack can start it: {error}",
            f"the smallest run config that has it is refused:\n    {first.trial.surroundings()!r}",
            "take the dependency out of the spec",
        )
    elif kind is Refusal.PROTOCOLS or (kind is Refusal.START and _breaks_protocols(subject)):
        raise NotJudged("the stack refuses it", cause=Cause.REFUSED)
    elif kind is Refusal.LOADING:
        raise NotJudged(f"it cannot be loaded: {error}", see=("PC1",))
    elif kind is Refusal.CONFIGURATION:
        raise _not_configured(first, error)
    elif first.absent:
        raise NotJudged(first.absent, inconclusive=True, see=KEPT)
    else:
        yield from start_faults(subject, first, error)


def _not_configured(first: Start, error: BaseException) -> NotJudged:
    """What is said where no configuration could be made."""
    from provider_conformance.hosts.refusals import config_problem  # noqa: PLC0415

    problem, given = config_problem(error), first.trial.given
    if given is not None:
        return NotJudged(f"the configuration of {given.origin} is refused: {problem}", inconclusive=True)
    how = "give one with --provider-config or the hook pytest_provider_config"
    why = f"it has no configuration to be started with: {problem}; {how}"
    return NotJudged(why, inconclusive=True, see=("PC701",))


def _breaks_protocols(subject: Subject) -> bool:
    """Whether its class has faults that other rules tell: what it does with them is no further finding."""
    from provider_conformance.stack.compliance import problems_of  # noqa: PLC0415
    from provider_conformance.stack.specs import Api  # noqa: PLC0415

    cls = subject.implementation().cls
    if cls is None or subject.spec is None or subject.contract is None or subject.contract.stack != "builtin":
        return False
    return bool(problems_of(cls, Api(subject.spec.api)))


def _everywhere(subject: Subject, trial: Trial) -> Iterator[Finding]:
    """Put the provider into generated stacks."""
    from hypothesis import strategies as st  # noqa: PLC0415

    from provider_conformance.strategies.stacks import stacks  # noqa: PLC0415

    drawn = st.tuples(stacks(max_apis=3, min_apis=0, max_per_api=1, listed=False), st.integers(0, 7))
    found = smallest(
        drawn.map(lambda parts: _placed(trial, *parts)),
        lambda s: bool(_misplaced(trial, s)),
        examples=_PLACES,
    )
    if found is not None:
        why = f"the smallest run config found:\n    {found!r}"
        yield blamed(subject, _misplaced(trial, found), why, "declare what the provider needs, no more")


def _placed(trial: Trial, others: StackSketch, place: int) -> StackSketch:
    """The tried provider and what it needs, declared among others that have no part in its needs."""
    own = trial.surroundings()
    taken = {provider.api for provider in own.providers}
    rest = [replace(p, needs=(), may_use=()) for p in others.providers if p.api not in taken]
    mixed = [*rest, *own.providers[1:]]
    where = place % (len(mixed) + 1)
    return StackSketch((*mixed[:where], own.providers[0], *mixed[where:]))


def _misplaced(trial: Trial, sketch: StackSketch) -> str:
    from provider_conformance.hosts.trial import Witness  # noqa: PLC0415
    from provider_conformance.stack.naming import describe  # noqa: PLC0415

    witness = Witness()
    error = trial.run(sketch, nothing_more, witness).error
    if error is not None:
        return f"it starts alone and not among others: {describe(error)}"
    own = trial.sketch
    needed = {trial.host.vocabulary.served_by(api) for api in (*own.needs, *own.may_use)}
    wanted = {p.provider_type for p in sketch.providers if p.api in needed and p.api != own.api}
    late = sorted(wanted - set(witness.before[0]))
    return f"it is built before {', '.join(late)}, which it needs" if late else ""


@rule("PC503", "shared-instance", scope=Scope.SPEC, applies=is_loadable)
def shared_instance(subject: Subject, started: Started) -> Iterator[Finding]:
    """Check that each entry of a run config gets a provider of its own.

    What it does:
        Resolves a run config that has the provider twice, under two ids. Its factory must be called
        once for each, and return two objects. Where both are made and the stack itself does not take what
        they list, because the identifiers are the same, that is a warning.

    Why is this bad:
        The stack writes id, spec and configuration on the object: with one object for two entries
        the second overwrites the first, and both answer as the second.

    Example:
        ```python
        _IMPL = None
        async def get_provider_impl(config, deps):
            global _IMPL
            _IMPL = _IMPL or MyInference(config)  # the second config is never looked at
            return _IMPL
        ```

    How to fix:
        Make a new object in each call. Share what is expensive (a loaded model) between objects.

    Source:
        The built-in stack's resolver: `provider_id` tells instances of one type apart.
    """
    from provider_conformance.hosts.trial import Witness  # noqa: PLC0415

    trial, witness = started.first.trial, Witness()
    sketch = trial.twice()
    error = trial.run(sketch, nothing_more, witness).error
    why = f"the run config has it twice:\n    {sketch!r}"
    if error is not None:
        message = f"it starts once and not twice in one stack: {reason(error)}"
        if comes_of_the_stack(error):
            fix = "let what it lists have identifiers that its configuration can change"
            yield blamed(subject, message, why, fix, Severity.WARNING)
        else:
            yield blamed(subject, message, why, "let every call of the factory work")
    elif len({id(made) for made in witness.made}) != len(sketch.by_api()[trial.sketch.api]):
        message = "its factory returns one object for two entries of a run config"
        yield blamed(subject, message, why, "return a new object from each call of the factory")


def comes_of_the_stack(error: BaseException) -> bool:
    """Whether a stack's own code raised an error, as its registry does over an identifier that is taken."""
    modules = [module_of(step) for one in chain(error) for step in steps(one)]
    theirs = [name for name in modules if name.partition(".")[0] not in _NOBODYS]
    return bool(theirs) and all(map(_is_a_stack_s_core, theirs))


def _is_a_stack_s_core(module: str) -> bool:
    """Whether a module is a stack's own machinery, and not one of its providers or helpers of them."""
    return bool(stacks.family_of_module(module)) and module.split(".")[1:2] in (["core"], ["distribution"])


@rule(
    "PC505",
    "not-restartable",
    scope=Scope.SPEC,
    applies=is_loadable,
    reports=(Cause.NOT_STARTED_AGAIN,),
    proves=True,
)
def not_restartable(subject: Subject, first: Start) -> Iterator[Finding]:
    """Check that the provider starts again after its stack was shut down.

    What it does:
        Resolves the same run config twice in one process, and shuts the first stack down before.

    Why is this bad:
        Tests, reloads and notebooks start several stacks in one process. What the first one leaves
        behind in the module (a closed connection, a flag, a registered name) breaks the next.

    Example:
        ```python
        _pool = Pool()           # made at import, closed by shutdown(): gone for the second stack
        ```

    How to fix:
        Make in the factory or in `initialize` what `shutdown` lets go of.

    Source:
        The built-in stack's resolver.
    """
    if first.error is not None:
        raise NotJudged("it was not started", cause=Cause.NOT_STARTED)
    if first.again is not None:
        message = f"it starts once and not again: {reason(first.again)}"
        why = "a second stack in the same process cannot have it"
        yield blamed(subject, message, why, "make in the factory what `shutdown` lets go of")


def _has_optional(subject: Subject) -> bool:
    return is_loadable(subject) and bool(subject.spec and subject.spec.optional_api_dependencies)


@rule("PC506", "optional-dependency-required", scope=Scope.SPEC, applies=_has_optional)
def optional_dependency_required(subject: Subject, started: Started) -> Iterator[Finding]:
    """Check that the provider starts without the dependencies that it declares as optional.

    What it does:
        Resolves a run config that has providers for the required dependencies only. `deps` then lacks
        the optional ones.

    Why is this bad:
        The stack starts the provider all the same, because the spec says that it may.

    Example:
        ```python
        optional_api_dependencies=[Api.safety]
        ...
        return MyAgents(config, deps[Api.safety])  # KeyError without a safety provider
        ```

    How to fix:
        Use `deps.get(Api.safety)` and do without, or declare the dependency in `api_dependencies`.

    Source:
        The built-in stack's resolver.
    """
    alone = started.first.trial.surroundings(optional=False)
    error = started.first.trial.run(alone, nothing_more).error
    if error is not None:
        message = f"it does not start without an optional dependency: {reason(error.__cause__ or error)}"
        why = f"this run config has what it requires:\n    {alone!r}"
        yield blamed(subject, message, why, "do without it, or declare it in `api_dependencies`")


@rule(
    "PC507",
    "refused-by-the-stack",
    scope=Scope.SPEC,
    applies=is_loadable,
    reports=(Cause.REFUSED,),
    after=_PROTOCOLS,
)
def refused_by_the_stack(subject: Subject, first: Start) -> Iterator[Finding]:
    """Check that the stack's own check of the protocols lets the provider start.

    What it does:
        Starts the provider on the stack, which compares it with its protocols in its own way before it makes
        it part of itself, and gives the stack's own words where it refuses. Where a rule about the
        protocols (PC2xx, PC3xx) names a difference, that one tells it.

    Why is this bad:
        A stack with the provider in its run config does not start.

    Example:
        ```python
        class MyInference:
            async def chat_completion(self, *args, **kwargs): ...  # llama-stack 0.2.12 looks for the names
        ```

    How to fix:
        Change what the stack names: write the parameters of the protocol out.

    Source:
        `check_protocol_compliance` of the installed stacks' resolvers; the built-in stack's own.
    """
    from provider_conformance.hosts.refusals import Refusal, refusal  # noqa: PLC0415

    if first.error is None:
        return
    kind = refusal(first.error)
    if kind is not Refusal.PROTOCOLS and not (kind is Refusal.START and _breaks_protocols(subject)):
        raise NotJudged("it was not started", cause=Cause.NOT_STARTED)
    stack = subject.contract.title if subject.contract else "the stack"
    error = raised(first.error) or first.error
    # Its own check names what it found; anything else is told by what the stack was about to do.
    what = f" (at `{statement(error)}`)" if kind is Refusal.START else ""
    message = f"{stack} refuses to start it: {reason(error)}{what}"
    why = "The stack compares each provider with its protocols when it starts, in its own way, and ends."
    yield blamed(subject, message, why, "change what it names")
