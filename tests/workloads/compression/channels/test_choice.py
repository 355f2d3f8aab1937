"""Sections, how many of each go, and which: by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.compression.structural_execution import dense, divided, residual, shuffled
from workloads.compression.channels.choice import (
    asked_of_sections,
    choose_classes,
    count_removed,
    num_to_remove,
)
from workloads.compression.channels.sections import NO_SECTION, Sections, find_sections
from workloads.compression.dependencies.find import find_dependencies
from workloads.load import load_network
from workloads.network import Network


@pytest.mark.parametrize(
    ("size", "fraction", "expected"),
    [(100, 0.29, 29), (10, 0.7, 7), (10, 0.99, 9), (1, 0.99, 0), (3, 0.5, 1), (8, 0.0, 0)],
)
def test_rounded_down_and_never_all(size: int, fraction: float, expected: int) -> None:
    assert num_to_remove(size, fraction) == expected


@given(size=st.integers(1, 10_000), fraction=st.floats(0, 1, exclude_max=True))
def test_one_is_left_and_no_more_than_asked_goes(size: int, fraction: float) -> None:
    assert 0 <= num_to_remove(size, fraction) <= min(size - 1, size * fraction + 1e-8)


@pytest.mark.parametrize(
    ("build", "sizes"),
    [
        (residual, [4, 6, 8]),  # d; a with c; b
        (dense, [4, 6, 10]),  # d; a with c's first 6; b with c's last 10
        (divided, [4, 6]),  # the two parts of a
        # those of first that a's groups read; b's groups; those of both of a's groups that each of b's reads
        (shuffled, [3, 3, 4, 4, 4, 4]),
    ],
)
def test_sections(build: Callable[[], Network], sizes: list[int]) -> None:
    assert sorted(find_sections(find_dependencies(build())).sizes) == sizes


def test_what_must_stay_is_in_no_section() -> None:
    dependencies = find_dependencies(residual())
    sections = find_sections(dependencies)
    assert not len(sections.among(dependencies, dependencies.producers["fc"]))
    assert sections.of_class[0] == NO_SECTION


def test_groups_meet_in_one_cluster() -> None:
    """first's two sections meet in a, b's two groups in b, a's two sections in both."""
    sections = find_sections(find_dependencies(shuffled()))
    sizes = [sorted(sections.sizes[sections.clusters == cluster]) for cluster in np.unique(sections.clusters)]
    assert sorted(sizes) == [[3, 3], [4, 4], [4, 4]]


def test_groups_lose_as_much_where_a_section_lies_in_two() -> None:
    """ShuffleNet's second stage has 34 channels a group: a shuffle by 4 puts every 9th channel in two groups.

    Sections of 8, 8, 1, 8, 8, 1: those of one stay, those of eight lose four each.
    """
    dependencies = find_dependencies(load_network("light:shufflenet"))
    sections = find_sections(dependencies)
    ask = asked_of_sections(dependencies, sections, dict.fromkeys(dependencies.outputs, 0.5))
    removed = count_removed(dependencies, sections, ask)
    odd = [cluster for cluster in np.unique(sections.clusters) if 1 in sections.sizes[sections.clusters == cluster]]
    assert len(odd) == 4
    for cluster in odd:
        assert list(removed[sections.clusters == cluster]) == [
            {8: 4, 1: 0}[size] for size in sections.sizes[sections.clusters == cluster]
        ]
    for balance in dependencies.balances:  # every group has lost as much
        of_class = sections.of_class[dependencies.classes[balance.atoms]].reshape(balance.num_groups, -1)
        lost = (removed[of_class] / sections.sizes[of_class]).sum(axis=1)
        np.testing.assert_allclose(lost, lost[0])


def test_the_smallest_go_and_of_equals_the_last() -> None:
    """Classes 1 to 4 are one section, 5 to 7 another; two of the first and one of the second go."""
    sections = Sections(
        of_class=np.array([NO_SECTION, 0, 0, 0, 0, 1, 1, 1]),
        sizes=np.array([4, 3]),
        clusters=np.array([0, 1]),
    )
    scores = np.array([0.0, 5, 1, 9, 5, 2, 2, 2])
    goes = choose_classes(sections, np.array([2, 1]), scores)
    assert list(np.flatnonzero(goes)) == [2, 4, 7]
