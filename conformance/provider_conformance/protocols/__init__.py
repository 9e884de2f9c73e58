"""What a method promises and whether an implementation keeps it: pure, no I/O."""
