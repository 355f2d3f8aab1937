"""Compiled loops of the mapper; imports numpy and numba only."""
