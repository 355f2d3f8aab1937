"""Channel pruning, carried through the graph."""
