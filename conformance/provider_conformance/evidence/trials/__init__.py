"""What is seen of a provider in trials that go on where its first one has ended."""
