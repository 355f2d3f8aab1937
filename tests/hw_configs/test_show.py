"""Accelerators as text."""

from hw_configs.load import load_accelerator, load_technology
from hw_configs.show import accelerator_row, accelerator_yaml, dump_accelerator, leaf_fields


def test_units_are_written() -> None:
    text = accelerator_yaml(load_accelerator("edge_npu"), shipped=load_technology("22nm"))
    for line in (
        "technology: 22nm",
        "  clock_hz: 1 GHz",
        "  capacity_bytes: 256 KiB",
        "  bandwidth_bytes_per_second: 6.4 GB/s",
        "  burst_bytes: 32",
        "sources:",
    ):
        assert line in text.splitlines(), line


def test_a_technology_of_ones_own_is_written_out() -> None:
    changed = load_accelerator("edge_npu", overrides=["technology.node_nm=23"])
    text = accelerator_yaml(changed, shipped=load_technology("22nm"))
    assert "  node_nm: 23.0" in text.splitlines()
    assert "technology: 22nm" not in text.splitlines()


def test_rows_of_a_split_scratchpad_and_unbounded_bandwidth() -> None:
    pad = (
        "scratchpad={"
        + ", ".join(f"{name}: {{capacity_bytes: 1 KiB, port_bytes: 8}}" for name in ("input", "weight", "output"))
        + "}"
    )
    row = accelerator_row(load_accelerator("mcu", overrides=[pad, "off_chip.bandwidth_bytes_per_second=null"]))
    assert row.scratchpad == "1 KiB + 1 KiB + 1 KiB"
    assert row.off_chip_bandwidth == "unbounded"


def test_leaves() -> None:
    leaves = dict(leaf_fields(dump_accelerator(load_accelerator("mcu"))))
    assert leaves["array.rows"] == 4
    assert leaves["technology.add.int8.energy_pj"] == 0.03
