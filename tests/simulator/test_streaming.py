"""Shares of operands that pass tile by tile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.streaming import EVERYTHING, Streaming, streaming_of
from workloads.errors import InfeasiblePlan
from workloads.nest_operands import NestOperands

SUM = NestOperands(
    inputs={"a": 0.25, "b": 0.25, "c": 0.5}, weights={"w": 1.0}, residents={"bias": 0.8, "scale": 0.2}, outputs={"y": 1}
)


def streaming(*whole: str) -> Streaming:
    return streaming_of(SUM, whole.__contains__)


def test_nothing_whole_streams_everything():
    assert streaming() == streaming("another") == EVERYTHING
    assert Streaming(input_fraction=1, weight_fraction=1, resident_fraction=1, output_fraction=1) == EVERYTHING


def test_what_is_whole_streams_no_more():
    assert streaming("w") == Streaming(weight_fraction=0)
    assert streaming("y") == Streaming(output_fraction=0)
    assert streaming("a", "b", "c") == Streaming(input_fraction=0)
    assert streaming("bias", "scale", "a", "b", "c", "w", "y") == Streaming(
        input_fraction=0, weight_fraction=0, resident_fraction=0, output_fraction=0
    )


def test_what_is_whole_in_part_streams_the_rest():
    assert streaming("c") == Streaming(input_fraction=0.5)
    assert streaming("a", "c") == Streaming(input_fraction=0.25)
    assert streaming("bias").resident_fraction == pytest.approx(0.2)


def test_operands_that_do_not_exist_stream():
    # an element-wise operator has no weights, and one of broadcast operands alone no input
    nothing = NestOperands(inputs={}, weights={}, residents={}, outputs={"y": 1.0})

    assert streaming_of(nothing, lambda name: name != "y") == EVERYTHING


@given(
    shares=st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1), min_size=1, max_size=6),
    whole=st.sets(st.sampled_from("abcdef")),
)
def test_shares_stay_in_range(shares, whole):
    total = sum(shares.values())
    scaled = {name: share / total for name, share in shares.items()}
    operands = NestOperands(inputs=scaled, weights={}, residents={}, outputs={})

    found = streaming_of(operands, whole.__contains__).input_fraction

    assert 0 <= found <= 1
    assert found == pytest.approx(sum(share for name, share in scaled.items() if name not in whole))
    assert (found == 0) == (set(shares) <= whole)
    assert (found == 1) == (not set(shares) & whole)


def test_words():
    assert str(EVERYTHING) == ""
    assert str(Streaming(input_fraction=0)) == "input"
    assert str(Streaming(weight_fraction=0, output_fraction=0)) == "weight+output"
    assert str(Streaming(input_fraction=0.5, output_fraction=0)) == "output+part of input"


@pytest.mark.parametrize("name", ["input_fraction", "weight_fraction", "resident_fraction", "output_fraction"])
@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_share_out_of_range(name, share):
    with pytest.raises(InfeasiblePlan) as caught:
        Streaming(**{name: share})

    assert str(caught.value) == f"streaming: expected {name} from 0 to 1, found {share}"
