"""Joint tiling and residency: which operands are whole, which are cut, and what stays between operators."""
