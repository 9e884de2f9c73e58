"""A provider package on disk: found, imported, its specs read, its failures explained."""
