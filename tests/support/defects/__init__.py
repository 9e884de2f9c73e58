"""Defects of behaviour that tests plant in copies of the reference providers."""
