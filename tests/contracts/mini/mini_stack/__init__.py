"""A stack of three APIs, in the layout of the real ones."""
