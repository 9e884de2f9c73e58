"""What made-up providers answer as real ones would, so that whoever works with them can be judged."""
