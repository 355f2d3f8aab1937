"""Reading an ONNX file with all its data, and writing one whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import onnx
from onnx import version_converter

from workloads.errors import NetworkError
from workloads.onnx_import.read import all_tensors, external_entries, opset_versions, read_model
from workloads.onnx_import.stored_arrays import embed_external_data

MAX_FILE_BYTES = 2**31 - 2**20
"""A protobuf message holds less than 2 GiB; more than this goes into a file of external data."""


def read_whole_model(path: Path) -> tuple[Any, tuple[Path, ...]]:
    """Return the ``onnx.ModelProto`` with external data in it, and the files that the data came from.

    Raises
    ------
    NetworkError
        When the file, or a file of external data, is missing or truncated.
    """
    model = read_model(path)
    sources = []
    for tensor in all_tensors(model.graph):
        entries = external_entries(tensor)
        if entries:
            sources.append(path.parent / entries["location"])
            embed_external_data(tensor, str(tensor.name), path.parent)
    return model, tuple(dict.fromkeys(sources))


def check_target(source: Path, target: Path, data_files: tuple[Path, ...]) -> None:
    """Raise ``NetworkError`` when writing ``target`` would overwrite the source, or could not be read again."""
    if target.suffix.lower() != ".onnx":
        raise NetworkError(f"{target}: expected the name of a file that ends in .onnx")
    for written in (target, data_path(target)):
        for read in (source, *data_files):
            if written.exists() and read.exists() and os.path.samefile(written, read):
                raise NetworkError(f"{written}: is read as the source; write the compressed network to another file")


def raise_opset(model: Any, opset: int, source: Path) -> Any:
    """Return ``model`` (``onnx.ModelProto``), read from ``source``, in default operator set ``opset``.

    Raises
    ------
    NetworkError
        When ``opset`` is lower than the file's, or onnx cannot convert the model.
    """
    found = opset_versions(model).get("", 0)
    if opset < found:
        raise NetworkError(f"{source}: operator set {opset} asked for, expected at least the file's own, {found}")
    try:
        return model if opset == found else version_converter.convert_version(model, opset)
    except (version_converter.ConvertError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise NetworkError(f"{source}: cannot be converted to operator set {opset}: {reason}") from None


def data_path(target: Path) -> Path:
    """Return where the external data of ``target`` is written."""
    return target.with_name(f"{target.name}.data")


def write_whole_model(model: Any, target: Path, *, external: bool) -> tuple[Path, ...]:
    """Write ``model`` beside ``target``, check it, then rename it: ``target`` is never half written.

    Parameters
    ----------
    model
        ``onnx.ModelProto``; its tensors are modified in place when their data goes into another file.
    target : Path
    external : bool
        Whether data goes into ``<target>.data``; it does anyway where one file cannot hold it.

    Returns
    -------
    tuple of Path
        ``target``, and the file with its external data where there is one.

    Raises
    ------
    NetworkError
        When the folder cannot be written to, or the model does not pass ``onnx.checker``.
    """
    apart = external or _num_data_bytes(model) > MAX_FILE_BYTES
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            partial = Path(folder) / target.name
            _save(model, partial, apart=apart)
            _check(partial, target)
            written = [path for path in (data_path(partial), partial) if path.exists()]
            for path in written:
                path.replace(target.parent / path.name)
    except OSError as error:
        raise NetworkError(f"{target}: cannot be written: {error.strerror}") from None
    return tuple(target.parent / path.name for path in reversed(written))


def num_file_bytes(*files: Path) -> int:
    """Return the bytes of ``files`` together."""
    return sum(file.stat().st_size for file in files)


def _num_data_bytes(model: Any) -> int:
    return sum(len(tensor.raw_data) for tensor in all_tensors(model.graph))


def _save(model: Any, path: Path, *, apart: bool) -> None:
    if apart:
        onnx.save_model(
            model, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=data_path(path).name
        )
    else:
        path.write_bytes(model.SerializeToString(deterministic=True))


def _check(path: Path, target: Path) -> None:
    try:
        onnx.checker.check_model(str(path))
    except onnx.checker.ValidationError as error:
        reason = str(error).splitlines()[0]
        raise NetworkError(f"{target}: not written, since it would not pass onnx.checker: {reason}") from None
