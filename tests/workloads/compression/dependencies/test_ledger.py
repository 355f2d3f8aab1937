"""Ties followed to their end, against a search; what refuses what."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.compression.dependencies.ledger import Ledger, components


@given(data=st.data(), count=st.integers(1, 40))
def test_components_against_a_search(data: st.DataObject, count: int) -> None:
    atom = st.integers(0, count - 1)
    batches = data.draw(st.lists(st.lists(st.tuples(atom, atom), max_size=20), max_size=4))
    ties = [
        (np.array([a for a, _ in pairs], dtype=np.int64), np.array([b for _, b in pairs], dtype=np.int64))
        for pairs in batches
    ]
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(pair for pairs in batches for pair in pairs)
    expected = {node: min(part) for part in nx.connected_components(graph) for node in part}
    assert list(components(count, ties)) == [expected[node] for node in range(count)]


def test_a_long_chain_backwards() -> None:
    count = 10_000
    atoms = np.arange(count, dtype=np.int64)
    assert not components(count, [(atoms[1:][::-1], atoms[:-1][::-1])]).any()


def test_atoms_are_numbered_from_one() -> None:
    ledger = Ledger()
    assert [list(ledger.new_atoms(2)), list(ledger.new_atoms(3))] == [[1, 2], [3, 4, 5]]


def test_a_tie_to_what_stays_refuses() -> None:
    ledger = Ledger()
    atoms = ledger.new_atoms(3)
    assert ledger.tie(None, atoms, "so") is atoms
    assert [(list(refused.atoms), refused.reason) for refused in ledger.refusals] == [([1, 2, 3], "so")]
    assert not ledger.ties


def test_a_tie_to_an_axis_of_which_some_stay() -> None:
    """0 stands for an index that stays: atom 2 has to stay with it, 1 and 3 are tied."""
    ledger = Ledger()
    atoms = ledger.new_atoms(3)
    ledger.tie(atoms, np.array([1, 0, 3]), "so")
    assert [list(refused.atoms) for refused in ledger.refusals] == [[2]]
    assert [(list(a), list(b)) for a, b in ledger.ties] == [([1, 3], [1, 3])]


def test_axes_of_different_lengths_stay_both() -> None:
    ledger = Ledger()
    ledger.tie(ledger.new_atoms(2), ledger.new_atoms(3), "so")
    assert [list(refused.atoms) for refused in ledger.refusals] == [[1, 2], [3, 4, 5]]


@pytest.mark.parametrize("same", [True, False])
def test_joined_twice_is_tied(same: bool) -> None:
    ledger = Ledger()
    atoms = ledger.new_atoms(2)
    ledger.join("w", (atoms, None), "so")
    ledger.join("w", (atoms if same else ledger.new_atoms(2), None), "so")
    assert len(ledger.ties) == (0 if same else 1)
    assert ledger.axes["w"][0] is atoms
