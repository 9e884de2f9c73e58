"""The nine APIs of the built-in stack: their data types and protocols."""
