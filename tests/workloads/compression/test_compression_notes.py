"""Notes name the first few layers and count the rest."""

from __future__ import annotations

from workloads.compression.apply import compress
from workloads.compression.spec.parse_spec import parse_spec
from workloads.zoo import build


def test_long_lists_are_cut() -> None:
    network = build("mobilenet_v2")
    notes = compress(network, parse_spec("nm:2:4")).notes
    # 53 layers, 17 of them depthwise: 36 are pruned.
    assert notes[1] == (
        "synthetic: the masks of features.0.weight, features.1.project.weight, features.2.expand.weight and 33 more "
        "are drawn at random with seed 0"
    )
    assert "and 14 more: groups there have no more than 2 channels" in notes[2]


def test_nothing_to_say_but_the_spec() -> None:
    assert compress(build("resnet9"), parse_spec("channel:0")).notes[-1] == "compressed as channel:0"
