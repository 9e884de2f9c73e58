"""The settings of a run as a table: options of pytest and of the command line, and keys of files."""

from __future__ import annotations

from typing import Any, Final

PROVIDER_HELP: Final = (
    "check this provider: an import name, module:callable, module:Class (with --provider-api), or the path "
    "of a project, package, wheel, folder of projects or of YAML specs, spec, run config; may be repeated"
)
OPTIONS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("provider_api", "the API that the class given by --provider implements", {"metavar": "API"}),
    (
        "provider_stack",
        "judge by auto (what the provider is made for), builtin, installed, llama-stack, ogx or ogx==1.5.0",
        {"metavar": "STACK"},
    ),
    (
        "provider_view",
        "look at the provider live (import it), in its source, or auto: in its source if the import fails",
        {"metavar": "VIEW"},
    ),
    (
        "provider_releases",
        (
            "judge the provider's source by releases that need not be installed: those that are named "
            "(ogx==1.5.0,llama-stack>=0.6) have to fit, `all` is a survey that fails no run"
        ),
        {"metavar": "RELEASES"},
    ),
    (
        "provider_isolate",
        "import and try each provider in a process of its own, whose end is a finding",
        {"action": "store_true", "default": None},
    ),
    (
        "provider_timeout",
        "how long a provider's code may take at a stretch: an import, a factory, a trial (30)",
        {"metavar": "SECONDS"},
    ),
    (
        "provider_memory",
        "how much memory a provider's own process may have, with --provider-isolate (4096)",
        {"metavar": "MIB"},
    ),
    (
        "provider_config",
        "try providers with the configuration in a file: settings, or by provider type, or a run config",
        {"metavar": "FILE"},
    ),
    (
        "provider_samples",
        "call providers with the names and calls in a file, by provider type; YAML, JSON or TOML",
        {"metavar": "FILE"},
    ),
    (
        "provider_backend",
        "the back ends of remote providers are there: use the network, and let what cannot reach one fail",
        {"action": "store_true", "default": None},
    ),
    (
        "provider_no_standin",
        "try remote providers without the stand-in server on loopback that answers for their back ends",
        {"action": "store_true", "default": None},
    ),
    (
        "provider_select",
        "run only the rules with these codes or prefixes, separated by commas: PC2,PC301",
        {"metavar": "CODES", "action": "append"},
    ),
    (
        "provider_ignore",
        "leave out the rules with these codes or prefixes, separated by commas",
        {"metavar": "CODES", "action": "append"},
    ),
    (
        "provider_strict",
        "let warnings and inconclusive checks fail",
        {"action": "store_true", "default": None},
    ),
    (
        "provider_require",
        (
            "fail below a level: loads, fits, starts, serves or keeps; for one provider type "
            "remote::foo=starts; separated by commas"
        ),
        {"metavar": "LEVEL", "action": "append"},
    ),
    (
        "provider_baseline",
        "accept the failures in a file (TOML), each with a reason; what is stale or expired in it fails",
        {"metavar": "FILE"},
    ),
    (
        "provider_baseline_update",
        "write the file anew: what fails now is added, what fails no longer is dropped",
        {"action": "store_true", "default": None},
    ),
    (
        "provider_stack_rules",
        "judge the stack that --provider-stack names, beside the providers or without any",
        {"action": "store_true", "default": None},
    ),
    (
        "provider_report",
        "write a report; FORMAT is badge, badge-json, gitlab, html, json, markdown or sarif; may be repeated",
        {"metavar": "FORMAT:PATH", "action": "append"},
    ),
)
"""Key, help, and what `addoption` takes besides; the option is the key with dashes."""
