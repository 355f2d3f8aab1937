"""Operators split in two of low rank."""
