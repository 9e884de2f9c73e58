"""Calls on a running provider as its callers make them, with input that makes sense."""
