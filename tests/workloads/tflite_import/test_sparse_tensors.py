"""Sparse tensors made dense: worked by hand, against a slow walk of the tree, and mistakes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.errors import NetworkError
from workloads.tflite_import.records import DimensionRecord, SparsityRecord
from workloads.tflite_import.sparse_tensors import densify


def _level(*arguments) -> DimensionRecord:
    if len(arguments) == 1:
        return DimensionRecord(size=arguments[0])
    segments, indices = (np.array(item, dtype=np.int64) for item in arguments)
    return DimensionRecord(segments=segments, indices=indices)


def _sparsity(order, levels, block_map=()) -> SparsityRecord:
    return SparsityRecord(
        traversal_order=tuple(order), block_map=tuple(block_map), dimensions=tuple(_level(*item) for item in levels)
    )


ROWS = _sparsity((0, 1), [(2,), ([0, 1, 3], [2, 0, 3])])


def test_worked_example() -> None:
    dense = densify(np.array([5, 6, 7]), ROWS, (2, 4), "w")
    assert dense.tolist() == [[0, 0, 5, 0], [6, 0, 0, 7]]


def test_columns_first() -> None:
    """The same matrix a column at a time: columns 0, 2 and 3 hold one element each, in rows 1, 0, 1."""
    columns = _sparsity((1, 0), [(4,), ([0, 1, 1, 2, 3], [1, 0, 1])])
    assert densify(np.array([6, 5, 7]), columns, (2, 4), "w").tolist() == [[0, 0, 5, 0], [6, 0, 0, 7]]


def test_blocks() -> None:
    """4 x 4 in blocks of 2 x 2; block row 0 keeps block 1, block row 1 keeps block 0."""
    blocks = _sparsity((0, 1, 2, 3), [(2,), ([0, 1, 2], [1, 0]), (2,), (2,)], block_map=(0, 1))
    dense = densify(np.arange(1, 9), blocks, (4, 4), "w")
    assert dense.tolist() == [[0, 0, 1, 2], [0, 0, 3, 4], [5, 6, 0, 0], [7, 8, 0, 0]]


def test_blocks_along_one_axis() -> None:
    """2 x 4 in blocks of 1 x 2: row 0 keeps its second block, row 1 both."""
    blocks = _sparsity((0, 1, 2), [(2,), ([0, 1, 3], [1, 0, 1]), (2,)], block_map=(1,))
    assert densify(np.arange(1, 7), blocks, (2, 4), "w").tolist() == [[0, 0, 1, 2], [3, 4, 5, 6]]


def test_nothing_kept() -> None:
    assert not densify(np.zeros(0), _sparsity((0, 1), [(2,), ([0, 0, 0], [])]), (2, 3), "w").any()


def _encode(dense, order, compressed) -> tuple[list[float], SparsityRecord]:
    """A slow encoder: a node is the tuple of positions that leads to it."""
    nodes, levels = [()], []
    turned = dense.transpose(order)
    for axis, is_compressed in enumerate(compressed):
        if not is_compressed:
            levels.append((turned.shape[axis],))
            nodes = [(*node, place) for node in nodes for place in range(turned.shape[axis])]
            continue
        segments, indices, children = [0], [], []
        for node in nodes:
            kept = [place for place in range(turned.shape[axis]) if turned[(*node, place)].any()]
            indices += kept
            children += [(*node, place) for place in kept]
            segments.append(len(indices))
        levels.append((segments, indices))
        nodes = children
    return [turned[node] for node in nodes], _sparsity(order, levels)


@given(st.data())
def test_decoding_undoes_encoding(data) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    order = data.draw(st.permutations(range(len(shape))))
    compressed = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    seed = data.draw(st.integers(0, 999))
    generator = np.random.default_rng(seed)
    dense = generator.integers(1, 9, shape) * (generator.random(shape) < 0.4)
    values, sparsity = _encode(dense, tuple(order), compressed)
    assert np.array_equal(densify(np.array(values, dtype=np.int64), sparsity, shape, "w"), dense)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 99))
def test_blocks_against_loops(rows, columns, height, width, seed) -> None:
    generator = np.random.default_rng(seed)
    keep = generator.random((rows, columns)) < 0.5
    indices = [column for row in range(rows) for column in range(columns) if keep[row, column]]
    segments = [0, *itertools.accumulate(int(row.sum()) for row in keep)]
    values = generator.integers(1, 9, len(indices) * height * width)
    sparsity = _sparsity((0, 1, 2, 3), [(rows,), (segments, indices), (height,), (width,)], block_map=(0, 1))
    expected = np.zeros((rows * height, columns * width), dtype=int)
    left = iter(values)
    for row, column in zip(*np.nonzero(keep), strict=True):
        for y, x in itertools.product(range(height), range(width)):
            expected[row * height + y, column * width + x] = next(left)
    assert np.array_equal(densify(values, sparsity, expected.shape, "w"), expected)


@pytest.mark.parametrize(
    ("sparsity", "message"),
    [
        (_sparsity((0, 2), [(2,), (4,)]), "order of its sparsity is [0, 2], expected each of 2 axes and 0 blocks once"),
        (_sparsity((0, 1), [(3,), (4,)]), "a dense level of its sparsity has 3 positions, expected 2"),
        (_sparsity((0, 1), [(2,), (4,)]), "its sparsity has room for 8 values, found 3"),
        (_sparsity((0, 1), [(2,), ([0, 1], [2])]), "has 2 segment bounds, expected 3 that grow from 0"),
        (_sparsity((0, 1), [(2,), ([0, 3, 1], [2])]), "has 3 segment bounds, expected 3 that grow from 0"),
        (_sparsity((0, 1), [(2,), ([0, 1, 3], [2, 0])]), "has 2 indices, expected 3"),
        (_sparsity((0, 1), [(2,), ([0, 1, 3], [2, 0, 4])]), "level 1 of its sparsity has indices 0 to 4, expected 0"),
        (_sparsity((0, 1), [(2,), ([0, 1, 3], [2, 3, 3])]), "has indices that do not grow inside a segment"),
        (_sparsity((0, 1, 2), [(2,), (2,), (3,)], (1,)), "a block of 3 along axis 1 does not divide its size 4"),
        (_sparsity((0, 1, 2), [(2,), (2,), (0,)], (1,)), "a block of 0 along axis 1 does not divide its size 4"),
        (_sparsity((0, 1, 2), [(2,), (4,), (1,)], (5,)), "its blocks are along axes [5], expected different axes"),
        (_sparsity((0, 1, 2, 3), [(2,)] * 4, (1, 1)), "its blocks are along axes [1, 1], expected different axes"),
    ],
)
def test_mistakes(sparsity, message: str) -> None:
    with pytest.raises(NetworkError, match="tensor 'w'") as caught:
        densify(np.array([5, 6, 7]), sparsity, (2, 4), "w")
    assert message in str(caught.value)


def test_a_tensor_that_would_be_huge() -> None:
    with pytest.raises(NetworkError, match="is larger than the 2147483648 elements"):
        densify(np.zeros(1), _sparsity((0, 1), [(2**20,), (2**20,)]), (2**20, 2**20), "w")
