"""Other ways to write the numbers of a weight, and what they cost in accuracy."""
