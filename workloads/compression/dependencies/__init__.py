"""Which channels of a network stand or fall together."""
