"""Level 4: what is demanded is answered, and the registry works."""
