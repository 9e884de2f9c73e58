"""Conformance suite for Llama Stack / OGX providers."""
