"""Every case of the corpus."""

from __future__ import annotations

from protocols.corpus import (
    abstract_bases,
    attributes,
    class_members,
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
    special_methods,
    stores,
    undecidable,
)
from protocols.corpus.case import Case

MODULES = (
    abstract_bases,
    attributes,
    class_members,
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
    special_methods,
    stores,
    undecidable,
)

CASES: list[Case] = [case for module in MODULES for case in module.cases]
