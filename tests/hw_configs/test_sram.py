"""SRAM costs: exact on the table, monotone between and beyond."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hw_configs.sram
from hw_configs.accelerator import Memory
from hw_configs.sram import memory_cost, sram_cost
from workloads.errors import ConfigError

TABLE = Path(hw_configs.sram.__file__).parent / "technologies" / "cacti7_sram.csv"
MIB = 2**20

capacities = st.integers(1, 64 * MIB)
nodes = st.floats(22, 65)
blocks = st.integers(1, 256)


def table_rows() -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["cell"] == "itrs-lstp"]


def test_exact_on_every_row() -> None:
    rows = table_rows()
    assert len(rows) == 77
    for row in rows:
        cost = sram_cost(int(row["size_B"]), round(float(row["tech_um"]) * 1000), int(row["block_B"]))
        assert cost.read_pj_per_bit == float(row["read_pJ_per_bit"]), row
        assert cost.write_pj_per_bit == float(row["write_pJ_per_bit"]), row
        assert cost.leakage_mw == float(row["leak_mW"]), row
        assert cost.area_mm2 == float(row["area_mm2"]), row
        assert cost.access_ns == float(row["access_ns"]), row


def test_between_two_capacities() -> None:
    # sqrt(1 MiB * 2 MiB) lies halfway on the logarithm: sqrt(1.46124 * 1.99261) = 1.70636 pJ a bit.
    cost = sram_cost(round(MIB * 2**0.5), 45)
    assert cost.read_pj_per_bit == pytest.approx(1.70636, rel=1e-5)
    # Leakage goes linearly: 0.025 + 0.41421 * (0.0499 - 0.025) = 0.03531 mW.
    assert cost.leakage_mw == pytest.approx(0.03531, rel=1e-3)


def test_between_two_nodes() -> None:
    # ln(28 / 22) / ln(32 / 22) = 0.64362; 0.36668^0.35638 * 0.81294^0.64362 = 0.61208 pJ a bit at 1 MiB.
    assert sram_cost(MIB, 28).read_pj_per_bit == pytest.approx(0.61208, rel=1e-4)


def test_320_kib_at_45_nm_is_between_its_neighbours() -> None:
    assert 0.69868 < sram_cost(320 * 1024, 45).read_pj_per_bit < 1.06796


def test_ports_between_and_beyond_the_tables() -> None:
    # 32 bytes lie halfway between 16 and 64 on the logarithm: sqrt(1.1987 * 0.84779) = 1.00809.
    assert sram_cost(MIB, 45, 32).read_pj_per_bit == pytest.approx(1.00809, rel=1e-4)
    assert sram_cost(MIB, 45, 1) == sram_cost(MIB, 45, 8)
    assert sram_cost(MIB, 45, 128) == sram_cost(MIB, 45, 64)
    # At other nodes a wide port follows 45 nm's: cheaper a bit than a narrow one, as there.
    assert sram_cost(MIB, 22, 64).read_pj_per_bit < sram_cost(MIB, 22, 8).read_pj_per_bit


def test_beyond_the_capacities() -> None:
    assert sram_cost(1, 45) == sram_cost(1024, 45)
    largest, four = sram_cost(4 * MIB, 45), sram_cost(16 * MIB, 45)
    assert four.read_pj_per_bit == largest.read_pj_per_bit
    assert four.area_mm2 == pytest.approx(4 * largest.area_mm2)
    assert four.leakage_mw == pytest.approx(4 * largest.leakage_mw)


@given(first=capacities, second=capacities, node=nodes, block=blocks)
def test_monotone_in_capacity(first: int, second: int, node: float, block: int) -> None:
    small, large = (sram_cost(capacity, node, block) for capacity in sorted((first, second)))
    for field in ("read_pj_per_bit", "write_pj_per_bit", "leakage_mw", "area_mm2"):
        assert getattr(small, field) <= getattr(large, field) * (1 + 1e-12), field


@given(capacity=capacities, node=nodes, block=blocks)
def test_positive(capacity: int, node: float, block: int) -> None:
    cost = sram_cost(capacity, node, block)
    assert cost.read_pj_per_bit > 0
    assert cost.write_pj_per_bit > 0
    assert cost.area_mm2 > 0
    assert cost.leakage_mw >= 0


def test_a_memory_is_its_banks() -> None:
    memory = Memory(capacity_bytes=MIB, banks=4, port_bytes=16)
    bank, whole = sram_cost(MIB // 4, 45, 16), memory_cost(memory, 45)
    assert whole.read_pj_per_bit == bank.read_pj_per_bit
    assert whole.area_mm2 == pytest.approx(4 * bank.area_mm2)
    dual = memory_cost(memory.model_copy(update={"ports_per_bank": 2}), 45)
    assert dual.leakage_mw == pytest.approx(2 * whole.leakage_mw)
    assert dual.read_pj_per_bit == whole.read_pj_per_bit


def test_refused() -> None:
    with pytest.raises(ConfigError, match="SRAM node: expected 22 to 65 nm, found 7"):
        sram_cost(MIB, 7)
    with pytest.raises(ConfigError, match="SRAM: expected at least 1 byte of capacity and port, found 0, 8"):
        sram_cost(0, 45)
