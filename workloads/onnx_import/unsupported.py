"""Why an operator without a translation has none, and what would be needed."""

from __future__ import annotations

_DATA_DEPENDENT = "the shape of its output depends on values that the network computes"
_REASONS = {
    **dict.fromkeys(
        ("NonZero", "Unique", "Compress", "NonMaxSuppression", "Range", "ConstantOfShape"), _DATA_DEPENDENT
    ),
    **dict.fromkeys(("Loop", "Scan"), "its body runs a number of times, and would have to be unrolled in the file"),
}


def reason_for(op_type: str, domain: str) -> str:
    """Return the reason that the error about a node without a translation gives."""
    if domain in ("", "ai.onnx") and op_type in _REASONS:
        return _REASONS[op_type]
    if op_type.startswith(("Sequence", "Optional", "SplitToSequence", "ConcatFromSequence")):
        return "sequences and optional values are no tensors"
    return "there is no translation for it"
