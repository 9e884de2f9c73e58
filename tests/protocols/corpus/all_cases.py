"""Every case of the corpus."""

from __future__ import annotations

from protocols.corpus import (
    attributes,
    conforming_calls,
    conforming_defaults,
    conforming_lookalikes,
    conforming_results,
    conforming_wrappers,
    defects_binding,
    defects_lookup,
    defects_order_defaults,
    defects_results,
    defects_stubs,
    defects_wrappers,
    forwarding,
    hard_lookups,
    private,
    properties,
    protocol_results,
    protocol_shapes,
    stores,
    undecidable,
)
from protocols.corpus.case import Case

MODULES = (
    attributes,
    conforming_calls,
    conforming_defaults,
    conforming_lookalikes,
    conforming_results,
    conforming_wrappers,
    defects_binding,
    defects_lookup,
    defects_order_defaults,
    defects_results,
    defects_stubs,
    defects_wrappers,
    forwarding,
    hard_lookups,
    private,
    properties,
    protocol_results,
    protocol_shapes,
    stores,
    undecidable,
)

CASES: list[Case] = [case for module in MODULES for case in module.cases]
