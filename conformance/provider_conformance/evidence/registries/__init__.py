"""What is seen of a provider's registry: of what is registered with it, and of what it lists."""
