"""Pooling over windows of images."""

from __future__ import annotations

from workloads.operators import Pooling
from workloads.tflite_import.translation import Application, Results, Table, Translator
from workloads.tflite_import.windows import read_window


def _pooling(function: str) -> Translator:
    def translate(application: Application) -> Results:
        record, x = application.record, application.image(0)
        kernel = record.positive("FilterHeight", "FilterWidth")
        window, sizes = read_window(record, kernel, x.shape[1:3])
        output = application.result((x.shape[0], *sizes, x.shape[3]), is_image=True)
        application.add_fused(Pooling(function=function, window=window), (x,), output)
        return (output,)

    return translate


TABLE: Table = {
    "MAX_POOL_2D": _pooling("max"),
    "AVERAGE_POOL_2D": _pooling("average"),
    "L2_POOL_2D": _pooling("lp"),
}
