"""Cells that architecture searches found, as data.

States of a cell: 0 is the output of the cell before the last, 1 that of the last, 2 + k that of block k. A block adds
what its two operations make of a state each; the cell's output is the concatenation of some states. In a reduction cell
what reads state 0 or 1 has stride 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Separable:
    """ReLU, depthwise and pointwise convolution, batch normalisation; all that ``repeats`` times."""

    kernel: int
    repeats: int = 2
    dilation: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pooling window; a pointwise convolution follows where the number of channels must change."""

    function: Literal["max", "average"]
    kernel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """ReLU, a pointwise convolution to a quarter of the filters, one of each kernel, a pointwise one back."""

    kernels: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointwise:
    """ReLU, 1x1 convolution, batch normalisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The state itself; a pointwise convolution where its shape must change."""


CellOperation = Separable | Pool | Bottleneck | Pointwise | Identity
Branch = tuple[CellOperation, int]
"""An operation and the state that it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Blocks of two branches each, and the states that the output concatenates."""

    blocks: tuple[tuple[Branch, Branch], ...]
    concatenated: tuple[int, ...]


_SEP3, _SEP5, _SEP7 = Separable(kernel=3), Separable(kernel=5), Separable(kernel=7)
_DIL3 = Separable(kernel=3, repeats=1, dilation=2)
_AVG3, _MAX2, _MAX3 = (
    Pool(function="average", kernel=3),
    Pool(function="max", kernel=2),
    Pool(function="max", kernel=3),
)
_SKIP, _CONV1 = Identity(), Pointwise()
_CONV3, _CONV7 = Bottleneck(kernels=((3, 3),)), Bottleneck(kernels=((1, 7), (7, 1)))

NASNET_A_NORMAL = Cell(
    blocks=(
        ((_SEP5, 1), (_SEP3, 0)),
        ((_SEP5, 0), (_SEP3, 0)),
        ((_AVG3, 1), (_SKIP, 0)),
        ((_AVG3, 0), (_AVG3, 0)),
        ((_SEP3, 1), (_SKIP, 1)),
    ),
    concatenated=(0, 2, 3, 4, 5, 6),
)
NASNET_A_REDUCTION = Cell(
    blocks=(
        ((_SEP5, 1), (_SEP7, 0)),
        ((_MAX3, 1), (_SEP7, 0)),
        ((_AVG3, 1), (_SEP5, 0)),
        ((_SKIP, 3), (_AVG3, 2)),
        ((_SEP3, 2), (_MAX3, 1)),
    ),
    concatenated=(3, 4, 5, 6),
)
"""Source: Zoph et al., arXiv 1707.07012, figure 4; tensorflow/models research/slim/nets/nasnet/nasnet_utils.py."""

PNASNET_5 = Cell(
    blocks=(
        ((_SEP5, 0), (_MAX3, 0)),
        ((_SEP7, 1), (_MAX3, 1)),
        ((_SEP5, 1), (_SEP3, 1)),
        ((_SEP3, 4), (_MAX3, 1)),
        ((_SEP3, 0), (_SKIP, 1)),
    ),
    concatenated=(2, 3, 4, 5, 6),
)
"""Source: Liu et al., arXiv 1712.00559, figure 1; tensorflow/models research/slim/nets/nasnet/pnasnet.py."""

AMOEBANET_A_NORMAL = Cell(
    blocks=(
        ((_AVG3, 1), (_MAX3, 1)),
        ((_SEP3, 0), (_SKIP, 0)),
        ((_SKIP, 1), (_AVG3, 0)),
        ((_SEP3, 1), (_SEP5, 2)),
        ((_AVG3, 5), (_SEP3, 1)),
    ),
    concatenated=(0, 3, 4, 6),
)
AMOEBANET_A_REDUCTION = Cell(
    blocks=(
        ((_SEP3, 0), (_AVG3, 1)),
        ((_MAX3, 1), (_SEP7, 2)),
        ((_MAX3, 0), (_MAX3, 1)),
        ((_SEP3, 4), (_CONV7, 1)),
        ((_AVG3, 0), (_SEP7, 1)),
    ),
    concatenated=(2, 3, 4, 5, 6),
)
AMOEBANET_D_NORMAL = Cell(
    blocks=(
        ((_CONV1, 0), (_MAX3, 0)),
        ((_SKIP, 0), (_CONV7, 1)),
        ((_CONV1, 1), (_CONV7, 1)),
        ((_MAX3, 2), (_SKIP, 2)),
        ((_AVG3, 0), (_CONV1, 5)),
    ),
    concatenated=(1, 3, 4, 6),
)
AMOEBANET_D_REDUCTION = Cell(
    blocks=(
        ((_MAX2, 1), (_MAX3, 1)),
        ((_SKIP, 2), (_CONV3, 0)),
        ((_CONV7, 2), (_MAX3, 2)),
        ((_SKIP, 3), (_MAX2, 0)),
        ((_AVG3, 2), (_CONV1, 3)),
    ),
    concatenated=(4, 5, 6),
)
"""Source: tensorflow/tpu models/official/amoeba_net/model_specs.py; Real et al., arXiv 1802.01548, figure 5 for A.

That file numbers state 1 (the last cell) as 0 and state 0 as 1, which are swapped here.
"""

DARTS_NORMAL = Cell(
    blocks=(
        ((_SEP3, 0), (_SEP3, 1)),
        ((_SEP3, 0), (_SEP3, 1)),
        ((_SEP3, 1), (_SKIP, 0)),
        ((_SKIP, 0), (_DIL3, 2)),
    ),
    concatenated=(2, 3, 4, 5),
)
DARTS_REDUCTION = Cell(
    blocks=(
        ((_MAX3, 0), (_MAX3, 1)),
        ((_SKIP, 2), (_MAX3, 1)),
        ((_MAX3, 0), (_SKIP, 2)),
        ((_SKIP, 2), (_MAX3, 1)),
    ),
    concatenated=(2, 3, 4, 5),
)
"""The second-order cells (DARTS_V2). Source: Liu et al., arXiv 1806.09055; quark0/darts cnn/genotypes.py."""
