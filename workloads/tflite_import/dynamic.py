"""What the batch is bound by in a TensorFlow Lite file that leaves it open."""

from __future__ import annotations

from pathlib import Path

from workloads.errors import NetworkError


def open_batch(path: Path) -> tuple[str, ...]:
    """Return what axis 0 of each input is bound by, where the file leaves it open.

    Nothing when the file gives the first input's axis 0 a size.

    Raises
    ------
    NetworkError
        When the file cannot be read as TensorFlow Lite.
    """
    from workloads.tflite_import.bindings import dimension_name
    from workloads.tflite_import.read import read_model  # imports tflite, which takes a while

    try:
        model = read_model(path)
    except NetworkError as error:
        raise type(error)(f"{path}: {error}") from None
    inputs = [model.tensors[index] for index in model.inputs]
    if not inputs or 0 not in inputs[0].open_axes:
        return ()
    return tuple(dimension_name(item, 0) for item in inputs if 0 in item.open_axes)
