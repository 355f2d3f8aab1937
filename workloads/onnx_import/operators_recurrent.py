"""LSTM, GRU and plain recurrent layers."""

from __future__ import annotations

from workloads.onnx_import.node import Node
from workloads.onnx_import.translation import Application, Translation, Translator, single
from workloads.onnx_import.value import Value
from workloads.operators import Recurrent


def recurrent(
    node: Node, num_gates: int, operands: tuple[Value, ...], outputs: tuple[Value, ...], *, batch_first: bool = False
) -> Translation:
    """Return a recurrent layer.

    Parameters
    ----------
    node : Node
    num_gates : int
    operands : tuple of Value
        x (L, B, I) or (B, L, I), w (D, G*H, I), r (D, G*H, H), then bias, lengths and initial states.
    outputs : tuple of Value
    batch_first : bool
        True when x is (B, L, I).
    """
    x, w, r = operands[:3]
    if x.rank != 3 or w.rank != 3 or r.rank != 3 or w.shape[1] % num_gates:
        shapes = ", ".join(str(list(value.shape)) for value in (x, w, r))
        raise node.error(f"x, w, r have shapes {shapes}, expected (L, B, I), (D, G*H, I), (D, G*H, H)")
    hidden_size = w.shape[1] // num_gates
    if r.shape != (w.shape[0], w.shape[1], hidden_size) or w.shape[2] != x.shape[2]:
        raise node.error(f"weights {list(w.shape)} and {list(r.shape)} do not fit input {list(x.shape)}")
    num_steps, batch = (x.shape[1], x.shape[0]) if batch_first else (x.shape[0], x.shape[1])
    work = Recurrent(
        num_gates=num_gates,
        num_steps=num_steps,
        batch=batch,
        input_size=x.shape[2],
        hidden_size=hidden_size,
        num_directions=w.shape[0],
    )
    return single(work, operands, *outputs)


def _layer(num_gates: int) -> Translator:
    def translate(application: Application) -> Translation:
        required = (application.input(0), application.input(1), application.input(2))
        others = application.given(*range(3, len(application.inputs)))
        batch_first = bool(application.node.integer("layout", 0))
        used = application.used_outputs
        return recurrent(application.node, num_gates, (*required, *others), used, batch_first=batch_first)

    return translate


TABLE = {"LSTM": _layer(4), "GRU": _layer(3), "RNN": _layer(1)}
