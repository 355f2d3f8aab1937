"""The sequence LSTM: the file keeps a matrix a gate, the network one for all gates."""

from __future__ import annotations

from workloads.operators import Recurrent
from workloads.tflite_import.records import Shape
from workloads.tflite_import.translation import Application, Results, Table
from workloads.tflite_import.value import Rearrangement, Source, Value

_INPUT_WEIGHTS = (1, 2, 3, 4)
_RECURRENT_WEIGHTS = (5, 6, 7, 8)
_PEEPHOLES = (9, 10, 11)
_BIASES = (12, 13, 14, 15)
_PROJECTION = (16, 17)
_NORMALISATION = (20, 21, 22, 23)
"""Places of the inputs. Source: tensorflow/lite/kernels/lstm_shared.h."""


def _sequence_lstm(application: Application) -> Results:
    """Inputs: x (L, B, I) or (B, L, I), four (H, I) and four (H, H) matrices, four (H,) biases, states.

    The input gate is left out where it is the forget gate's complement: then there are three gates.
    """
    record = application.record
    for places, what in ((_PEEPHOLES, "peepholes"), (_PROJECTION, "a projection"), (_NORMALISATION, "normalisation")):
        if any(application.optional(place) is not None for place in places):
            raise record.unsupported(f"it has {what}; expected a plain LSTM")
    x = application.plain(application.input(0), "sequence")
    gates = [value for place in _INPUT_WEIGHTS if (value := application.optional(place)) is not None]
    if x.rank != 3 or len(gates) < 3 or gates[0].rank != 2:
        raise record.error(f"input {list(x.shape)} and {len(gates)} gates do not make a sequence of an LSTM")
    hidden, width = gates[0].shape
    w = _joined(application, _INPUT_WEIGHTS, len(gates), (hidden, width))
    r = _joined(application, _RECURRENT_WEIGHTS, len(gates), (hidden, hidden))
    bias = _joined(application, _BIASES, len(gates), (hidden,))
    if x.shape[2] != width:
        raise record.error(f"input {list(x.shape)} has rows of {x.shape[2]}, weights {[hidden, width]} take {width}")
    steps, batch = x.shape[:2] if record.integer("TimeMajor") else x.shape[1::-1]
    work = Recurrent(num_gates=len(gates), num_steps=steps, batch=batch, input_size=width, hidden_size=hidden)
    output = application.result((*x.shape[:2], hidden))
    application.add(work, (x, w, r, bias), output)
    return (output,)


def _joined(application: Application, places: tuple[int, ...], num_gates: int, shape: Shape) -> Value:
    """Return the constants of all gates as one, a direction in front: (1, gates * H, ...)."""
    record = application.record
    parts = [value for place in places if (value := application.optional(place)) is not None]
    if len(parts) != num_gates or any(part.shape != shape for part in parts):
        found = ", ".join(str(list(part.shape)) for part in parts)
        raise record.error(f"{num_gates} gates have inputs of shapes {found}, expected {list(shape)} each")
    sources = [part.source for part in parts if part.source is not None]
    if len(sources) != num_gates or any(source.rearrangements for source in sources):
        raise record.unsupported("its weights are computed while it runs")
    joined = (1, num_gates * shape[0], *shape[1:])
    first = parts[0]
    return Value(
        name=first.name,
        shape=joined,
        element_type=first.element_type,
        source=Source(
            tensors=tuple(index for source in sources for index in source.tensors),
            rearrangements=(Rearrangement(joined, tuple(range(len(joined)))),),
        ),
        origins=frozenset().union(*(part.origins for part in parts)),
    )


TABLE: Table = {"UNIDIRECTIONAL_SEQUENCE_LSTM": _sequence_lstm}
