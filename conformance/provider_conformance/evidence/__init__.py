"""What is seen of a provider, collected once for all rules; or why it is not there."""
