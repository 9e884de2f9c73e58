"""The files of a new package."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from string import Template

from provider_conformance.releases.changes.model import Side
from provider_conformance.scaffold import templates
from provider_conformance.scaffold.plan import Method, Plan, camel


def files(plan: Plan) -> Mapping[str, str]:
    """The files of a package by their paths from its project's folder."""
    words = _words(plan)
    package, api = plan.package, plan.api
    return {
        "pyproject.toml": _filled(templates.PYPROJECT, words),
        "README.md": _filled(templates.README, words),
        ".github/workflows/provider.yml": _filled(templates.WORKFLOW, words),
        f"{package}/__init__.py": _filled(templates.INIT, words),
        f"{package}/py.typed": "",
        f"{package}/provider.py": _filled(templates.SPEC, words),
        f"{package}/config.py": _filled(templates.REMOTE_CONFIG if plan.remote else templates.CONFIG, words),
        f"{package}/{api}.py": _implementation(plan, words),
        "tests/test_provider.py": _filled(templates.TESTS, words),
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template(template).substitute(words)


def _words(plan: Plan) -> dict[str, str]:
    """What templates leave open."""
    kind = "remote" if plan.remote else "inline"
    factory = plan.contract.factories[kind]
    builtin = not plan.requirement
    stack, _, release = plan.stack.partition("==")
    minor = ".".join((release or "0").split(".")[:2])
    return {
        "package": plan.package,
        "slug": plan.slug,
        "title": plan.title,
        "api": plan.api,
        "cls": f"{plan.title}{camel(plan.api)}",
        "kind": kind,
        "factory": factory.function,
        "specs": plan.specs,
        "spec": _spec(plan),
        "spec_class": f"{kind.capitalize()}ProviderSpec",
        "spec_classes": ", ".join(_spec_classes(plan)),
        "requires": "provider-conformance" if builtin else f"{plan.requirement}>={minor}",
        "tested": "" if builtin else f', "{stack}=={release}"',
        "python": "3.11" if builtin else "3.12",
        "on": "the built-in stack" if builtin else plan.contract.title,
        "option": "builtin" if builtin else "installed",
    }


def _spec_classes(plan: Plan) -> list[str]:
    adapter = ["AdapterSpec"] if plan.remote and _has_adapter(plan) else []
    return [*adapter, "Api", f"{'Remote' if plan.remote else 'Inline'}ProviderSpec"]


def _has_adapter(plan: Plan) -> bool:
    return "adapter" in plan.contract.spec_fields["RemoteProviderSpec"]


def _spec(plan: Plan) -> str:
    """The arguments of the spec."""
    package = plan.package
    config = f"{package}.config.{plan.title}Config"
    code = [f'module="{package}",', f'config_class="{config}",', "pip_packages=[],"]
    lines = [f"api=Api.{plan.api},", f'provider_type="{plan.provider_type}",']
    if plan.remote and _has_adapter(plan):
        inner = [f'adapter_type="{plan.slug}",', *code]
        lines += [
            f'config_class="{config}",',
            "adapter=AdapterSpec(",
            *(f"    {line}" for line in inner),
            "),",
        ]
    else:
        lines += [f'adapter_type="{plan.slug}",'] if plan.remote else []
        lines += code
    if plan.api == "tool_runtime" and "toolgroup_id" in plan.contract.spec_fields["ProviderSpec"]:
        lines.append(f'toolgroup_id="{plan.slug}::tools",')
    return textwrap.indent("\n".join(lines), " " * 8)


# -- the implementation --------------------------------------------------------------------------


def _implementation(plan: Plan, words: Mapping[str, str]) -> str:
    inner = {**words, "imports": "\n".join(_imports(plan)), "bases": ", ".join(plan.bases)}
    objects = {method.first for method in plan.methods if _registers(method)}
    inner["members"] = "".join(f"    {member}  # the stack sets it\n" for member in plan.members)
    if plan.members:
        inner["members"] += "\n"
    inner["kept"] = "_base_url = config.base_url" if plan.remote else "_config = config"
    inner["objects"] = " | ".join(sorted(objects))
    head = _filled(templates.CLASS, inner)
    held = _filled(templates.HELD, inner) if objects else ""
    life = _filled(templates.LIFE, inner)
    return head + held + life + "".join(f"\n{text}" for text in _methods(plan))


def _imports(plan: Plan) -> Iterator[str]:
    for module, found in groupby(plan.imports, key=lambda pair: pair[0]):
        names = [name for _, name in found]
        line = f"from {module} import {', '.join(names)}"
        inside = "".join(f"    {name},\n" for name in names)
        yield line if len(line) <= 100 else f"from {module} import (\n{inside})"


def _methods(plan: Plan) -> Iterator[str]:
    for method in plan.methods:
        word = "async def" if method.is_async else "def"
        head = f"{word} {method.name}({', '.join(['self', *method.parameters])}) -> {method.returns}:"
        if len(head) > 96:
            inside = "".join(f"    {one},\n" for one in ("self", *method.parameters))
            head = f"{word} {method.name}(\n{inside}) -> {method.returns}:"
        body = [*_registry(method)] if method.side is Side.REGISTRY else [*_refusal(plan, method)]
        yield textwrap.indent("\n".join([head, *(f"    {line}" for line in body)]), "    ") + "\n"


def _refusal(plan: Plan, method: Method) -> Iterable[str]:
    yield '"""Not written yet: it refuses, and the stack answers that it is not implemented."""'
    yield f'raise NotImplementedError("{plan.slug} does not have `{method.name}` yet")'


def _registers(method: Method) -> bool:
    one = len(method.names) == 1
    return method.side is Side.REGISTRY and method.name.startswith("register_") and one


def _registry(method: Method) -> Iterable[str]:
    """What a registry method does from the start: objects are kept by their identifiers."""
    if _registers(method):
        yield '"""Serve an object from now on."""'
        yield f"self._registered[{method.names[0]}.identifier] = {method.names[0]}"
        yield from [f"return {method.names[0]}"] if method.returns != "None" else []
    elif method.name.startswith("unregister_") and len(method.names) == 1:
        yield '"""Do not serve an object any more."""'
        yield f"self._registered.pop({method.names[0]}, None)"
    elif method.name.startswith("list_"):
        yield '"""The objects that are served."""'
        yield "return list(self._registered.values())"
    elif method.returns == "bool":
        yield '"""Whether the stack is to ask again and again: no."""'
        yield "return False"
    else:
        yield '"""Not written yet."""'
        yield f'raise NotImplementedError("`{method.name}` is not written yet")'
