"""The types of an implementation against those of its protocols, with mypy."""
