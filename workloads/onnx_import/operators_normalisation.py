"""Normalisation: by given statistics (batch), or by those of a row, an image or a group of channels."""

from __future__ import annotations

import math

from workloads.onnx_import.translation import Application, Step, Translation, normal_axis, single, view
from workloads.onnx_import.value import Value
from workloads.operators import Normalisation


def row_normalisation(application: Application, function: str, x: Value, *others: Value) -> tuple[Step, ...]:
    """Return normalisation of ``x`` over the node's ``axis`` and all later ones."""
    node = application.node
    first = normal_axis(node, node.integer("axis", -1), x.rank)
    work = Normalisation(function=function, axes=tuple(range(first, x.rank)))
    return single(work, (x, *others), *_with_first(application))


def _with_first(application: Application) -> tuple[Value, ...]:
    first = application.output
    return (first, *(value for value in application.used_outputs if value is not first))


def _batch(application: Application) -> Translation:
    if application.node.integer("training_mode", 0) or len(application.used_outputs) > 1:
        raise application.node.unsupported("it is in training mode, where statistics are computed")
    work = Normalisation(function="batch_normalisation")
    return single(work, application.given(0, 1, 2, 3, 4), application.output)


def _layer(application: Application) -> Translation:
    return row_normalisation(application, "layer_normalisation", application.input(0), *application.given(1, 2))


def _rms(application: Application) -> Translation:
    return row_normalisation(application, "rms_normalisation", application.input(0), *application.given(1))


def _instance(application: Application) -> Translation:
    x = application.input(0)
    work = Normalisation(function="instance_normalisation", axes=tuple(range(2, x.rank)))
    return single(work, application.given(0, 1, 2), application.output)


def _group(application: Application) -> Translation:
    """Assumes a group's channels lie together: it is a row of the image seen as (B, groups, elements)."""
    node, output = application.node, application.output
    x, num_groups = application.input(0), application.node.integer("num_groups", 0)
    if x.rank < 3 or num_groups < 1 or x.shape[1] % num_groups:
        raise node.error(f"{num_groups} groups do not divide the channels of input {list(x.shape)}")
    shape = (x.shape[0], num_groups, math.prod(x.shape[1:]) // num_groups)
    rows, result = application.between("rows", shape, x), application.between("result", shape, output)
    work = Normalisation(function="group_normalisation", axes=(2,))
    step = Step(work=work, inputs=(rows, *application.given(1, 2)), outputs=(result,))
    return (view(x, rows, "rows_view"), step, view(result, output, "view"))


def _mean_variance(application: Application) -> Translation:
    node, x = application.node, application.input(0)
    axes = tuple(normal_axis(node, axis, x.rank) for axis in node.integers("axes") or (0, 2, 3))
    return single(Normalisation(function="mean_variance_normalisation", axes=axes), (x,), application.output)


def _lp(application: Application) -> Translation:
    node, x = application.node, application.input(0)
    axis = normal_axis(node, node.integer("axis", -1), x.rank)
    return single(Normalisation(function="lp_normalisation", axes=(axis,)), (x,), application.output)


def _local_response(application: Application) -> Translation:
    """Assumes the channels of one position are kept while its window slides along them."""
    return single(Normalisation(function="lrn", axes=(1,)), (application.input(0),), application.output)


TABLE = {
    "BatchNormalization": _batch,
    "LayerNormalization": _layer,
    "RMSNormalization": _rms,
    "SimplifiedLayerNormalization": _rms,
    "InstanceNormalization": _instance,
    "GroupNormalization": _group,
    "MeanVarianceNormalization": _mean_variance,
    "LpNormalization": _lp,
    "LRN": _local_response,
}
