"""Who calls a provider in a stack's own code, and how: read off its source."""
