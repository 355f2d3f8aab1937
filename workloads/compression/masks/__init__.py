"""Which weights are kept: by magnitude, at random, from a file."""
