"""Operators that copy elements to other places: pads, resizes, blocks to channels, repetitions."""

from __future__ import annotations

import math

from workloads.operators import OperatorKind
from workloads.tflite_import.operators_views import show
from workloads.tflite_import.translation import Application, Results, Table, Translator


def _pad(mode: str) -> Translator:
    def translate(application: Application) -> Results:
        x, record = application.input(0), application.record
        pads = application.integers(1, "sizes")
        if len(pads) != 2 * x.rank or min(pads, default=0) < 0:
            raise record.error(f"pads {list(pads)}, expected {2 * x.rank} sizes of at least 0")
        shape = tuple(size + pads[2 * axis] + pads[2 * axis + 1] for axis, size in enumerate(x.shape))
        output = application.result(shape, is_image=x.is_image)
        if shape == x.shape:
            return (x,)
        application.move(OperatorKind.PAD, mode, (x,), output)
        return (output,)

    return translate


def _resize(mode: str) -> Translator:
    def translate(application: Application) -> Results:
        x = application.image(0)
        sizes = application.integers(1, "sizes")
        if len(sizes) != 2:
            raise application.record.error(f"resizes to {list(sizes)}, expected a height and a width")
        output = application.result((x.shape[0], *sizes, x.shape[3]), is_image=True)
        if output.shape == x.shape:
            return (x,)
        application.move(OperatorKind.RESIZE, mode, (x,), output)
        return (output,)

    return translate


def _rearrange(function: str, *, to_depth: bool) -> Translator:
    """Blocks of neighbouring positions become channels, or the other way round."""

    def translate(application: Application) -> Results:
        x, record = application.image(0), application.record
        (block,) = record.positive("BlockSize")
        batch, height, width, channels = x.shape
        fits = height % block == 0 == width % block if to_depth else channels % block**2 == 0
        if not fits:
            raise record.error(f"input {list(x.shape)} does not divide into blocks of {block}")
        if to_depth:
            shape = (batch, height // block, width // block, channels * block**2)
        else:
            shape = (batch, height * block, width * block, channels // block**2)
        output = application.result(shape, is_image=True)
        application.move(OperatorKind.TRANSPOSE, function, (x,), output)
        return (output,)

    return translate


def _repeat(function: str) -> Translator:
    """TILE and BROADCAST_TO: a view where nothing is repeated."""

    def translate(application: Application) -> Results:
        x, record = application.input(0), application.record
        given = application.integers(1, "sizes")
        if function == "tile":
            if len(given) != x.rank:
                raise record.error(f"repeats {list(given)} times, expected {x.rank} numbers")
            shape = tuple(size * times for size, times in zip(x.shape, given, strict=True))
        else:
            shape = given
        if math.prod(shape) == x.num_elements:
            return show(application, shape)
        output = application.result(shape, is_image=x.is_image and len(shape) == x.rank)
        application.move(OperatorKind.COPY, function, (x,), output)
        return (output,)

    return translate


def _copy(function: str, *data: int) -> Translator:
    """Whole inputs ``data`` in, a result of the first one's shape out."""

    def translate(application: Application) -> Results:
        x = application.input(0)
        output = application.result(x.shape, is_image=x.is_image)
        read = tuple(value for index in data if not (value := application.input(index)).is_immediate)
        application.move(OperatorKind.COPY, function, read, output)
        return (output,)

    return translate


def _one_hot(application: Application) -> Results:
    """Inputs: indices, depth, the values for on and off."""
    x, depth = application.input(0), application.integers(1, "depth")
    axis = application.normal_axis(application.record.integer("Axis"), x.rank + 1)
    output = application.result((*x.shape[:axis], *depth[:1], *x.shape[axis:]))
    application.move(OperatorKind.COPY, "one_hot", (x,), output)
    return (output,)


def _blocks_to_batch(application: Application) -> Results:
    """Inputs: x, block sizes, padding before and after each axis that is cut."""
    x = application.input(0)
    blocks, pads = _blocks(application, x.rank)
    sizes = [size + pads[2 * axis] + pads[2 * axis + 1] for axis, size in enumerate(x.shape[1 : 1 + len(blocks)])]
    if any(size % block for size, block in zip(sizes, blocks, strict=True)):
        raise application.record.error(f"padded sizes {sizes} do not divide into blocks of {list(blocks)}")
    cut = tuple(size // block for size, block in zip(sizes, blocks, strict=True))
    shape = (x.shape[0] * math.prod(blocks), *cut, *x.shape[1 + len(blocks) :])
    output = application.result(shape, is_image=x.is_image)
    application.move(OperatorKind.COPY, "space_to_batch", (x,), output)
    return (output,)


def _batch_to_blocks(application: Application) -> Results:
    """Inputs: x, block sizes, what is cropped before and after each axis that is joined."""
    x = application.input(0)
    blocks, crops = _blocks(application, x.rank)
    if x.shape[0] % math.prod(blocks):
        raise application.record.error(f"batch {x.shape[0]} does not divide into blocks of {list(blocks)}")
    sizes = tuple(
        size * blocks[axis] - crops[2 * axis] - crops[2 * axis + 1]
        for axis, size in enumerate(x.shape[1 : 1 + len(blocks)])
    )
    shape = (x.shape[0] // math.prod(blocks), *sizes, *x.shape[1 + len(blocks) :])
    output = application.result(shape, is_image=x.is_image)
    application.move(OperatorKind.COPY, "batch_to_space", (x,), output)
    return (output,)


def _blocks(application: Application, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the block's size along axes 1 and on, and what is added or cut before and after each."""
    blocks, borders = application.integers(1, "block"), application.integers(2, "borders")
    if len(blocks) >= rank or len(borders) != 2 * len(blocks) or min(*blocks, 1) < 1 or min(*borders, 0) < 0:
        raise application.record.error(f"blocks {list(blocks)} with borders {list(borders)} do not fit {rank} axes")
    return blocks, borders


TABLE: Table = {
    "PAD": _pad("constant"),
    "PADV2": _pad("constant"),
    "MIRROR_PAD": _pad("reflect"),
    "RESIZE_BILINEAR": _resize("linear"),
    "RESIZE_NEAREST_NEIGHBOR": _resize("nearest"),
    "SPACE_TO_DEPTH": _rearrange("space_to_depth", to_depth=True),
    "DEPTH_TO_SPACE": _rearrange("depth_to_space", to_depth=False),
    "SPACE_TO_BATCH_ND": _blocks_to_batch,
    "BATCH_TO_SPACE_ND": _batch_to_blocks,
    "TILE": _repeat("tile"),
    "BROADCAST_TO": _repeat("expand"),
    "REVERSE_V2": _copy("reverse", 0),
    "REVERSE_SEQUENCE": _copy("reverse_sequence", 0),
    "DYNAMIC_UPDATE_SLICE": _copy("scatter", 0, 1),
    "ONE_HOT": _one_hot,
}
