"""The coded checks, one module a family."""
