"""Which operators are split, at which rank, and into weights of which shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workloads.compression.structural import part_of
from workloads.errors import NetworkError
from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul, Operator
from workloads.weight_layout import weight_operands

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A weight as a product of two.

    Parameters
    ----------
    weight : str
        The tensor's name.
    shape : tuple of int
        Of the weight, as the file has it.
    rank : int
    is_filters_first : bool
        The file has (N, K...): a convolution, or a transposed matrix; else (..., K, N).
    is_kernel : bool
        A convolution's: axes from the second on are one.
    """

    weight: str
    shape: Shape
    rank: int
    is_filters_first: bool
    is_kernel: bool

    @property
    def factors(self) -> tuple[str, str]:
        """The names of the two weights, the one that is multiplied by first first."""
        return f"{self.weight}/low_rank_1", f"{self.weight}/low_rank_2"

    @property
    def shapes(self) -> tuple[Shape, Shape]:
        """The shapes of the two, in the order of axes that the file has."""
        if self.is_kernel:
            num_filters, *rest = self.shape
            return (self.rank, *rest), (num_filters, self.rank, *(1,) * (len(rest) - 1))
        *leading, rows, columns = self.shape
        if self.is_filters_first:
            return (*leading, self.rank, columns), (*leading, rows, self.rank)
        return (*leading, rows, self.rank), (*leading, self.rank, columns)


def plan_splits(
    network: Network, operators: Mapping[str, Operator], ranks: Mapping[str, int | float]
) -> tuple[dict[str, Split], tuple[str, ...]]:
    """Return the split of every operator that can be, by name, and a note for every one that cannot.

    Parameters
    ----------
    operators : mapping of str to Operator
        Those that are asked for, all with a weight.
    ranks : mapping of str to int or float
        See ``factorise``.
    """
    splits: dict[str, Split] = {}
    notes: list[str] = []
    for name, operator in operators.items():
        obstacle = _obstacle(operator, network)
        if obstacle:
            notes.append(f"low rank: {name} stays whole, as {obstacle}")
            continue
        shape = network.tensors[operator.inputs[1]].shape
        work = operator.work
        is_kernel = isinstance(work, Convolution)
        splits[name] = Split(
            weight=operator.inputs[1],
            shape=shape,
            rank=_rank(name, ranks[name], _full_rank(shape, is_kernel)),
            is_filters_first=is_kernel or (isinstance(work, Gemm | MatMul) and work.transpose_b),
            is_kernel=is_kernel,
        )
    _check_readers(network, splits)
    return splits, tuple(notes)


def _obstacle(operator: Operator, network: Network) -> str:
    """Return why ``operator`` cannot be split, or nothing."""
    match operator.work:
        case Convolution(groups=groups) if groups > 1:
            return f"its {groups} groups would have to be split apart"
        case Convolution(transposed=True):
            return "it is a transposed convolution"
        case Convolution() | Gemm():
            return ""
        case MatMul():
            if weight_operands(operator, network.tensors) != operator.inputs[1:2]:
                return "its weight is not on the right alone"
            if min(len(network.tensors[name].shape) for name in operator.inputs[:2]) < 2:
                return "it multiplies by a vector"
            return ""
        case _:
            return f"it is {operator.kind}"


def _full_rank(shape: Shape, is_kernel: bool) -> int:
    return min(shape[0], math.prod(shape[1:])) if is_kernel else min(shape[-2:])


def _rank(name: str, asked: int | float, full: int) -> int:
    if isinstance(asked, float):
        if not 0 < asked <= 1:
            raise NetworkError(
                f"low rank: operator {name!r} is asked for the fraction {asked} of its rank, expected one in (0, 1]"
            )
        return max(1, part_of(full, asked))
    if not 1 <= asked <= full:
        hint = (
            f"; GLOB=lowrank:{asked} means some layers alone, keep={name} leaves this one whole" if asked > full else ""
        )
        raise NetworkError(
            f"low rank: operator {name!r} is asked for rank {asked}, expected 1 to its full rank {full}{hint}"
        )
    return asked


def _check_readers(network: Network, splits: Mapping[str, Split]) -> None:
    by_weight = {split.weight: (name, split) for name, split in splits.items()}
    for operator in network.operators:
        for name in operator.inputs:
            if name not in by_weight:
                continue
            first, split = by_weight[name]
            own = splits.get(operator.name)
            if own != split or operator.inputs.count(name) > 1:
                found = "whole" if own is None else f"at rank {own.rank}"
                raise NetworkError(
                    f"low rank: weight {name!r} of operator {first!r}, split at rank {split.rank}, is read {found} "
                    f"by operator {operator.name!r} ({operator.kind}); split both alike, or leave both whole"
                )
