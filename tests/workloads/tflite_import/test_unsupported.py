"""Reasons that the error about an operator gives."""

from __future__ import annotations

import pytest

from workloads.tflite_import.unsupported import reason_for


@pytest.mark.parametrize(
    ("op_type", "is_builtin", "reason"),
    [
        ("WHERE", True, "the shape of its output depends on values that the network computes"),
        ("IF", True, "it runs another graph of the file"),
        ("READ_VARIABLE", True, "it keeps a state outside the graph"),
        ("SVDF", True, "there is no translation for it"),
        ("IF", False, "it is a custom operator"),
    ],
)
def test_reasons(op_type: str, is_builtin: bool, reason: str) -> None:
    assert reason_for(op_type, is_builtin).startswith(reason)
