"""Whether a provider fits releases that are not installed."""
