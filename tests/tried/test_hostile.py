"""The package `hostile`: see :mod:`support.tried`."""

from support.tried import TriedPackage


class TestHostile(TriedPackage):
    package = "hostile"
