"""What a skeleton keeps: names, signatures and kinds at their lines; and what it leaves out."""

from __future__ import annotations

import ast
import textwrap

import pytest

from provider_conformance.contracts.snapshots.skeleton import joined, skeleton


def kept(text: str) -> str:
    return joined(skeleton(textwrap.dedent(text).lstrip("\n")))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): ...", "def f(): ..."),
        ("def f():\n    '''Doc.'''", "def f(): ''"),
        ("def f():\n    '''Doc.'''\n    ...", "def f(): ..."),
        ("def f():\n    '''Doc.'''\n    return None", "def f(): return None"),
        ("def f():\n    raise NotImplementedError('not yet')", "def f(): raise NotImplementedError"),
        ("async def f(x):\n    return await g(x)", "async def f(x): _"),
        ("async def f(x):\n    for y in x:\n        yield y", "async def f(x): yield"),
        ("def f(x):\n    log(x)", "def f(x): _"),
        ("def f(x):\n    return {'a': x}", "def f(x): return not _"),
        ("def f(x):\n    return g(x, 'a')", "def f(x): return g()"),
        ("def f(self):\n    return self.chat(1)", "def f(self): return self.chat()"),
        ("def f(x):\n    if x:\n        return g(x)\n    return 1", "def f(x): return g() if _ else 1"),
        ("def f(x):\n    y = g(x)\n    return y", "def f(x): return g()"),
        ("def f(x):\n    y = y\n    return y", "def f(x): return _"),
        ("def f(x):\n    return (y async for y in x)", "def f(x): return (_ async for _ in _)"),
        ("def f(cls):\n    register(cls)\n    return cls", "def f(cls): return cls"),
        ("def f(self, x):\n    self.a = x\n    self.b = open(x)", "def f(self, x): self.a = x; self.b = _"),
        ("def f(self, x):\n    self.a, self.b = x", "def f(self, x): self.a = _; self.b = _"),
        ("def f(self, n):\n    setattr(self, n, load(n))", "def f(self, n): setattr(self, n, _)"),
        ("def f(self, n):\n    self.__dict__.update(n)", "def f(self, n): self.__dict__.update()"),
        ("def f(a, /, b: 'B' = 1, *, c=None) -> C: pass", "def f(a, /, b: 'B'=1, *, c=None) -> C: pass"),
    ],
)
def test_of_a_body_what_it_is_but_not_what_it_does(source: str, expected: str) -> None:
    assert kept(source).strip() == expected


def test_a_wrapper_keeps_what_it_hands_on() -> None:
    text = """
        def traced(function):
            '''Log calls.'''
            logger.info("wrapping %s", function)

            @wraps(function)
            async def wrapper(*args, **kwargs):
                start = time()
                logger.info("calling")
                try:
                    return await function(*args, **kwargs)
                except ValueError as error:
                    logger.error("it failed: %s", error)
                    raise

            return wrapper
        """
    lines = kept(text).splitlines()
    assert lines[0] == "def traced(function):"
    assert lines[5] == "    async def wrapper(*args, **kwargs):"
    assert "            return await function(*args, **kwargs)" in lines
    assert not [line for line in lines if "logger" in line or "Log" in line]


def test_of_the_classes_of_specs_properties_are_kept() -> None:
    text = """
        class RemoteSpec(Spec):
            @property
            def module(self):
                if self.adapter:
                    return self.adapter.module
                return "none"
        """
    assert "if self.adapter:" in kept(text)
    assert "if self.adapter:" not in kept(text.replace("RemoteSpec", "Remote"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""Doc."""\nimport os', "import os"),
        ("X = 'a' * 3  # comment", "X = 'a' * 3"),
        (f"X = {'long' * 40!r}", "X = _"),
        (f"__all__ = {[f'name_{n}' for n in range(60)]}", f"__all__ = {[f'name_{n}' for n in range(60)]}"),
        ("if __debug__:\n    A = 1\nelse:\n    A = 2", "if __debug__:\n    A = 1\nelse:\n    A = 2"),
        ("try:\n    import a\nexcept ImportError:\n    a = None", None),
        ("class A(B, metaclass=M):\n    '''Doc.'''", "class A(B, metaclass=M): pass"),
        (
            "class A:\n    x: int = Field(default=3, description='Long.')",
            "class A:\n    x: int = Field(default=3)",
        ),
        (
            "class A:\n    x: Annotated[int, Field(ge=1, title='X')]",
            "class A:\n    x: Annotated[int, Field(ge=1)]",
        ),
        ("register(A, name='a')", "register(A)"),
        ("print('hello')", ""),
        ("@route('/x', description='Long.')\ndef f(): ...", "@route('/x')\ndef f(): ..."),
    ],
)
def test_of_a_module_its_names_and_no_prose(source: str, expected: str | None) -> None:
    assert kept(source).strip() == (source if expected is None else expected)


def test_definitions_stay_at_their_lines() -> None:
    text = (
        "'Doc.'\n\nimport os\n\nclass A:\n    'Doc.'\n\n    # More.\n\n    def f(\n        self\n    ): ...\n"
    )
    before = {node.name: node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, NAMED)}
    after = {node.name: node.lineno for node in ast.walk(ast.parse(kept(text))) if isinstance(node, NAMED)}
    assert before == after == {"A": 5, "f": 10}


NAMED = ast.ClassDef | ast.FunctionDef


def test_what_only_a_younger_python_reads_is_told_the_old_way() -> None:
    try:
        shown = kept("type Names = list[str]\n\ndef first[T](of: list[T]) -> T:\n    return of[0]\n")
    except SyntaxError:
        pytest.skip("this Python does not read it")
    assert shown == "Names = list[str]\n\ndef first(of: list[T]) -> T: return _\n"
