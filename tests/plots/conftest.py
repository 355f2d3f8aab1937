"""A result small enough to check every bar by hand: a convolution, a view, a pooling and a matrix product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from simulator.result import Area, CycleLosses, Energy, Limit, OperandTraffic, OperatorCompression, OperatorCost, Result


def make_cost(
    name: str,
    kind: str,
    *,
    macs: int = 0,
    cycles: tuple[int, int] = (0, 0),
    off_chip: tuple[int, int, int, int] = (0, 0, 0, 0),
    compulsory_bytes: int = 0,
    energy: Energy | None = None,
) -> OperatorCost:
    """``cycles`` are total and compute; ``off_chip`` bytes of input, weight, partial sums, output."""
    input_read, weight_read, output_read, output_write = off_chip
    return OperatorCost(
        name=name,
        kind=kind,
        macs=macs,
        total_cycles=cycles[0],
        compute_cycles=cycles[1],
        off_chip_bytes=OperandTraffic(
            input_read=input_read, weight_read=weight_read, output_read=output_read, output_write=output_write
        ),
        compulsory_bytes=compulsory_bytes,
        scratchpad_accesses=OperandTraffic(),
        scratchpad_bytes=0,
        energy=energy or Energy(),
        energy_by_operand_pj=(0.0, 0.0, 0.0),
        mapping_efficiency_fraction=0.0,
        limited_by=Limit.COMPUTE,
        tile="",
    )


def make_result(*operators: OperatorCost, network: str = "tiny", accelerator: str = "edge_npu") -> Result:
    """A result on a 1 GHz accelerator, one inference."""
    return Result(
        network=network,
        accelerator=accelerator,
        technology="22nm",
        batch=1,
        clock_hz=10**9,
        operators=operators,
        area=Area(array_mm2=1.0, vector_unit_mm2=0.5, scratchpad_mm2=2.5),
        num_parameters=0,
    )


@pytest.fixture
def tiny_result() -> Result:
    """Three operators that take time, and a view."""
    return make_result(
        make_cost(
            "conv1",
            "conv",
            macs=600_000,
            cycles=(4000, 3000),
            off_chip=(1000, 2000, 400, 600),
            compulsory_bytes=3500,
            energy=Energy(mac_pj=100.0, register_pj=200.0, off_chip_pj=3000.0, leakage_pj=50.0),
        ),
        make_cost("flatten", "view"),
        make_cost(
            "pool",
            "pool",
            cycles=(1000, 200),
            off_chip=(600, 0, 0, 150),
            compulsory_bytes=750,
            energy=Energy(scratchpad_pj=150.0, vector_pj=70.0),
        ),
        make_cost("fc", "gemm", macs=1000, cycles=(500, 100), off_chip=(10, 1000, 0, 10), compulsory_bytes=1020),
    )


@pytest.fixture
def one_operator_result() -> Result:
    """A single product without energy."""
    return make_result(make_cost("only", "gemm", macs=64, cycles=(10, 10), off_chip=(8, 8, 0, 8), compulsory_bytes=24))


@pytest.fixture
def views_only_result() -> Result:
    """Nothing takes time."""
    return make_result(make_cost("reshape", "view"))


@pytest.fixture(scope="session")
def edge_npu() -> Accelerator:
    """256 PEs at 1 GHz, 6.4 GB/s."""
    return load_accelerator("edge_npu")


@pytest.fixture(scope="session")
def unbounded() -> Accelerator:
    """The same with unbounded off-chip bandwidth."""
    return load_accelerator("edge_npu", overrides=["off_chip.bandwidth_bytes_per_second=null"])


@pytest.fixture
def compressed_result() -> Result:
    """2:8 weights: 4500 cycles instead of 7700; of 601,000 products 150,500 have no zero, in 1100 cycles, not 4200."""
    conv = replace(
        make_cost("conv1", "conv", macs=600_000, cycles=(3000, 2500), energy=Energy(mac_pj=900.0, metadata_pj=100.0)),
        dense_cycles=6000,
        compression=make_compression(0.25, 150_000),
        losses=CycleLosses(
            effectual_cycles=1000.0,
            unskipped_cycles=500.0,
            mapping_cycles=50.0,
            padding_cycles=100.0,
            imbalance_cycles=150.0,
            fill_cycles=200.0,
            scratchpad_cycles=300.0,
            metadata_cycles=200.0,
            off_chip_cycles=500.0,
        ),
    )
    pool = replace(
        make_cost("pool", "pool", cycles=(1000, 400)),
        dense_cycles=1000,
        losses=CycleLosses(vector_cycles=400.0, off_chip_cycles=600.0),
    )
    gemm = replace(
        make_cost("fc", "gemm", macs=1000, cycles=(500, 150)),
        dense_cycles=700,
        compression=make_compression(0.5, 500),
        losses=CycleLosses(effectual_cycles=100.0, scratchpad_cycles=50.0, off_chip_cycles=350.0),
    )
    result = make_result(conv, make_cost("flatten", "view"), pool, gemm)
    return replace(
        result, compression="nm:2:8", dense_total_cycles=7700, dense_effectual_cycles=4200.0, objective="latency"
    )


def make_compression(weight_density_fraction: float, effectual_macs: int) -> OperatorCompression:
    """Dense activations, and no zero multiplied."""
    return OperatorCompression(
        weight_density_fraction=weight_density_fraction,
        activation_density_fraction=1.0,
        weight_origin="synthetic",
        num_weights=0,
        weight_format="nm",
        weight_bits=0.0,
        metadata_bits=0.0,
        effectual_macs=effectual_macs,
        performed_macs=effectual_macs,
        gated_macs=0,
    )
