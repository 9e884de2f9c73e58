"""The package `lifecycle`: see :mod:`support.tried`."""

from support.tried import TriedPackage


class TestLifecycle(TriedPackage):
    package = "lifecycle"
