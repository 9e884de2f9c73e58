"""The package `registry`: see :mod:`support.tried`."""

from support.tried import TriedPackage


class TestRegistry(TriedPackage):
    package = "registry"
