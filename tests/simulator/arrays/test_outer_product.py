"""Closed forms of the dual-side core: hand arithmetic, laws, masks against densities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_configs.accelerator import Array
from hw_configs.array_sections import OuterProduct
from simulator.arrays import array_model
from simulator.arrays.outer_product import OuterProductArray, cycles_of_masks, outer_product_array
from simulator.arrays.protocol import Dimension
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Mask, Sparsity, SparsityOrigin

SIZES = st.integers(1, 300)
DENSITIES = st.floats(0, 1)


def array(**changes) -> Array:
    fields = {
        "type": "outer_product",
        "rows": 8,
        "cols": 16,
        "dataflow": "os",
        "clock_hz": "1 GHz",
        "formats": ("fp16",),
        "accumulator_format": "fp32",
        "outer_product": {},
    }
    return Array.model_validate(fields | changes)


def core(**section) -> OuterProductArray:
    model = outer_product_array(array(outer_product=section))
    assert isinstance(model, OuterProductArray)
    return model


def sizes(*values):
    return tuple(np.asarray(value, dtype=np.int64) for value in values)


def nest(m: int, weights: Sparsity | None, input_density: float = 1.0, n: int = 64) -> MatrixNest:
    return MatrixNest(
        groups=1,
        batch=m,
        axes=(),
        num_filters=n,
        num_channels=50,
        input_bits=16,
        weight_bits=16,
        output_bits=16,
        resident_bits=0,
        num_output_elements=m * n,
        weight_sparsity=weights,
        input_sparsity=Sparsity(density_fraction=input_density, origin=SparsityOrigin.GIVEN),
    )


def given_density(density: float) -> Sparsity:
    return Sparsity(density_fraction=density, origin=SparsityOrigin.GIVEN)


def given_mask(nonzero: np.ndarray) -> Sparsity:
    return Sparsity(density_fraction=float(nonzero.mean()), origin=SparsityOrigin.PRUNED, mask=Mask.of(nonzero))


def stream(model, m, n, k) -> int:
    return int(model.tile_cycles(*sizes(m, n, k)).stream)


def test_dense_by_hand():
    # a full tile: 1 bitmap cycle and max(4 * 2 quanta, ceil(1024 / 116) = 9); 8 x 8: 1 + max(1, ceil(64 / 116))
    assert stream(core(), 32, 32, 100) == 1000
    assert stream(core(), 8, 8, 100) == 200
    # 40 x 32: the second tile has 8 positions: 1 + max(1 * 2, ceil(256 / 116) = 3)
    assert stream(core(), 40, 32, 100) == 1000 + 400


def test_wide_ports_and_hidden_bitmaps_leave_the_quanta():
    assert stream(core(merge_words_per_cycle=128, bitmap_cycles=0), 32, 32, 100) == 800


def test_expectation_by_hand():
    # tile of 2, one lane either side, unbounded ports: quanta are a * b, of which half of two times a quarter of two
    small = outer_product_array(
        array(rows=1, cols=1, outer_product={"tile": 2, "input_lanes": 1, "weight_lanes": 1, "bitmap_cycles": 0})
    )
    bound = small.bound_to(nest(2, given_density(0.25), 0.5))

    assert stream(bound, 2, 2, 1000) == 1000 * 2 * 0.5 * 2 * 0.25
    # lanes of two take any non-zeros at once: (1 - 0.5^2) * (1 - 0.75^2)
    pairs = {"tile": 2, "input_lanes": 2, "weight_lanes": 2, "bitmap_cycles": 0}
    wide = outer_product_array(array(rows=2, cols=2, outer_product=pairs)).bound_to(nest(2, given_density(0.25), 0.5))

    cycles = wide.tile_cycles(*sizes(2, 2, 1_000_000))
    assert cycles.stream == 0.75 * 0.4375 * 1e6
    # of which lanes full of non-zeros would need 0.5 * 0.25
    assert cycles.imbalance == (0.75 * 0.4375 - 0.125) * 1e6


def test_cores_side_by_side_share_tiles():
    four = outer_product_array(array(rows=16, cols=32))

    assert (four.num_cores, four.num_pes, four.tile_units) == ((2, 2), 512, (64, 64, 1))
    assert stream(four, 64, 64, 10) == stream(core(), 32, 32, 10)
    # 40 positions on two cores: a tile of 32 and one of 8, as long as the longer; 70: one fold, then 6 positions
    assert stream(four, 40, 64, 10) == stream(core(), 32, 32, 10)
    assert stream(four, 70, 64, 10) == stream(core(), 38, 32, 10)


def test_accesses():
    accesses = core().scratchpad_accesses(*sizes(33, 65, 10))

    assert accesses.input_read == 33 * 10 * 3
    assert accesses.weight_read == 65 * 10 * 2
    assert (accesses.output_read, accesses.output_write) == (0, 33 * 65)


@given(m=SIZES, n=SIZES, k=SIZES, da=DENSITIES, db=DENSITIES)
def test_parts_are_at_most_the_whole(m, n, k, da, db):
    cycles = core().bound_to(nest(m, given_density(db), da)).tile_cycles(*sizes(m, n, k))

    assert 0 <= cycles.imbalance <= cycles.stream
    assert cycles.padding == 0
    assert cycles.stream * 128 >= m * n * k * da * db * (1 - 1e-9)


@given(m=SIZES, n=SIZES, k=SIZES)
def test_density_one_is_dense(m, n, k):
    bound = core().bound_to(nest(m, given_density(1.0)))

    assert stream(bound, m, n, k) == stream(core(), m, n, k)
    assert bound.tile_cycles(*sizes(m, n, k)).imbalance == 0


@given(m=SIZES, n=SIZES, da=DENSITIES, db=DENSITIES, less=DENSITIES)
def test_never_slower_at_lower_density(m, n, da, db, less):
    bound = [core().bound_to(nest(m, given_density(b), a)) for a, b in ((da, db), (da * less, db), (da, db * less))]

    streams = [stream(model, m, n, 1000) for model in bound]

    assert max(streams[1:]) <= streams[0]


@settings(deadline=None)
@given(m=SIZES, n=SIZES, k=SIZES, part=st.integers(1, 299), axis=st.integers(0, 2), da=DENSITIES, db=DENSITIES)
def test_splitting_at_whole_tiles_never_helps(m, n, k, part, axis, da, db):
    # Elsewhere it may: 34 filters as 25 + 9 rather than 32 + 2 leave fewer lanes idle when half of them are zero.
    whole = [m, n, k]
    first, rest = [*whole], [*whole]
    first[axis] = min(part if axis == 2 else 32 * part, whole[axis] - 1)
    rest[axis] -= first[axis]
    if first[axis] == 0 or (axis < 2 and first[axis] % 32):
        return
    bound = core().bound_to(nest(m, given_density(db), da))

    assert stream(bound, *first) + stream(bound, *rest) >= stream(bound, *whole)


@settings(deadline=None)
@given(m=st.integers(2, 32), n=st.integers(1, 32), part=st.integers(1, 31), da=DENSITIES, db=DENSITIES)
def test_splitting_one_tile_never_helps(m, n, part, da, db):
    first = min(part, m - 1)
    bound = core().bound_to(nest(m, given_density(db), da))

    assert stream(bound, first, n, 50) + stream(bound, m - first, n, 50) >= stream(bound, m, n, 50)


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    groups=st.integers(1, 2),
    n=st.integers(1, 100),
    tiles=st.integers(1, 3),
    density=DENSITIES,
)
def test_a_mask_counts_exactly_under_dense_inputs(seed, groups, n, tiles, density):
    nonzero = np.random.default_rng(seed).random((groups, n, 3, 7)) < density
    bound = core().bound_to(nest(32 * tiles, given_mask(nonzero), n=n))

    exact = sum(
        cycles_of_masks(np.ones((32 * tiles, 21), dtype=bool), group.reshape(n, 21), OuterProduct())
        for group in nonzero
    )

    # one product is the average of the groups
    assert stream(bound, 32 * tiles, n, 21) == -(-exact // groups)


def test_a_mask_counts_exactly_where_positions_are_fewer_than_a_tile():
    nonzero = np.random.default_rng(3).random((1, 45, 1, 50)) < 0.3
    bound = core().bound_to(nest(5, given_mask(nonzero), n=45))

    assert stream(bound, 5, 45, 50) == cycles_of_masks(np.ones((5, 50), dtype=bool), nonzero[0, :, 0], OuterProduct())


def test_uneven_masks_differ_from_their_density():
    # half of the filters of each tile dense, half empty, in either direction: 16 of 32 always, or all and none in turn
    by_filter = np.zeros((1, 64, 1, 50), dtype=bool)
    by_filter[:, ::2] = True
    by_k = np.zeros((1, 64, 1, 50), dtype=bool)
    by_k[..., ::2] = True
    models = [core().bound_to(nest(32, sparsity)) for sparsity in (given_mask(by_filter), given_mask(by_k))]

    # 1 + max(4 * 1, ceil(512 / 116) = 5) each k; 10 and 1 in turn
    assert [stream(model, 32, 32, 100) for model in models] == [600, 550]


@pytest.mark.parametrize("density", [0.9, 0.5, 0.2])
def test_a_random_mask_is_near_the_closed_form_of_its_density(density):
    # 16 tiles of filters x 1,152 k: the measured distance is below 0.3 %
    nonzero = np.random.default_rng(0).random((1, 512, 9, 128)) < density
    mask = core().bound_to(nest(64, given_mask(nonzero), 0.6, n=512))
    even = core().bound_to(nest(64, given_density(density), 0.6, n=512))

    assert stream(mask, 64, 512, 1152) == pytest.approx(stream(even, 64, 512, 1152), rel=0.003)


def test_an_empty_mask_takes_bitmaps_alone():
    bound = core().bound_to(nest(32, given_mask(np.zeros((1, 64, 1, 10), dtype=bool))))

    assert stream(bound, 32, 64, 10) == 20
    assert bound.performed_fraction == 0


def test_broadcasts():
    m, n, k = np.array([[64], [100]]), np.array([32, 7, 1]), np.int64(200)
    bound = core().bound_to(nest(64, given_density(0.3), 0.7))

    together = bound.tile_cycles(m, n, k)

    assert together.stream.dtype == np.int64
    assert together.stream.tolist() == [[stream(bound, row, col, 200) for col in (32, 7, 1)] for row in (64, 100)]


def test_properties():
    bound = core().bound_to(nest(64, given_density(0.3), 0.5))

    assert (bound.num_pes, bound.peak_macs_per_cycle, bound.performed_fraction) == (128, 128.0, 0.15)
    assert bound.streamed_dimension is Dimension.K
    assert replace(bound, input_density_fraction=1.0).performed_fraction == 0.3


def test_array_model():
    model = array_model(array(rows=32))

    assert isinstance(model, OuterProductArray)
    assert model.num_cores == (4, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rows": 12}, r"array\.rows: expected a multiple of outer_product\.input_lanes = 8, found 12"),
        ({"cols": 8}, r"array\.cols: expected a multiple of outer_product\.weight_lanes = 16, found 8"),
        ({"dataflow": "is"}, r"array\.dataflow: expected os for array\.type outer_product, found is"),
    ],
)
def test_arrays_that_are_none(changes, message):
    with pytest.raises(ConfigError, match=message):
        array_model(array(**changes))


def test_missing_section():
    unchecked = array().model_copy(update={"outer_product": None})
    with pytest.raises(ConfigError, match=r"array\.outer_product: expected a section, found none"):
        outer_product_array(unchecked)
