"""Einsum of two operands as one batched matrix product, where it is one.

Worked example: ``bqhd,bkhd->bhqk`` has batch letters b, h; rows q; columns k; reduced d. Both operands are transposed
to (b, h, rows, d) and (b, h, d, columns), the product is (b, h, q, k), and no transpose is left for the output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from workloads.onnx_import.translation import Application, Step, view
from workloads.onnx_import.value import Value
from workloads.operators import MatMul, Movement, OperatorKind, Reduction

_TRANSPOSE = Movement(kind=OperatorKind.TRANSPOSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letters:
    """The letters of an equation by the part they play, and the size of each."""

    batch: str
    rows: str
    columns: str
    reduced: str
    sizes: dict[str, int]

    def size(self, letters: str) -> int:
        return math.prod(self.sizes[letter] for letter in letters)

    def shape(self, letters: str) -> tuple[int, ...]:
        return tuple(self.sizes[letter] for letter in letters)


def translate_einsum(application: Application) -> tuple[Step, ...]:
    """Return the steps of an Einsum: a transpose or sum of one operand, or a batched product of two.

    Raises
    ------
    UnsupportedOperator
        For three and more operands, an ellipsis, a repeated letter, or a letter that one operand alone sums over.
    """
    node = application.node
    equation = node.text("equation", "").replace(" ", "")
    terms, arrow, result = equation.partition("->")
    operands = terms.split(",")
    if not arrow:
        every = terms.replace(",", "")
        result = "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))
    if "." in equation or any(len(set(term)) != len(term) for term in (*operands, result)):
        raise node.unsupported(f"equation {equation!r} has an ellipsis or repeats a letter in one term")
    if len(operands) != len(application.inputs) or len(operands) > 2:
        raise node.unsupported(f"equation {equation!r} has {len(operands)} operands, a product takes two")
    if len(operands) == 1:
        return (_one_operand(application, operands[0], result),)
    return _product(application, operands[0], operands[1], result)


def _one_operand(application: Application, term: str, result: str) -> Step:
    x, output = application.input(0), application.output
    summed = tuple(axis for axis, letter in enumerate(term) if letter not in result)
    if summed:
        return Step(work=Reduction(function="sum", axes=summed), inputs=(x,), outputs=(output,))
    return Step(work=_TRANSPOSE, inputs=(x,), outputs=(output,))


def _product(application: Application, first: str, second: str, result: str) -> tuple[Step, ...]:
    node = application.node
    a, b, output = application.input(0), application.input(1), application.output
    if len(first) != a.rank or len(second) != b.rank:
        raise node.error(f"equation {first},{second}->{result} does not fit {list(a.shape)} and {list(b.shape)}")
    shared = set(first) & set(second)
    alone = (set(first) ^ set(second)) - set(result)
    if alone:
        raise node.unsupported(f"letters {', '.join(sorted(alone))} of its equation are summed in one operand alone")
    letters = _Letters(
        batch="".join(letter for letter in result if letter in shared),
        rows="".join(letter for letter in result if letter in first and letter not in shared),
        columns="".join(letter for letter in result if letter in second and letter not in shared),
        reduced="".join(letter for letter in first if letter in shared and letter not in result),
        sizes={**dict(zip(first, a.shape, strict=True)), **dict(zip(second, b.shape, strict=True))},
    )
    steps: list[Step] = []
    left = _arrange(application, steps, a, first, (letters.batch, letters.rows, letters.reduced), letters, "left")
    stored_columns_first = second == letters.batch + letters.columns + letters.reduced
    order = (letters.columns, letters.reduced) if stored_columns_first else (letters.reduced, letters.columns)
    right = _arrange(application, steps, b, second, (letters.batch, *order), letters, "right")
    _finish(application, steps, (left, right), letters, result, output, transpose_b=stored_columns_first)
    return tuple(steps)


def _arrange(
    application: Application,
    steps: list[Step],
    value: Value,
    term: str,
    parts: tuple[str, str, str],
    letters: _Letters,
    suffix: str,
) -> Value:
    """Return ``value`` as (batch, *, *); the steps that make it so are appended to ``steps``, modified in place."""
    wanted = "".join(parts)
    if term != wanted:
        turned = application.between(f"{suffix}_transposed", letters.shape(wanted), value)
        steps.append(Step(work=_TRANSPOSE, inputs=(value,), outputs=(turned,), suffix=f"{suffix}_transpose"))
        value = turned
    shape = tuple(letters.size(part) for part in parts)
    if value.shape == shape:
        return value
    flat = application.between(suffix, shape, value)
    steps.append(view(value, flat, f"{suffix}_view"))
    return flat


def _finish(
    application: Application,
    steps: list[Step],
    operands: tuple[Value, Value],
    letters: _Letters,
    result: str,
    output: Value,
    *,
    transpose_b: bool,
) -> None:
    natural = letters.batch + letters.rows + letters.columns
    flat_shape = (letters.size(letters.batch), letters.size(letters.rows), letters.size(letters.columns))
    target = output if result == natural else application.between("product", letters.shape(natural), output)
    product = target if target.shape == flat_shape else application.between("flat_product", flat_shape, output)
    steps.append(Step(work=MatMul(transpose_b=transpose_b), inputs=operands, outputs=(product,)))
    if product is not target:
        steps.append(view(product, target, "view"))
    if target is not output:
        steps.append(Step(work=_TRANSPOSE, inputs=(target,), outputs=(output,), suffix="transpose"))
