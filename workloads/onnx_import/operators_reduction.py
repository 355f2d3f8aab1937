"""Reductions: sums, extremes, arg-extremes, top-k, cumulative sums."""

from __future__ import annotations

from workloads.onnx_import.translation import (
    Alias,
    Application,
    Translation,
    Translator,
    axes_of,
    normal_axis,
    single,
)
from workloads.operators import Reduction

_REDUCTIONS = {
    "ReduceSum": "sum",
    "ReduceMean": "mean",
    "ReduceMax": "max",
    "ReduceMin": "min",
    "ReduceProd": "prod",
    "ReduceL1": "l1",
    "ReduceL2": "l2",
    "ReduceLogSum": "log_sum",
    "ReduceLogSumExp": "log_sum_exp",
    "ReduceSumSquare": "sum_square",
}


def _reduction(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        x = application.input(0)
        axes = axes_of(application, 1, x.rank)
        if not axes:
            if application.node.integer("noop_with_empty_axes", 0):
                return Alias(source=x)
            axes = tuple(range(x.rank))
        return single(Reduction(function=function, axes=axes), (x,), application.output)

    return translate


def _along_axis(function: str, default: int) -> Translator:
    def translate(application: Application) -> Translation:
        x = application.input(0)
        axis = normal_axis(application.node, application.node.integer("axis", default), x.rank)
        return single(Reduction(function=function, axes=(axis,)), (x,), *application.used_outputs)

    return translate


def _cumulative(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        x, given = application.input(0), application.input(1).integers()
        if given is None:
            raise application.node.unsupported("its axis is known only when the network runs")
        axis = normal_axis(application.node, given[0], x.rank)
        return single(Reduction(function=function, axes=(axis,)), (x,), application.output)

    return translate


TABLE: dict[str, Translator] = {
    **{op_type: _reduction(function) for op_type, function in _REDUCTIONS.items()},
    "ArgMax": _along_axis("arg_max", 0),
    "ArgMin": _along_axis("arg_min", 0),
    "TopK": _along_axis("top_k", -1),
    "CumSum": _cumulative("cumulative_sum"),
    "CumProd": _cumulative("cumulative_product"),
}
