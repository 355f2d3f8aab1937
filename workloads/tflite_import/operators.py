"""Which translator each operator type has, and which types work on images or leave their input's axes in order."""

from __future__ import annotations

from workloads.tflite_import import (
    operators_cutting,
    operators_matrix,
    operators_movement,
    operators_pointwise,
    operators_pooling,
    operators_recurrent,
    operators_reduction,
    operators_views,
)
from workloads.tflite_import.translation import Table

TRANSLATORS: Table = {
    **operators_matrix.TABLE,
    **operators_pooling.TABLE,
    **operators_pointwise.TABLE,
    **operators_reduction.TABLE,
    **operators_views.TABLE,
    **operators_cutting.TABLE,
    **operators_movement.TABLE,
    **operators_recurrent.TABLE,
}

ON_IMAGES = {
    "CONV_2D": 0,
    "DEPTHWISE_CONV_2D": 0,
    "CONV_3D": 0,
    "TRANSPOSE_CONV": 2,
    **dict.fromkeys(operators_pooling.TABLE, 0),
    "RESIZE_BILINEAR": 0,
    "RESIZE_NEAREST_NEIGHBOR": 0,
    "SPACE_TO_DEPTH": 0,
    "DEPTH_TO_SPACE": 0,
}
"""Operators that only images (B, *spatial, C) make sense for, and which of their inputs is one."""

KEEPING_AXES = frozenset(
    {
        *operators_pointwise.TABLE,
        "CONCATENATION",
        "PAD",
        "PADV2",
        "MIRROR_PAD",
        "SPLIT",
        "SPLIT_V",
        "SLICE",
        "SPACE_TO_BATCH_ND",
        "BATCH_TO_SPACE_ND",
    }
)
"""Operators whose results have the axes of their inputs, in the same order."""
