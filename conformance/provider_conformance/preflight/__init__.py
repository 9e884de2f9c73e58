"""A run config looked at before a stack is started with it: nothing of a provider is run."""
