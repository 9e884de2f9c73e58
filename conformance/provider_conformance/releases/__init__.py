"""One provider over many releases of the stacks: which of them it fits, with none of them installed."""
