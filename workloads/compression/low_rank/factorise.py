"""Low rank: one operator split in two that go through fewer channels in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workloads.compression.low_rank.plan import Split, plan_splits
from workloads.compression.low_rank.weights import FactorisedWeights
from workloads.compression.structural import StructuralChange, weighted_operators
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import Convolution, Gemm, Operator, Window, Work
from workloads.tensor import Tensor, TensorRole
from workloads.weights import WeightSource


def factorise(network: Network, ranks: Mapping[str, int | float], weights: WeightSource | None) -> StructuralChange:
    """Return ``network`` with operators split into two of a lower rank.

    A convolution (N, C, kh, kw) becomes one of ``rank`` filters of kh x kw, with the strides and pads, and a 1 x 1
    convolution to N channels. A product by (K, N) becomes one by (K, rank) and one by (rank, N). Bias and fused steps
    go to the second. The two are called ``NAME/low_rank_1`` and ``NAME/low_rank_2``, their weights the same after the
    weight's name. Factors are those of the singular value decomposition of the matrix (N, K).

    Operators that cannot be split so (grouped, transposed, recurrent; a weight on the left) stay whole, with a note;
    a rank that costs more multiply-accumulates than before is done, with a note. A weight that several operators read
    is split once, and all of them have to ask for the same rank.

    Assumes what the first hands to the second is stored in the format of the first's input.

    Parameters
    ----------
    network : Network
    ranks : mapping of str to int or float
        By operator name: the rank, or as a float the fraction of the full rank min(N, K), rounded down, at least 1.
    weights : WeightSource or None
        Of ``network``; None where there are no values.

    Raises
    ------
    NetworkError
        For a rank below 1 or above the matrix's, a fraction outside (0, 1], an operator without weights, or a weight
        that another operator reads whole or at another rank.
    """
    operators = weighted_operators(network, ranks, "low rank")
    splits, notes = plan_splits(network, operators, ranks)
    tensors = dict(network.tensors)
    changed: list[Operator] = []
    for operator in network.operators:
        split = splits.get(operator.name)
        if split is None:
            changed.append(operator)
            continue
        pair = _split_operator(operator, split, tensors)
        notes = (*notes, *_cost_notes(operator, pair, tensors))
        changed.extend(pair)
    for split in splits.values():
        tensors.pop(split.weight, None)
    declared = {name: pattern for name, pattern in network.declared_sparsity.items() if name not in splits}
    return StructuralChange(
        network=replace(network, operators=tuple(changed), tensors=tensors, declared_sparsity=declared),
        weights=None if weights is None else FactorisedWeights(weights, tuple(splits.values())),
        notes=notes,
    )


def _split_operator(operator: Operator, split: Split, tensors: dict[str, Tensor]) -> tuple[Operator, Operator]:
    """Return the two parts; ``tensors`` is modified in place."""
    x, weight, result = (tensors[name] for name in (operator.inputs[0], split.weight, operator.outputs[0]))
    for name, shape in zip(split.factors, split.shapes, strict=True):
        tensors[name] = Tensor(name=name, shape=shape, format=weight.format, role=TensorRole.WEIGHT)
    axis = 1 if isinstance(operator.work, Convolution) else len(result.shape) - 1
    between = f"{operator.name}/low_rank"
    shape = (*result.shape[:axis], split.rank, *result.shape[axis + 1 :])
    tensors[between] = Tensor(name=between, shape=shape, format=x.format, role=TensorRole.ACTIVATION)
    first = Operator(
        name=f"{operator.name}/low_rank_1",
        work=operator.work,
        inputs=(operator.inputs[0], split.factors[0]),
        outputs=(between,),
    )
    second = replace(
        operator,
        name=f"{operator.name}/low_rank_2",
        work=_second_work(operator),
        inputs=(between, split.factors[1], *operator.inputs[2:]),
    )
    return first, second


def _second_work(operator: Operator) -> Work:
    work = operator.work
    if isinstance(work, Convolution):
        ones, zeros = (1,) * len(work.window.kernel), (0,) * len(work.window.kernel)
        window = Window(kernel=ones, strides=ones, dilations=ones, pads_begin=zeros, pads_end=zeros)
        return Convolution(window=window)
    return replace(work, transpose_a=False) if isinstance(work, Gemm) else work


def _cost_notes(operator: Operator, pair: tuple[Operator, Operator], tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    before, after = _num_macs(operator, tensors), sum(_num_macs(part, tensors) for part in pair)
    if after <= before:
        return ()
    return (f"low rank: {operator.name} takes {after} multiply-accumulates at this rank, more than {before} before",)


def _num_macs(operator: Operator, tensors: Mapping[str, Tensor]) -> int:
    nest = lower(operator, tensors)
    assert isinstance(nest, MatrixNest)
    return nest.num_macs
