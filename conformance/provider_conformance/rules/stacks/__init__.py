"""What a stack promises its providers (``--provider-stack-rules``)."""
