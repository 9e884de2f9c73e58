"""Where a provider is tried: the built-in stack or an installed one, behind one small protocol."""
