"""A planning problem as the kernels of the search over orders read it: sets of tensors and operators in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mapper.kernels.order_search import NUM_FIELDS, WORD_BITS, Graph, Int64Array, Layer
from mapper.precedence import ancestors, descendants, indices_of
from mapper.problem import PlanProblem


def graph_of(problem: PlanProblem, capacity_bytes: int) -> Graph:
    """Return ``problem`` in words and arrays."""
    num_operators, num_tensors = len(problem.operators), len(problem.tensors)
    needed, begun = _around(problem)
    sizes = [tensor.size_bytes for tensor in problem.tensors]
    return Graph(
        predecessors=set_rows(problem.predecessors, num_operators),
        reads=set_rows(problem.inputs, num_tensors),
        makes=set_rows(problem.outputs, num_tensors),
        consumers=set_rows([tensor.consumers for tensor in problem.tensors], num_operators),
        saved=set_rows([_saved(problem)], num_tensors)[0],
        sizes=np.array(sizes, dtype=np.int64),
        sums=byte_sums(sizes),
        begun=set_rows(begun, num_tensors),
        needed=set_rows(needed, num_tensors),
        followers=set_rows([indices_of(bits) for bits in _followers(problem)], num_operators),
        demand_bytes=np.array([problem.demand_bytes(one) for one in range(num_operators)], dtype=np.int64),
        capacity_bytes=capacity_bytes,
    )


def num_words(num_members: int) -> int:
    """Return the words of a set of up to ``num_members``: at least one."""
    return max(1, -(-num_members // WORD_BITS))


def set_rows(sets: Sequence[Iterable[int]], num_members: int) -> Int64Array:
    """Return ``sets`` as words, shape (sets, words)."""
    rows = np.zeros((len(sets), num_words(num_members)), dtype=np.int64)
    for row, members in enumerate(sets):
        for member in members:
            rows[row, member // WORD_BITS] |= 1 << (member % WORD_BITS)
    return rows


def members(words: Int64Array) -> tuple[int, ...]:
    """Return the members of a set, ascending."""
    return tuple(WORD_BITS * index + member for index, word in enumerate(words.tolist()) for member in indices_of(word))


def byte_sums(sizes_bytes: Sequence[int]) -> Int64Array:
    """Return the bytes of the tensors in each byte of each word, shape (words, 8, 256)."""
    sums = np.zeros((num_words(len(sizes_bytes)), 8, 256), dtype=np.int64)
    values = np.arange(256)
    for tensor, size in enumerate(sizes_bytes):
        word, bit = divmod(tensor, WORD_BITS)
        sums[word, bit // 8] += size * (values >> (bit % 8) & 1)
    return sums


def first_layer(graph: Graph) -> Layer:
    """Return the layer of the one state in which nothing ran."""
    layer = empty_layer(graph, num_rows=1)
    layer.sets[0] = 0
    layer.numbers[0] = 0
    layer.num_states[0] = 1
    return layer


def empty_layer(graph: Graph, *, num_rows: int = 64) -> Layer:
    """Return a layer without states and with room for ``num_rows``, a power of two; it grows."""
    width = graph.predecessors.shape[1] + 3 * graph.saved.size
    return Layer(
        sets=np.empty((num_rows, width), dtype=np.int64),
        numbers=np.empty((num_rows, NUM_FIELDS), dtype=np.int64),
        heads=np.full(2 * num_rows, -1, dtype=np.int64),
        num_states=np.zeros(1, dtype=np.int64),
    )


def _saved(problem: PlanProblem) -> tuple[int, ...]:
    return tuple(index for index, one in enumerate(problem.tensors) if one.producer is None or one.is_output)


def _around(problem: PlanProblem) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """By operator, of the tensors it does not use: those some descendant reads, and those some ancestor uses."""
    before, after = ancestors(problem), descendants(problem)
    needed, begun = [], []
    for operator in range(len(problem.operators)):
        own = set(problem.operands(operator))
        read = {tensor for one in indices_of(after[operator]) for tensor in problem.inputs[one]}
        used = {tensor for one in indices_of(before[operator]) for tensor in problem.operands(one)}
        needed.append(tuple(read - own))
        begun.append(tuple(used - own))
    return needed, begun


def _followers(problem: PlanProblem) -> list[int]:
    return [bits | 1 << operator for operator, bits in enumerate(descendants(problem))]
