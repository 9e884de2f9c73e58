"""What one release of a stack demands of its providers."""
