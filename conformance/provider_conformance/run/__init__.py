"""Plan checks, apply rules, count: a run without pytest."""
