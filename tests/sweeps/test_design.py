from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from sweeps.design import Override, changed_accelerator
from sweeps.override_text import override_text
from workloads.errors import ConfigError

CHANGES: list[tuple[Override, ...]] = [
    (),
    (("array.rows", 64), ("array.cols", 8)),
    (("scratchpad.capacity_bytes", "512 KiB"),),
    (("technology", "28nm"),),
    (("technology.node_nm", 40),),
    (("technology", "28nm"), ("technology.node_nm", 40)),
    (("off_chip.bandwidth_bytes_per_second", None),),
    (("array.formats", ["int8"]),),
    (("compression.weight.decoded_at", "dma"),),
]


@pytest.mark.parametrize("source", ["edge_npu", "nm_array"])
@pytest.mark.parametrize("overrides", CHANGES)
def test_the_same_as_loading_with_overrides(source: str, overrides: tuple[Override, ...]) -> None:
    expected = load_accelerator(source, overrides=[override_text(*one) for one in overrides])
    assert changed_accelerator(source, overrides) == expected


def test_the_base_stays_as_it_was() -> None:
    before = changed_accelerator("edge_npu", ())
    changed_accelerator("edge_npu", (("array.rows", 3), ("technology.node_nm", 40)))
    assert changed_accelerator("edge_npu", ()) == before == load_accelerator("edge_npu")


def test_a_mistake_names_the_override() -> None:
    with pytest.raises(
        ConfigError, match=r"override array.rows=0: array.rows: expected a whole number from 1 to 65536"
    ):
        changed_accelerator("edge_npu", (("array.rows", 0),))
