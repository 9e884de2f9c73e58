"""Copies of a provider package with one defect planted in its source."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.rules.model import Rule
from provider_conformance.run.planning import run
from provider_conformance.run.report import Report
from provider_conformance.sandbox.limits import DEFAULT, Limits, limited

Method = ast.FunctionDef | ast.AsyncFunctionDef
Mutation = Callable[[ast.ClassDef, Method], None]

ROOT = Path(__file__).parents[2]


class _Synchronous(ast.NodeTransformer):
    """Take the `await` out of a body that is no longer asynchronous."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)


def delete(cls: ast.ClassDef, method: Method) -> None:
    """Take the method out."""
    cls.body.remove(method)


def rename_first_parameter(cls: ast.ClassDef, method: Method) -> None:
    """Give the first parameter another name, in the signature and in the body."""
    before, method.args.args[1].arg = method.args.args[1].arg, "renamed"
    # A name that is not there would be a second defect, and the rules that call the method find it.
    for node in ast.walk(method):
        if isinstance(node, ast.Name) and node.id == before:
            node.id = "renamed"


def make_sync(cls: ast.ClassDef, method: Method) -> None:
    """Make a plain function of a coroutine function."""
    plain = ast.FunctionDef(**{field: getattr(method, field, None) for field in ast.FunctionDef._fields})
    plain.body = [_Synchronous().visit(statement) for statement in method.body]
    cls.body[cls.body.index(method)] = ast.copy_location(plain, method)


def add_required_parameter(cls: ast.ClassDef, method: Method) -> None:
    """Demand an argument that nobody passes."""
    method.args.args.insert(1, ast.arg("demanded"))


def methods(folder: Path, class_name: str) -> list[Method]:
    """The methods of a class of the package."""
    _, _, cls = _class(folder, class_name)
    return [node for node in cls.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def plant(original: Path, copy: Path, class_name: str, method: str, mutation: Mutation) -> tuple[Path, str]:
    """Copy a project with one method mutated.

    Returns:
        The mutated file, and its new text.
    """
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
    path, tree, cls = _class(copy, class_name)
    target = next(node for node in cls.body if getattr(node, "name", "") == method)
    assert isinstance(target, ast.FunctionDef | ast.AsyncFunctionDef)
    mutation(cls, target)
    text = ast.unparse(ast.fix_missing_locations(tree))
    path.write_text(text)
    return path, text


def _class(folder: Path, class_name: str) -> tuple[Path, ast.Module, ast.ClassDef]:
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == class_name:
                return path, tree, node
    raise LookupError(class_name)


def judged(
    project: Path, package: str, rules: Iterable[Rule] | None = None, bounds: Limits = DEFAULT
) -> Iterator[Report]:
    """Judge a project on the built-in stack, as if nothing of it had been imported before.

    Args:
        project: The folder of the project.
        package: Its import name.
        rules: Those to judge by; without any those about loading and signatures.
        bounds: What the provider's code may do and use.
    """
    held = {name: sys.modules.pop(name) for name in list(sys.modules) if _belongs(name, package)}
    try:
        with limited(bounds):
            provider = load_provider(str(project), root=project)
            yield run([provider], {provider.name: builtin_contract()}, rules or _static_rules())
    finally:
        for name in [name for name in sys.modules if _belongs(name, package)]:
            del sys.modules[name]
        sys.modules.update(held)
        if str(project) in sys.path:
            sys.path.remove(str(project))


def _static_rules() -> list[Rule]:
    """The rules about loading and signatures; what types and trials make of a defect is told elsewhere."""
    return [rule for rule in all_rules() if rule.code.startswith(("PC1", "PC2", "PC3"))]


def _belongs(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
