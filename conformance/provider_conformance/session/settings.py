"""The settings of a run: command line over ini file over environment, read once and checked at once."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.providers.forms import behind
from provider_conformance.providers.views import VIEWS
from provider_conformance.run.engine import Policy
from provider_conformance.run.selection import (
    did_you_mean,
    parse_codes,
    parse_known_failure,
    parse_requirement,
    parse_unsupported,
)
from provider_conformance.sandbox.limits import DEFAULT, MEBIBYTE, Limits
from provider_conformance.session import baselines, tables
from provider_conformance.session.baselines import Baseline
from provider_conformance.session.files import Target, targets

if TYPE_CHECKING:
    from provider_conformance.releases.asking import Asked

FAMILIES: Final = ("llama-stack", "ogx")
STACKS: Final = ("auto", "builtin", "installed", *FAMILIES)
"""What ``--provider-stack`` accepts, beside the releases of the families: ``ogx==1.5.0``."""

_ENVIRONMENT: Final = "PROVIDER_CONFORMANCE_"
_TRUE: Final = ("1", "true", "yes", "on")
_LARGEST: Final = 1e9
_FALSE: Final = ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Named:
    """A provider as the user named it, and the folder that paths are relative to."""

    argument: str
    root: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for.

    ``gate`` says that the level to reach was named on the command line, ``left_out`` which providers of a
    folder of several are not judged, and why.
    """

    providers: tuple[Named, ...]
    api: str | None
    stack: str
    policy: Policy
    reports: tuple[Target, ...]
    stack_rules: bool
    view: str = "auto"
    releases: Asked | None = None
    gate: bool = False
    limits: Limits = DEFAULT
    isolate: bool = False
    config: Path | None = None
    samples: Path | None = None
    backend: bool = False
    standin: bool = True
    left_out: tuple[str, ...] = ()
    baseline: Baseline | None = None


def destination(key: str) -> str:
    """The attribute of pytest's options that holds a setting; ours alone, whoever else has the option."""
    return f"provider_conformance_{key}"


def environment_name(key: str) -> str:
    """The environment variable of a setting: ``PROVIDER_CONFORMANCE_STACK`` for ``provider_stack``."""
    return _ENVIRONMENT + (key.removeprefix("provider_") or key).upper()


def option_name(key: str) -> str:
    """The option of a setting, for messages."""
    return "--" + key.replace("_", "-")


_JUDGED_BY: Final = (
    "provider",
    "provider_api",
    "provider_stack",
    "provider_view",
    "provider_config",
    "provider_samples",
    "provider_backend",
    "provider_no_standin",
    "provider_isolate",
    "provider_stack_rules",
)
"""The settings on which it depends what a check sees."""


def again(config: pytest.Config) -> Callable[[str], str]:
    """What repeats a check by its id: the command line as far as it decides what the check sees."""
    words = ["pytest"]
    for key in _JUDGED_BY:
        given = config.getoption(destination(key), None)
        values = given if isinstance(given, list) else [given]
        words += [_word(option_name(key), value) for value in values if value]
    return lambda check_id: f'{" ".join(words)} "{check_id}"'


def _word(option: str, value: Any) -> str:
    return option if value is True else f"{option}={shlex.quote(str(value))}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a setting is looked up.

    ``ini`` and ``option`` give None or an empty list where the user has set nothing.
    """

    option: Callable[[str], Any]
    ini: Callable[[str], Any]
    environ: Mapping[str, str]
    here: Path
    ini_folder: Path

    def text(self, key: str) -> str | None:
        """A setting that is one text."""
        value = self.option(key) or self.ini(key) or self.environ.get(environment_name(key))
        return str(value).strip() if value else None

    def text_with_root(self, key: str) -> tuple[str | None, Path]:
        """A setting that is one text, and the folder that a path in it is relative to."""
        from_ini = not self.option(key) and bool(self.ini(key))
        return self.text(key), self.ini_folder if from_ini else self.here

    def texts(self, key: str, separator: str = ",") -> tuple[str, ...]:
        """A setting that is a list; in the environment its parts are separated by ``separator``."""
        return self.texts_with_root(key, separator)[0]

    def texts_with_root(self, key: str, separator: str = ",") -> tuple[tuple[str, ...], Path]:
        """A setting that is a list, and the folder that paths in it are relative to."""
        if given := self.option(key):
            return tuple(given), self.here
        if written := self.ini(key):
            return tuple(written), self.ini_folder
        parts = self.environ.get(environment_name(key), "").split(separator)
        return tuple(part.strip() for part in parts if part.strip()), self.here

    def flag(self, key: str) -> bool:
        """A setting that is on or off.

        Raises:
            UsageError: If the environment holds something else.
        """
        if self.option(key):
            return True
        written = self.ini(key)
        if written is not None:
            return bool(written)
        name = environment_name(key)
        word = self.environ.get(name, "").strip().lower()
        if word not in _TRUE + _FALSE:
            raise UsageError(f"{name}: {word!r} is neither true nor false")
        return word in _TRUE


def source_of(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> Source:
    """Where the settings of a pytest run are looked up."""
    here = config.invocation_params.dir
    table = tables.read((config.rootpath, here))
    file = config.inipath or table.file
    return Source(
        option=lambda key: config.getoption(destination(key), None),
        ini=table.over(config.getini, config.inipath),
        environ=environ,
        here=here,
        ini_folder=file.parent if file else here,
    )


def read(source: Source, codes: Collection[str]) -> Settings:
    """Read and check all settings.

    Args:
        source: Where to look.
        codes: The codes of all rules.

    Raises:
        UsageError: If a setting cannot be acted on; the message names it and says what is accepted.
    """
    update = source.flag("provider_baseline_update")
    baseline = baselines.read(*source.text_with_root("provider_baseline"), codes, update=update)
    settings = Settings(
        providers=_providers(source),
        api=source.text("provider_api"),
        stack=_stack(source.text("provider_stack") or "auto"),
        policy=Policy(
            select=parse_codes(source.texts("provider_select"), codes, "--provider-select"),
            ignore=parse_codes(source.texts("provider_ignore"), codes, "--provider-ignore"),
            known=(
                *(
                    parse_known_failure(text, codes, "provider_known_failures")
                    for text in source.texts("provider_known_failures", "\n")
                ),
                *(baseline.entries if baseline else ()),
            ),
            strict=source.flag("provider_strict"),
            unsupported=tuple(
                parse_unsupported(text, "provider_unsupported")
                for text in source.texts("provider_unsupported", "\n")
            ),
            require=tuple(
                parse_requirement(word, "--provider-require")
                for text in source.texts("provider_require")
                for word in text.split(",")
            ),
        ),
        view=_one_of("--provider-view", source.text("provider_view") or "auto", VIEWS),
        reports=targets(*source.texts_with_root("provider_report")),
        stack_rules=source.flag("provider_stack_rules"),
        releases=_releases(source.text("provider_releases")),
        limits=_limits(source),
        gate=bool(source.option("provider_require")),
        isolate=_isolate(source.flag("provider_isolate")),
        config=_file("--provider-config", *source.text_with_root("provider_config")),
        samples=_file("--provider-samples", *source.text_with_root("provider_samples")),
        backend=source.flag("provider_backend"),
        standin=not source.flag("provider_no_standin"),
        baseline=baseline,
    )
    return _spread(settings)


def _releases(text: str | None) -> Asked | None:
    if text is None:
        return None
    from provider_conformance.contracts.snapshots import available  # noqa: PLC0415 - only where asked for
    from provider_conformance.releases.asking import parse_releases  # noqa: PLC0415

    return parse_releases(text, available())


def _limits(source: Source) -> Limits:
    seconds = _number(source, "provider_timeout", DEFAULT.seconds)
    memory = _number(source, "provider_memory", DEFAULT.memory / MEBIBYTE)
    return Limits(seconds=seconds, memory=int(memory * MEBIBYTE))


def _number(source: Source, key: str, default: float) -> float:
    text = source.text(key)
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < _LARGEST:
        raise UsageError(f"{option_name(key)}: {text!r} is no number above 0")
    return number


def _isolate(wanted: bool) -> bool:
    if wanted and os.name != "posix":
        raise UsageError("--provider-isolate: that takes a POSIX system")
    return wanted


def _providers(source: Source) -> tuple[Named, ...]:
    arguments, root = source.texts_with_root("provider")
    if not all(argument.strip() for argument in arguments):
        raise UsageError("--provider is empty; name a package, module:callable, module:Class or a path")
    return tuple(Named(argument, root) for argument in dict.fromkeys(arguments))


def _spread(settings: Settings) -> Settings:
    """Name each single provider, where an argument names several.

    What needs a stack that is not installed is left out, unless it is judged without one anyway. A run config
    has the settings of its providers, where the user names no other file.
    """
    everything = settings.view == "source" or settings.releases is not None or "==" in settings.stack
    named: list[Named] = []
    left_out: list[str] = []
    config = settings.config
    for one in settings.providers:
        forms = behind(one.argument, one.root, everything=everything)
        named += [Named(argument, one.root) for argument in forms.named]
        left_out += forms.left_out
        config = config or forms.config
    return replace(settings, providers=tuple(dict.fromkeys(named)), left_out=tuple(left_out), config=config)


def _stack(word: str) -> str:
    """A stack by name, or a release by ``family==release``, whose snapshot is looked for later."""
    family, release, _ = word.partition("==")
    return word if release and family.strip() in FAMILIES else _one_of("--provider-stack", word, STACKS)


def _one_of(option: str, word: str, choices: Collection[str]) -> str:
    if word not in choices:
        raise UsageError(
            f"{option}: there is no {word!r}; choose one of {', '.join(choices)}{did_you_mean(word, choices)}"
        )
    return word


def _file(option: str, text: str | None, root: Path) -> Path | None:
    if text is None:
        return None
    file = root / Path(text).expanduser()
    if not file.is_file():
        raise UsageError(f"{option}: there is no file {file}")
    return file
