"""Level 3: a provider is made and started by its stack."""
