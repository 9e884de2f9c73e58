"""Level 1: specs load and are valid."""
