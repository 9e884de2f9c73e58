from support.made_packages import fixture_paths, make

__all__ = ["fixture_paths", "make"]
