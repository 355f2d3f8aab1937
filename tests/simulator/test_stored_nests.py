"""Storage of operands by hand: which format is chosen, what an element takes, where it is decoded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hw_configs.accelerator import Compression, OperandCompression
from hw_configs.load import load_accelerator
from simulator.arrays import array_model
from simulator.arrays.systolic import SystolicArray
from simulator.machine import Machine
from simulator.stored_nests import NestStorage
from workloads.compression import compress, parse_spec
from workloads.formats import INT8, ElementFormat, NumberKind
from workloads.loop_nest import MatrixNest, VectorNest, nests_of
from workloads.network import Network
from workloads.operators import Operator, Recurrent
from workloads.sparsity import Mask, NmPattern, Sparsity, SparsityOrigin
from workloads.tensor import Tensor, TensorRole
from workloads.zoo import registry
from workloads.zoo.builder import ConvSpec, GraphBuilder

ARRAY = SystolicArray(4, 4, "os").bound_to
SHAPE = (1, 4, 1, 16)  # one group of 4 filters, one tap, 16 channels
LONG = (1, 4, 1, 64)  # with channels for two rows of slots, of which a tensor core at 2:4 fills one


def decoder(*formats: str, at: str = "array") -> OperandCompression:
    return OperandCompression(formats=formats, decoded_at=at)


def gemm(
    sparsity: Sparsity | None = None, activations: Sparsity | None = None, num_codes: int | None = None
) -> Network:
    """(8, 16) times (16, 4), or (8, 64) times (64, 4) with a mask of that shape."""
    builder = GraphBuilder(name="gemm")
    num_channels = sparsity.mask.shape[-1] if sparsity is not None and sparsity.mask is not None else SHAPE[-1]
    x = builder.input("x", (8, num_channels))
    network = builder.finish((builder.linear("fc", x, 4, bias=False),))
    weight = network.tensors["fc.weight"]
    changed = {
        "fc.weight": replace(weight, sparsity=sparsity, num_codes=num_codes),
        "x": replace(network.tensors["x"], sparsity=activations),
    }
    return replace(network, tensors={**network.tensors, **changed})


def two_of_four(shape: tuple[int, ...] = SHAPE) -> Sparsity:
    nonzero = np.tile([True, False, True, False], np.prod(shape) // 4).reshape(shape)
    return Sparsity(
        density_fraction=0.5, origin=SparsityOrigin.PRUNED, pattern=NmPattern(n=2, m=4), mask=Mask.of(nonzero)
    )


def nest_of(network: Network, compression: Compression) -> MatrixNest:
    nest = NestStorage(compression, "systolic", ARRAY).nests_of(network.operators[0], network.tensors)[0]
    assert isinstance(nest, MatrixNest)
    return nest


def test_without_decoders_nothing_changes():
    network = gemm(two_of_four(), num_codes=4)

    nests = NestStorage(Compression(), "systolic", ARRAY).nests_of(network.operators[0], network.tensors)

    (plain,) = nests_of(network.operators[0], network.tensors)
    assert nests == (replace(plain, weight_sparsity=replace(plain.weight_sparsity, mask=None)),)
    assert nests[0].stored_weight.off_chip_bits == 8


@pytest.mark.parametrize(("name", "needs"), [("edge_npu", False), ("nm_array", False), ("dual_side_tensor_core", True)])
def test_a_mask_stays_where_the_array_needs_it(name, needs):
    machine = Machine(accelerator=load_accelerator(name))
    network = compress(registry.build("resnet9"), parse_spec("nm:2:4")).network
    first, second = (one for one in network.operators if one.name in ("layer1.residual.0", "layer1.residual.1"))
    ways = [machine.storage.nests_of(one, network.tensors) for one in (first, second)]
    assert any(nest.weight_sparsity.mask is not None for nest in ways[0]) == needs
    assert (ways[0] == ways[1]) != needs


def test_two_of_four_takes_half_the_values_and_two_bits_an_index():
    # 64 weights: 32 values of 8 bits, 32 indices of 2 bits; a bitmap would take 64 bits of metadata as well
    nest = nest_of(gemm(two_of_four()), Compression(weight=decoder("nm")))

    stored = nest.stored_weight
    assert stored.format == "nm"
    assert stored.off_chip_value_bits == 32 * 8 / 64
    assert stored.off_chip_metadata_bits == 32 * 2 / 64
    assert stored.scratchpad_bits == stored.off_chip_bits == 5


def test_what_the_dma_decodes_is_dense_in_the_scratchpad():
    nest = nest_of(gemm(two_of_four()), Compression(weight=decoder("nm", at="dma")))

    assert nest.stored_weight.off_chip_bits == 5
    assert (nest.stored_weight.scratchpad_value_bits, nest.stored_weight.scratchpad_metadata_bits) == (8, 0)


def test_the_cheapest_format_is_chosen_and_dense_is_always_one():
    quarter = Sparsity(density_fraction=0.25, origin=SparsityOrigin.GIVEN)
    full = Sparsity(density_fraction=1.0, origin=SparsityOrigin.GIVEN)
    both = Compression(weight=decoder("coo", "bitmap"))

    assert nest_of(gemm(quarter), both).stored_weight.format == "bitmap"  # 16 * 8 + 64 bits; coo has 6 a value
    assert nest_of(gemm(full), both).stored_weight.format == "dense"


def test_codes_are_stored_where_codebooks_are_decoded():
    # 4 codes of 2 bits; the table of 4 x 8 bits adds half a bit to each of 64 weights
    network = gemm(num_codes=4)

    assert nest_of(network, Compression(weight=decoder("codebook"))).stored_weight.off_chip_bits == 2.5
    assert nest_of(network, Compression(weight=decoder("codebook"))).stored_weight.format == "codebook"
    assert nest_of(network, Compression(weight=decoder("bitmap"))).stored_weight.off_chip_bits == 8


def test_activations_are_compressed_where_their_density_is_known():
    half = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)
    compression = Compression(activation=decoder("bitmap"))

    nest = nest_of(gemm(activations=half), compression)

    assert nest.stored_input.off_chip_bits == pytest.approx(0.5 * 8 + 1)
    assert nest.stored_output.format == "dense"
    assert nest_of(gemm(), compression).stored_input.format == "dense"


def test_streams_move_the_compressed_bits_of_what_they_read_and_write():
    builder = GraphBuilder(name="relu")
    network = builder.finish((builder.activation("act", "relu", builder.input("x", (8, 16))),))
    half = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)
    tensors = {**network.tensors, "x": replace(network.tensors["x"], sparsity=half)}

    (nest,) = NestStorage(Compression(activation=decoder("bitmap")), "systolic", ARRAY).nests_of(
        network.operators[0], tensors
    )

    assert isinstance(nest, VectorNest)
    assert nest.input_off_chip_fraction == pytest.approx(5 / 8)
    assert nest.output_off_chip_fraction == 1


def test_weights_are_stored_in_the_pattern_that_the_array_runs():
    # 1:4 weights on a core that runs 2:4: two slots of 8 bits and two indices of 2 a group, for one weight
    core = array_model(load_accelerator("sparse_tensor_core").array)
    nonzero = np.tile([True, False, False, False], 64).reshape(LONG)
    sparsity = Sparsity(
        density_fraction=0.25, origin=SparsityOrigin.PRUNED, pattern=NmPattern(n=1, m=4), mask=Mask.of(nonzero)
    )
    network = gemm(sparsity)
    storage = NestStorage(Compression(weight=decoder("nm")), "sparse_tensor_core", core.bound_to)

    nest, _ = storage.nests_of(network.operators[0], network.tensors)

    assert isinstance(nest, MatrixNest)
    assert nest.stored_weight.off_chip_bits == (2 * 8 + 2 * 2) / 4


def test_weights_that_an_nm_array_runs_dense_are_stored_dense():
    nonzero = np.tile([True, True, True, False], 16).reshape(SHAPE)
    sparsity = Sparsity(
        density_fraction=0.75, origin=SparsityOrigin.PRUNED, pattern=NmPattern(n=3, m=4), mask=Mask.of(nonzero)
    )
    core = array_model(load_accelerator("sparse_tensor_core").array)
    network = gemm(sparsity)

    (nest,) = NestStorage(Compression(weight=decoder("nm")), "sparse_tensor_core", core.bound_to).nests_of(
        network.operators[0], network.tensors
    )

    assert isinstance(nest, MatrixNest)
    assert (nest.stored_weight.format, nest.stored_weight.off_chip_bits) == ("dense", 8)


def test_what_is_stored_dense_needs_no_decoder():
    full = Sparsity(density_fraction=1.0, origin=SparsityOrigin.GIVEN)

    assert nest_of(gemm(full), Compression(weight=decoder("bitmap"))).weight_storage is None


def test_a_hidden_state_is_dense_beside_compressed_inputs():
    # 4 inputs of 5 bits (bitmap, half of them zero) and 12 hidden units of 8: 116 bits for 16 elements
    shapes = {"x": (3, 2, 4), "w": (1, 48, 4), "r": (1, 48, 12), "y": (3, 1, 2, 12)}
    roles = {"x": TensorRole.INPUT, "w": TensorRole.WEIGHT, "r": TensorRole.WEIGHT, "y": TensorRole.OUTPUT}
    half = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=roles[name], sparsity=half if name == "x" else None)
        for name, shape in shapes.items()
    }
    work = Recurrent(num_gates=4, num_steps=3, batch=2, input_size=4, hidden_size=12)
    lstm = Operator(name="lstm", work=work, inputs=("x", "w", "r"), outputs=("y",))

    (nest,) = NestStorage(Compression(activation=decoder("bitmap")), "systolic", ARRAY).nests_of(lstm, tensors)

    assert isinstance(nest, MatrixNest)
    assert nest.stored_input.off_chip_bits == pytest.approx(116 / 16)


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core"])
def test_narrow_weights_are_stored_nm_too_since_the_array_needs_the_indices(name):
    # 2-bit weights at 2:4: a value and an index of 2 bits each for every second weight are no less than 2 bits each
    network = gemm(two_of_four(LONG))
    weight = replace(network.tensors["fc.weight"], format=ElementFormat(NumberKind.INTEGER, 2))
    machine = Machine(accelerator=load_accelerator(name))

    nest, _ = machine.storage.nests_of(network.operators[0], {**network.tensors, "fc.weight": weight})

    assert isinstance(nest, MatrixNest)
    assert (nest.stored_weight.format, nest.stored_weight.off_chip_bits) == ("nm", 2)
    assert machine.array_for(nest).performed_fraction == 0.5


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core"])
def test_an_nm_array_may_run_its_weights_dense(name):
    network = gemm(two_of_four(LONG))
    machine = Machine(accelerator=load_accelerator(name))

    nm, dense = machine.storage.nests_of(network.operators[0], network.tensors)

    assert isinstance(dense, MatrixNest)
    assert dense == replace(nm, weight_storage=None, tells_weight_zeros=False)
    assert [machine.array_for(one).performed_fraction for one in (nm, dense)] == [0.5, 1]
    assert (dense.stored_weight.format, dense.weight_density_fraction) == ("dense", 0.5)


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core"])
def test_nests_unfolded_or_not_come_first_with_nm_weights_and_then_with_dense_ones(name):
    builder = GraphBuilder(name="conv")
    spec = ConvSpec(filters=4, kernel=3, bias=False, batch_norm=False)
    network = builder.finish((builder.conv("conv", builder.input("x", (1, 64, 8, 8)), spec),))
    pattern = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=2, m=4))
    weight = replace(network.tensors["conv.weight"], sparsity=pattern)
    storage = Machine(accelerator=load_accelerator(name)).storage

    nests = storage.nests_of(network.operators[0], {**network.tensors, "conv.weight": weight})

    found = [(nest.stored_weight.format, nest.is_unfolded) for nest in nests if isinstance(nest, MatrixNest)]
    assert found == [("nm", False), ("nm", True), ("dense", False), ("dense", True)]


def test_other_arrays_store_weights_in_one_way():
    network = gemm(two_of_four(LONG))
    for name in ("edge_npu", "sigma_like", "dual_side_tensor_core", "eyeriss_v2"):
        (nest,) = Machine(accelerator=load_accelerator(name)).storage.nests_of(network.operators[0], network.tensors)
        assert isinstance(nest, MatrixNest)
        assert nest.weight_storage is not None


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core"])
def test_compressed_activations_in_the_place_of_weights_stay_compressed(name):
    """Both operands are made elsewhere, in bitmaps, which an operator cannot undo."""
    builder = GraphBuilder(name="scores")
    a, b = builder.input("a", (8, 16)), builder.input("b", (16, 4))
    network = builder.finish((builder.matmul("scores", a, b),))
    half = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN)
    tensors = {**network.tensors, "b": replace(network.tensors["b"], sparsity=half)}
    accelerator = load_accelerator(name).model_copy(update={"compression": Compression(activation=decoder("bitmap"))})

    (nest,) = Machine(accelerator=accelerator).storage.nests_of(network.operators[0], tensors)

    assert isinstance(nest, MatrixNest)
    assert nest.stored_weight.format == "bitmap"


@pytest.mark.parametrize("name", ["nm_array", "sparse_tensor_core", "sigma_like", "dual_side_tensor_core"])
def test_zeros_that_are_stored_are_not_skipped(name):
    accelerator = load_accelerator(name).model_copy(update={"compression": Compression()})
    machine, network = Machine(accelerator=accelerator), gemm(two_of_four())

    (nest,) = machine.storage.nests_of(network.operators[0], network.tensors)

    assert isinstance(nest, MatrixNest)
    assert nest.stored_weight.off_chip_bits == 8
    assert machine.array_for(nest).performed_fraction == 1
