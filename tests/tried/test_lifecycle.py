"""The package `lifecycle`: see :mod:`support.tried`."""

import pytest

from support.tried import TriedPackage


# Some cases leave a process behind, and Python says so when their objects go.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestLifecycle(TriedPackage):
    package = "lifecycle"
