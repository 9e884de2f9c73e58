"""What holds for the reference providers for ogx where ogx is not; ``tests/field`` tries them where it is."""

import tomllib

from support.references import OGX


def test_the_readme_names_every_module() -> None:
    readme = (OGX / "README.md").read_text(encoding="utf-8")
    modules = [path for path in (OGX / "reference_ogx").rglob("*.py") if path.read_text(encoding="utf-8")]
    named = [f"`{path.relative_to(OGX)}`" in readme for path in modules]
    assert [path.name for path, is_named in zip(modules, named, strict=True) if not is_named] == []


def test_the_distribution_ships_the_package_with_its_types() -> None:
    project = tomllib.loads((OGX / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["reference_ogx"]
    assert (OGX / "reference_ogx" / "py.typed").exists()
