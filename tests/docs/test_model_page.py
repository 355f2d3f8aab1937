"""The worked example of docs/model.md, run; and its numbers as the page prints them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hw_configs.load import load_accelerator
from simulator.plan import Plan, Stay, Tiling
from simulator.position_tiles import PositionTile
from simulator.result import Limit, OperandTraffic, OperatorCost
from simulator.simulate import simulate
from simulator.streaming import Streaming
from workloads.formats import INT8, INT32
from workloads.network import Network
from workloads.operators import Convolution, Operator, Window
from workloads.tensor import Tensor, TensorRole

_DOCS = Path(__file__).resolve().parents[2] / "docs"


def _network() -> Network:
    window = Window(kernel=(3, 3), strides=(1, 1), dilations=(1, 1), pads_begin=(1, 1), pads_end=(1, 1))
    tensors = (
        Tensor(name="x", shape=(1, 8, 4, 4), format=INT8, role=TensorRole.INPUT),
        Tensor(name="w", shape=(8, 8, 3, 3), format=INT8, role=TensorRole.WEIGHT),
        Tensor(name="bias", shape=(8,), format=INT32, role=TensorRole.WEIGHT),
        Tensor(name="y", shape=(1, 8, 4, 4), format=INT8, role=TensorRole.OUTPUT),
    )
    conv = Operator(name="conv", work=Convolution(window=window), inputs=("x", "w", "bias"), outputs=("y",))
    return Network(name="example", operators=(conv,), tensors={tensor.name: tensor for tensor in tensors})


TILING = Tiling(position_tile=PositionTile(num_positions=8), filter_tile=8, channel_tile=8)


def _cost(plan: Plan) -> OperatorCost:
    overrides = ["array.rows=8", "array.cols=8", "off_chip.bandwidth_bytes_per_second=8 GB/s"]
    return simulate(_network(), load_accelerator("edge_npu", overrides=overrides), plan).operators[0]


@pytest.fixture(scope="module")
def cost() -> OperatorCost:
    return _cost(Plan(schedule=("conv",), tilings={"conv": TILING}))


@pytest.fixture(scope="module")
def whole() -> OperatorCost:
    """Input and output whole: x at bytes 0 to 128, y behind it, then weight and bias."""
    tiling = replace(TILING, streaming=Streaming(input_fraction=0.0, output_fraction=0.0))
    x = Stay(tensor="x", first_step=0, last_step=0, offset_bytes=0, size_bytes=128, is_loaded=True)
    y = Stay(tensor="y", first_step=0, last_step=0, offset_bytes=128, size_bytes=128, is_stored=True)
    return _cost(Plan(schedule=("conv",), tilings={"conv": tiling}, stays=(x, y), buffers={"conv": 256}))


def test_cycles(cost: OperatorCost) -> None:
    assert cost.macs == 16 * 8 * 72
    assert cost.compute_cycles == 2 * (72 + 8 + 8 - 2)
    assert cost.total_cycles == 288 + 112 + 108 + 108 == 616
    assert cost.stall_cycles == 444
    assert cost.limited_by is Limit.DMA_LATENCY
    assert cost.mapping_efficiency_fraction == 144 / 144


def test_bytes(cost: OperatorCost) -> None:
    assert cost.off_chip_bytes == OperandTraffic(input_read=192, weight_read=576 + 32, output_write=128)
    assert cost.compulsory_bytes == 128 + 576 + 32 + 128 == 864
    assert cost.scratchpad_bytes == 2 * 96 + 576 + 32 + 2 * 64 == 928
    assert cost.scratchpad_accesses == OperandTraffic(input_read=1152, weight_read=1152, output_write=128)


def test_energy(cost: OperatorCost) -> None:
    assert cost.energy.off_chip_pj == pytest.approx(928 * 8 * 8)
    assert cost.energy.mac_pj == pytest.approx(9216 * 0.07813, rel=1e-4)
    assert cost.energy.register_pj == pytest.approx(9216 * 48 * 0.002637, rel=1e-4)
    assert cost.energy.vector_pj == 0


def test_whole_tensors(whole: OperatorCost, cost: OperatorCost) -> None:
    assert whole.off_chip_bytes == OperandTraffic(input_read=128, weight_read=608, output_write=128)
    assert whole.off_chip_bytes.total == whole.compulsory_bytes == 864
    assert (whole.whole_tensor_bytes, whole.buffer_bytes, whole.scratchpad_bytes) == (256, 608, 864)
    assert whole.total_cycles == 116 + 176 + 86 + 86 + 116 == 580
    assert (whole.compute_cycles, whole.scratchpad_accesses) == (cost.compute_cycles, cost.scratchpad_accesses)
    assert whole.limited_by is Limit.OFF_CHIP


@pytest.mark.parametrize(
    "text",
    [
        "72 + 8 + 8 - 2 = 86 cycles",
        "192 + 608 + 128 = 928 bytes; compulsory 864",
        "2 x 96 + 576 + 32 + 2 x 64 = 928 bytes",
        "288 + 112 + 108 + 108 = **616 cycles**, 444 of them stalls",
        "928 x 8 bits x 8 pJ = 59,392 pJ",
        "Off-chip 128 + 608 + 128 = 864 bytes, the compulsory ones",
        "116 + 176 + 86 + 86 + 116 = **580 cycles**",
    ],
)
def test_the_page_says_so(text: str) -> None:
    page = " ".join((_DOCS / "model.md").read_text(encoding="utf-8").split())
    assert text in page


def test_links_lead_somewhere() -> None:
    for page in _DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+\.md)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
