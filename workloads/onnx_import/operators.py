"""Which translator each operator type has, by domain."""

from __future__ import annotations

from workloads.onnx_import import (
    operators_attention,
    operators_contrib,
    operators_matrix,
    operators_movement,
    operators_normalisation,
    operators_pointwise,
    operators_pooling,
    operators_recurrent,
    operators_reduction,
    quantised,
)
from workloads.onnx_import.contrib_shapes import DOMAIN
from workloads.onnx_import.translation import Translator

_STANDARD = (
    operators_matrix.TABLE,
    operators_attention.TABLE,
    operators_pooling.TABLE,
    operators_pointwise.TABLE,
    operators_normalisation.TABLE,
    operators_reduction.TABLE,
    operators_movement.TABLE,
    operators_recurrent.TABLE,
    quantised.TABLE,
)
_CONTRIB = (operators_contrib.TABLE, quantised.CONTRIB_TABLE)

TRANSLATORS: dict[tuple[str, str], Translator] = {
    **{("", op_type): translator for table in _STANDARD for op_type, translator in table.items()},
    **{(DOMAIN, op_type): translator for table in _CONTRIB for op_type, translator in table.items()},
}
