"""Level 5: life cycle, settings, and what a provider does to its process."""
