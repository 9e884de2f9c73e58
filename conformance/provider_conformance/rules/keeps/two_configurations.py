"""PC614: two configurations give two behaviours."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.varied import Varied
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule


@rule("PC614", "two-configurations", scope=Scope.SPEC, applies=is_loadable, after=("PC503", "PC504"))
def two_configurations(subject: Subject, varied: Varied) -> Iterator[Finding]:
    """Check that each instance goes by its own configuration.

    What it does:
        Varies the sample configuration, one declared field at a time, and looks for a variation that makes a
        difference which can be seen: in the listing, or in the answers to a small request and to the usual
        calls (their values, and how long their lists are). Then it starts both in one stack, in both orders:
        each must behave as it does alone. Objects that the configuration names and that are listed must be
        listed under other names when the configuration names them so. Where no variation makes a difference
        there is nothing to judge.

    Why is this bad:
        A run config has two entries of the provider, and both behave as one of them says: requests go to the
        wrong model, with the wrong limits or to the wrong tenant.

    Example:
        ```python
        _CONFIG = None
        async def get_provider_impl(config, deps):
            global _CONFIG
            _CONFIG = _CONFIG or config  # the second instance gets the first one's
            return MyInference(_CONFIG)
        ```

        ```python
        DEFAULTS = {"engine": {"models": []}}
        self.settings = dict(DEFAULTS)  # `engine` is one and the same for all instances
        self.settings["engine"]["models"].append(config.model)
        ```

    How to fix:
        Give the configuration to the object, and read it from there: `self.config = config`. Copy
        defaults with all that is in them: `copy.deepcopy(DEFAULTS)`.

    Source:
        The resolvers call the factory once for each entry, with that entry's configuration.
    """
    if varied.fault is not None:
        yield blamed(subject, varied.fault.message, varied.fault.why, varied.fault.fix)
