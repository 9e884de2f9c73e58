"""Level 2: signatures and types fit the protocols and the calls."""
