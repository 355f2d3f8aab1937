"""What a run says of compression that its accelerator does not use: once each, and nothing where all is used."""

from __future__ import annotations

import pytest

import sparsim
from hw_configs.load import load_accelerator
from mapper.choose_plan import PlanOptions
from mapper.objective import Objective
from sparsim.activations import ActivationDensities
from sparsim.run_network import run_network
from sparsim.workload import make_workload
from workloads.network import Network
from workloads.zoo.builder import ConvSpec, GraphBuilder

NO_ACTIVATIONS = "{} uses no zeros of activations: it multiplies them, and stores and moves them, like other numbers"
NO_WEIGHTS = "{} decodes no compressed weights: they are stored and moved dense, zeros and all"
NO_CODEBOOKS = "{} decodes no codebooks: 3 weights that have one are stored and moved as plain numbers"


def small() -> Network:
    """Convolutions of 3, 64 and 64 input channels, 3 x 3, 1 x 1 and 1 x 1."""
    builder = GraphBuilder(name="small")
    x = builder.input("x", (1, 3, 8, 8))
    x = builder.conv("first", x, ConvSpec(filters=64, kernel=3, padding=1))
    x = builder.conv("second", x, ConvSpec(filters=64, kernel=1))
    return builder.finish((builder.conv("third", x, ConvSpec(filters=64, kernel=1)),))


def notes_of(accelerator: str, compression: str | None, density: float | None = None, *overrides: str) -> list[str]:
    """Notes of the run that those of the plan are followed by."""
    activations = ActivationDensities(density=density)
    network = make_workload(small(), compression=compression, activations=activations).network
    loaded = load_accelerator(accelerator, overrides=list(overrides))
    notes = run_network(network, loaded, PlanOptions(objective=Objective.LATENCY)).notes
    (last_of_plan,) = (index for index, note in enumerate(notes) if note.startswith("plan: "))
    return list(notes[last_of_plan + 1 :])


@pytest.mark.parametrize(
    ("accelerator", "spec"),
    [
        ("nm_array", "nm:2:8; keep=first"),
        ("sparse_tensor_core", "nm:2:4; keep=first"),
        ("flexible_tensor_core", "nm:2:8; keep=first"),
        ("sigma_like", "nm:2:8; keep=first"),
        ("edge_npu", "codebook:16"),
        ("edge_npu", "int8"),
        ("bit_fusion", "int4"),
        ("tpu_like", None),
    ],
)
def test_what_is_used_is_no_note(accelerator: str, spec: str | None) -> None:
    assert notes_of(accelerator, spec) == []


def test_another_pattern_is_run() -> None:
    """2:8 keeps to 2:4: 64 x 2/4 channels in place of 64 x 2/8.

    9 taps x 3 channels of the first convolution: 18 slots of 2:4 and 27 weights both take two steps of 16, so dense.
    """
    expected = "sparse_tensor_core runs 2:8 weights as 2:4 in 2 and dense in 1 of 3 operators that have them"
    assert notes_of("sparse_tensor_core", "nm:2:8") == [expected]


def test_no_pattern_is_run() -> None:
    """4:8 may have 4 in a group of 4: neither 2:4 nor 2:8. 3 channels all stay, and have no pattern."""
    expected = "flexible_tensor_core runs 4:8 weights dense in 2 of 2 operators that have them"
    assert notes_of("flexible_tensor_core", "nm:4:8") == [expected]


def test_dense_weights_by_choice() -> None:
    """Groups of 4 channels and filters: inputs that whole steps of 2:4 select from take longer than dense ones."""
    builder = GraphBuilder(name="grouped")
    x = builder.input("x", (1, 128, 56, 56))
    network = builder.finish((builder.conv("grouped", x, ConvSpec(filters=128, kernel=3, padding=1, groups=32)),))
    notes = sparsim.run(network, "sparse_tensor_core", compression="nm:2:4").notes
    expected = "dense, which costs less there than groups do, in 1 of 1 operators that have them"
    assert f"sparse_tensor_core runs 2:4 weights {expected}" in notes


def test_a_dense_array_says_so_once() -> None:
    runs = "tpu_like runs 2:4 weights dense in 3 of 3 operators that have them"
    assert notes_of("tpu_like", "nm:2:4", 0.5) == [
        runs,
        NO_WEIGHTS.format("tpu_like"),
        NO_ACTIVATIONS.format("tpu_like"),
    ]


def test_zeros_of_activations() -> None:
    assert notes_of("nm_array", None, 0.5) == [NO_ACTIVATIONS.format("nm_array")]
    assert notes_of("nm_array", None, 0.5, "array.zero_gating=true") == []
    for accelerator in ("eyeriss_v2", "dual_side_tensor_core"):
        assert notes_of(accelerator, None, 0.5) == []


@pytest.mark.parametrize("accelerator", ["nm_array", "os_array"])
def test_codebooks_that_nothing_decodes(accelerator: str) -> None:
    assert notes_of(accelerator, "codebook:16") == [NO_CODEBOOKS.format(accelerator)]


@pytest.mark.parametrize(
    ("spec", "weights"), [("int4", "int4"), ("w4", "int4"), ("ternary", "ternary"), ("pow2", "pow2_4")]
)
def test_weights_that_are_multiplied_as_wider_ones(spec: str, weights: str) -> None:
    narrow = "narrow weights take fewer bytes, but no less arithmetic"
    assert notes_of("os_array", spec) == [f"{narrow}: {weights} of 3 operators as int8; the array multiplies int8"]
    assert notes_of("os_array", spec, None, f"array.formats=[int8, {weights}]") == []


def test_a_run_has_them() -> None:
    notes = sparsim.run(small(), "sparse_tensor_core", compression="nm:2:8", activation_density=0.5).notes
    assert notes.count(NO_ACTIVATIONS.format("sparse_tensor_core")) == 1
