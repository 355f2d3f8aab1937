"""SCALE-Sim topology files: a CSV row a layer, in convolution or GEMM form.

Convolution: Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides [, N:M].
``Stride Height, Stride Width`` may stand for ``Strides``. GEMM: Layer, M, N, K [, N:M]. The first line is the header;
blank lines, a trailing comma and a trailing ``#comment`` are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from workloads.errors import NetworkError
from workloads.formats import INT8, ElementFormat
from workloads.network import Network
from workloads.operators import Convolution, MatMul, Operator, Window
from workloads.tensor import Tensor, TensorRole

_SPARSITY = re.compile(r"([0-9]{1,4})\s*:\s*([0-9]{1,4})")


class _Form(Enum):
    """Names of the columns behind the layer's name, by form."""

    GEMM = ("M", "N", "K")
    CONV = ("IFMAP Height", "IFMAP Width", "Filter Height", "Filter Width", "Channels", "Num Filter", "Strides")
    CONV_2D_STRIDE = (*CONV[:-1], "Stride Height", "Stride Width")


@dataclass(frozen=True, slots=True)
class _Row:
    """One layer as the file has it: ``sizes`` are in the order of the form's columns."""

    name: str
    sizes: tuple[int, ...]
    sparsity: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Cell:
    """A place in the file, for messages."""

    path: Path
    line: int
    column: str

    def error(self, expected: str, found: object) -> NetworkError:
        return NetworkError(f"{self.path}, line {self.line}, column {self.column}: expected {expected}, found {found}")


def load_scalesim_topology(path: Path, *, format: ElementFormat = INT8) -> Network:
    """Return the layers of a SCALE-Sim topology file, one operator a row, in row order.

    Rows are not chained: each operator has an input and an output of its own, as SCALE-Sim costs them. A convolution
    has no padding and ceil((H - Fh + s) / s) output rows: where the stride does not divide, the last window reaches
    beyond the input by less than a stride. A name with ``DP`` in it is depthwise, as in SCALE-Sim: every channel is
    filtered alone by ``Num Filter`` filters.

    Parameters
    ----------
    path : Path
    format : ElementFormat
        Of inputs, weights and outputs; the file does not say.

    Raises
    ------
    NetworkError
        When the file is not such a table; names file, line, column, what was expected and what was found.
    """
    lines = _read_lines(path)
    number, header = next(lines, (1, []))
    form = _detect_form(path, number, header)
    rows = _unique_names([_parse_row(path, line, fields, form) for line, fields in lines])
    if not rows:
        raise NetworkError(f"{path}: no layer behind the header")
    tensors: dict[str, Tensor] = {}
    operators = tuple(
        _gemm(row, tensors, format) if form is _Form.GEMM else _conv(row, tensors, format) for row in rows
    )
    sparsity = {row.name: row.sparsity for row in rows if row.sparsity is not None}
    return Network(
        name=path.stem, operators=operators, tensors=tensors, notes=_notes(sparsity), declared_sparsity=sparsity
    )


def _notes(sparsity: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    notes = ("layers of a SCALE-Sim topology are independent: each reads its input from off-chip memory",)
    if not any(n < m for n, m in sparsity.values()):
        return notes
    return (*notes, f"the file declares N:M sparsity for {len(sparsity)} layers: kept, but costs here are dense")


def _read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of each line that is not blank, without trailing empty fields and comments."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NetworkError(f"{path}: is no text file in UTF-8") from None
    for number, row in enumerate(text.split("\n"), start=1):
        stripped = [field.strip() for field in row.split(",")]
        while stripped and (not stripped[-1] or stripped[-1].startswith("#")):
            stripped.pop()
        if stripped:
            yield number, stripped


def _detect_form(path: Path, line: int, header: list[str]) -> _Form:
    words = [re.sub(r"[^a-z]", "", field.lower()) for field in header]
    if words and words[-1].startswith("spars"):
        words.pop()
    if words[1:] == ["m", "n", "k"]:
        return _Form.GEMM
    has_window = len(words) > 6 and words[1].startswith("ifmap") and words[3].startswith("filter")
    num_strides = sum(word.startswith("stride") for word in words)
    if has_window and len(words) == 7 + num_strides and num_strides in (1, 2):
        return _Form.CONV if num_strides == 1 else _Form.CONV_2D_STRIDE
    expected = " or ".join(f"'Layer, {', '.join(form.value)}'" for form in (_Form.CONV, _Form.GEMM))
    raise _Cell(path, line, "1 (header)").error(f"a header {expected}, each with an optional Sparsity", header)


def _parse_row(path: Path, line: int, fields: list[str], form: _Form) -> _Row:
    columns = form.value
    name, *values = fields
    if not name:
        raise _Cell(path, line, "Layer").error("a name", repr(name))
    if len(values) not in (len(columns), len(columns) + 1):
        expected = f"{len(columns)} sizes ({', '.join(columns)}) and an optional N:M"
        raise _Cell(path, line, "2 and on").error(expected, f"{len(values)} fields: {', '.join(values)}")
    sizes = tuple(_parse_size(_Cell(path, line, column), value) for column, value in zip(columns, values, strict=False))
    if form is not _Form.GEMM:
        for axis, column in enumerate(columns[2:4]):
            if sizes[2 + axis] > sizes[axis]:
                raise _Cell(path, line, column).error(f"at most {columns[axis]} {sizes[axis]}", sizes[2 + axis])
    sparsity = _parse_sparsity(_Cell(path, line, "Sparsity"), values[-1]) if len(values) > len(columns) else None
    return _Row(name, sizes, sparsity)


def _parse_size(cell: _Cell, value: str) -> int:
    if not re.fullmatch(r"[0-9]+", value) or not value.strip("0"):
        raise cell.error("a whole number of at least 1", repr(value))
    if len(value) > 12:
        raise cell.error("at most 12 digits", f"{len(value)}")
    return int(value)


def _parse_sparsity(cell: _Cell, value: str) -> tuple[int, int]:
    match = _SPARSITY.fullmatch(value)
    if match is None:
        raise cell.error("N:M, as in 2:4", repr(value))
    n, m = int(match[1]), int(match[2])
    if not 1 <= n <= m:
        raise cell.error("N:M with 1 <= N <= M", repr(value))
    return n, m


def _unique_names(rows: list[_Row]) -> list[_Row]:
    """Return ``rows`` with ``_2``, ``_3``, ... behind a name that an earlier row has."""
    taken = {row.name for row in rows}
    seen: set[str] = set()
    unique = []
    for row in rows:
        name, copy = row.name, 1
        while name in seen or (copy > 1 and name in taken):
            copy += 1
            name = f"{row.name}_{copy}"
        seen.add(name)
        unique.append(_Row(name, row.sizes, row.sparsity))
    return unique


def _gemm(row: _Row, tensors: dict[str, Tensor], format: ElementFormat) -> Operator:
    """The leading axis of one is the batch, so that M can be told from it when the batch is changed."""
    m, n, k = row.sizes
    return _operator(row, MatMul(), tensors, format, ((1, m, k), (k, n), (1, m, n)))


def _conv(row: _Row, tensors: dict[str, Tensor], format: ElementFormat) -> Operator:
    """Height 8, filter 3, stride 2: ceil((8 - 3 + 2) / 2) = 4 output rows, the last of which starts at row 6 and
    reaches one row beyond the input."""
    sizes, kernel, (channels, filters), strides = row.sizes[:2], row.sizes[2:4], row.sizes[4:6], row.sizes[6:]
    strides = strides if len(strides) == 2 else (strides[0], strides[0])
    out = tuple(-(-(size - k + s) // s) for size, k, s in zip(sizes, kernel, strides, strict=True))
    beyond = tuple((num - 1) * s + k - size for num, s, k, size in zip(out, strides, kernel, sizes, strict=True))
    groups = channels if "DP" in row.name else 1
    window = Window(kernel=kernel, strides=strides, dilations=(1, 1), pads_begin=(0, 0), pads_end=beyond)
    shapes = (
        (1, channels, *sizes),
        (groups * filters, channels // groups, *kernel),
        (1, groups * filters, *out),
    )
    return _operator(row, Convolution(window=window, groups=groups), tensors, format, shapes)


def _operator(
    row: _Row,
    work: Convolution | MatMul,
    tensors: dict[str, Tensor],
    format: ElementFormat,
    shapes: tuple[tuple[int, ...], ...],
) -> Operator:
    """Return the operator of ``row``; adds its tensors to ``tensors``, which is modified in place."""
    x, w, y = (f"{row.name}:{part}" for part in ("ifmap", "filter", "ofmap"))
    roles = (TensorRole.INPUT, TensorRole.WEIGHT, TensorRole.OUTPUT)
    for name, shape, role in zip((x, w, y), shapes, roles, strict=True):
        tensors[name] = Tensor(name=name, shape=shape, format=format, role=role)
    return Operator(name=row.name, work=work, inputs=(x, w), outputs=(y,))
