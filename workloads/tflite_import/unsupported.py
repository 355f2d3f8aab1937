"""Why an operator without a translation has none, and what would be needed."""

from __future__ import annotations

_DATA_DEPENDENT = "the shape of its output depends on values that the network computes"
_CONTROL_FLOW = "it runs another graph of the file, and only the main graph is costed; unroll it when exporting"
_STATE = "it keeps a state outside the graph; export the model with its state as inputs and outputs"
_REASONS = {
    **dict.fromkeys(("WHERE", "UNIQUE", "RANGE", "FILL", "SPARSE_TO_DENSE"), _DATA_DEPENDENT),
    **dict.fromkeys(("IF", "WHILE", "CALL", "STABLEHLO_WHILE", "STABLEHLO_COMPOSITE"), _CONTROL_FLOW),
    **dict.fromkeys(("VAR_HANDLE", "READ_VARIABLE", "HASHTABLE", "HASHTABLE_FIND"), _STATE),
}


def reason_for(op_type: str, is_builtin: bool) -> str:
    """Return the reason that the error about an operator without a translation gives."""
    if not is_builtin:
        return "it is a custom operator, and the file does not say what it computes"
    return _REASONS.get(op_type, "there is no translation for it")
