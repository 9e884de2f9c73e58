"""The subject of a run: a provider package, found, loaded and looked at."""
