"""The package `calls`: see :mod:`support.tried`."""

from support.tried import TriedPackage


class TestCalls(TriedPackage):
    package = "calls"
