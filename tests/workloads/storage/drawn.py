"""Arrays and masks that several tests of storage formats draw, and bits counted by writing them down."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from workloads.sparsity import BlockPattern, NmPattern

CODEC_PATTERNS = [
    ("dense", None),
    ("bitmap", None),
    ("run_length", None),
    ("coo", None),
    ("csr", None),
    ("csc", None),
    ("nm", NmPattern(n=2, m=4)),
    ("nm", NmPattern(n=1, m=3)),
    ("nm", NmPattern(n=4, m=4)),
    ("nm", NmPattern(n=1, m=1)),
    ("block", BlockPattern(filters=2, channels=3)),
    ("block", BlockPattern(filters=4, channels=1)),
    ("block", BlockPattern(filters=1, channels=1)),
]
"""Every format, with the patterns it is tried on."""


@st.composite
def sparse_arrays(draw, pattern=None):
    """int8, float16 and one-bit arrays of two or four axes, of any density; they keep to N:M where that is given."""
    is_matrix = draw(st.booleans())
    sizes = [(1, 40), (1, 40)] if is_matrix else [(1, 3), (1, 6), (1, 4), (1, 10)]
    shape = tuple(draw(st.integers(*size)) for size in sizes)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = rng.random(shape) < draw(st.sampled_from([0.0, 0.01, 0.1, 0.5, 0.9, 1.0]))
    if isinstance(pattern, NmPattern):
        mask = cut_to(pattern, mask)
    values = rng.integers(1, 128, shape) * rng.choice([-1, 1], shape)
    dtype = draw(st.sampled_from([np.int8, np.float16, np.bool_]))
    return (values * mask).astype(dtype)


def cut_to(pattern, mask):
    """The mask with only the first N non-zeros of each group left."""
    mask = mask.copy()
    for start in range(0, mask.shape[-1], pattern.m):
        group = mask[..., start : start + pattern.m]
        group &= np.cumsum(group, axis=-1) <= pattern.n
    return mask


def masks_of(model, rng):
    """One mask drawn as a ``RandomMask`` says, element by element, block by block or group by group."""
    match model.pattern:
        case None:
            return rng.random(model.arrangement) < model.density_fraction
        case BlockPattern(filters=height, channels=width):
            groups, filters, taps, channels = model.arrangement
            kept = rng.random((groups, -(-filters // height), taps, -(-channels // width))) < model.density_fraction
            return kept.repeat(height, axis=1).repeat(width, axis=3)[:, :filters, :, :channels]
        case NmPattern(m=m) as pattern:
            order = rng.random(model.arrangement)
            chosen = np.zeros(model.arrangement, dtype=bool)
            for start in range(0, model.arrangement[3], m):
                group = order[..., start : start + m]
                chosen[..., start : start + m] = group.argsort(axis=-1).argsort(axis=-1) < pattern.n
            return chosen & (rng.random(model.arrangement) < model.density_fraction / model.most_fraction)


def written_bits(encoded):
    """Metadata of a stored array as a string of 0 and 1, number by number."""
    return "".join(
        f"{number:0{stream.width_bits}b}" if stream.width_bits else ""
        for stream in encoded.streams
        for number in stream.numbers.tolist()
    )
