"""Part of the mini stack."""
