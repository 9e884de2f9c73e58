"""Keep the field tests to the environments that bring a real stack."""

from support.field import ENVIRONMENT

collect_ignore_glob = [] if ENVIRONMENT else ["test_*.py"]
