"""The package `wired`: see :mod:`support.tried`."""

from support.tried import TriedPackage


class TestWired(TriedPackage):
    package = "wired"
