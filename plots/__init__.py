"""Figures from results: one figure a file. They draw numbers and derive none beyond units.

matplotlib is imported when the first figure is made, not when these modules are.
"""
