from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.expand import Points
from tests.sweeps.evaluating import points_with


def one(**others: object) -> Points:
    return points_with([8], **others)


def test_an_identity_is_a_fixed_hash() -> None:
    identity = one().point(0).identity
    assert identity == one(name="other").point(0).identity
    assert len(identity) == 64
    int(identity, base=16)


def test_an_accelerator_counts_by_its_fields_not_by_its_name_or_sources() -> None:
    rows = points_with([16]).point(0)  # what edge_npu has in any case
    plain = points_with([16], overrides={}).point(0)
    assert rows.overrides != plain.overrides
    assert rows.identity == plain.identity
    named = points_with([16], overrides={"name": ["another"], "description": ["other words"]}).point(0)
    assert named.identity == plain.identity


@pytest.mark.parametrize(
    "change",
    [
        {"networks": ["resnet18"]},
        {"networks": [{"network": "resnet9", "bindings": {"resolution": 64}}]},
        {"batches": [2]},
        {"accelerators": ["mcu"]},
        {"overrides": {"array.rows": [9]}},
        {"overrides": {"technology.node_nm": [21.5]}},
        {"compressions": ["nm:2:4"]},
        {"objectives": ["energy"]},
        {"mapper": "layers"},
        {"time_limit_s": 5},
    ],
)
def test_whatever_determines_the_answer_changes_the_identity(change: dict[str, object]) -> None:
    assert one().point(0).identity != one(**change).point(0).identity


def test_seed_and_model_version_too() -> None:
    sparse = {"compressions": ["nm:2:4"]}
    identities = {one(**sparse, seeds=seeds).point(0).identity for seeds in ([None], [1], [2])}
    assert len(identities) == 3
    point = one().point(0)
    assert replace(point, model_version="other").identity != point.identity


def test_a_time_limit_does_not_matter_to_layers() -> None:
    limits = {one(mapper="layers", time_limit_s=limit).point(0).identity for limit in (1, 2)}
    assert len(limits) == 1


def test_designs_that_cannot_be_differ() -> None:
    points = points_with([8], overrides={"scratchpad.capacity_bytes": [63, 64]})
    assert points.point(0).identity != points.point(1).identity


def test_the_label_tells_what_it_is() -> None:
    assert one().point(0).label == "resnet9 (dense) on edge_npu, array.rows=8"
