"""Compression specs: what is done to which layer, as text, file and data."""
