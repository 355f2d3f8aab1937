"""From a study to its points: a fixed order, each made when it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from pathlib import Path

from hw_configs.accelerator import Accelerator
from sweeps.design import Override, changed_accelerator, forget_accelerators
from sweeps.point import Point
from sweeps.study import StudiedNetwork, Study
from workloads.compression import parse_spec
from workloads.errors import ConfigError, NetworkError
from workloads.load import list_networks

SHARED_FIELDS = ("scratchpad.capacity_bytes", "off_chip.bandwidth_bytes_per_second")
"""Of accelerators that differ in these alone, layer-by-layer plans are found together."""
MOST_IN_GROUP = 512


def _batched(numbers: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    """Yield ``numbers`` in tuples of ``size``, the last of which may be shorter."""
    for begin in range(0, len(numbers), size):
        yield tuple(numbers[begin : begin + size])


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The points of ``study``, numbered: networks vary slowest, then batches, compressions, seeds, accelerators,
    overrides in the file's order, zip groups; objectives vary fastest.

    Points that follow each other so share the network, which is loaded once.
    """

    study: Study
    model_version: str

    @property
    def num_points(self) -> int:
        """How many there are, without making one; any size (``len`` would end at 2**63)."""
        return prod(self.axis_sizes)

    @property
    def axis_sizes(self) -> tuple[int, ...]:
        """How many values each list of the study has, in the order of the numbering."""
        study = self.study
        lists = (study.networks, study.batches, study.compressions, study.seeds, study.accelerators)
        groups = (len(next(iter(group.values()))) for group in study.zip)
        return (*map(len, lists), *map(len, study.overrides.values()), *groups, len(study.objectives))

    def __iter__(self) -> Iterator[Point]:
        return (self.point(index) for index in range(self.num_points))

    def point(self, index: int) -> Point:
        """Return the point of this number.

        Raises
        ------
        NetworkError
            When the network's file is gone.
        """
        places = _digits(index, self.axis_sizes)
        study = self.study
        network, batch, compression, seed, accelerator = places[:5]
        chosen = study.networks[network]
        design = _Design(source=study.accelerators[accelerator], overrides=self._overrides(places[5:-1]))
        found, impossible = design.build()
        return Point(
            network=chosen.network,
            network_digest=network_digest(chosen),
            bindings=tuple(sorted(chosen.bindings.items())),
            batch=study.batches[batch],
            accelerator_source=design.source,
            overrides=design.overrides,
            accelerator=found,
            impossible=impossible,
            compression=canonical_compression(study.compressions[compression], study.seeds[seed]),
            objective=study.objectives[places[-1]],
            mapper=study.mapper,
            time_limit_s=study.time_limit_s,
            seed=study.seeds[seed],
            model_version=self.model_version,
        )

    def groups(self, numbers: Iterable[int]) -> Iterator[tuple[int, ...]]:
        """Yield ``numbers`` in groups of points to evaluate together: layer by layer, those share nearly all work that
        differ in scratchpad capacity and off-chip bandwidth alone. Joint plans share nothing: each is a group.
        """
        if self.study.mapper != "layers":
            yield from ((number,) for number in numbers)
            return
        overrides = (*self.study.overrides, *(next(iter(group)) for group in self.study.zip))
        first = len(self.axis_sizes) - 1 - len(overrides)
        shared = [first + index for index, name in enumerate(overrides) if name in SHARED_FIELDS]
        groups: dict[tuple[int, ...], list[int]] = {}
        for number in numbers:
            places = _digits(number, self.axis_sizes)
            key = tuple(place for axis, place in enumerate(places) if axis not in shared)
            groups.setdefault(key, []).append(number)
        for group in groups.values():
            yield from _batched(group, MOST_IN_GROUP)

    def _overrides(self, places: Sequence[int]) -> tuple[Override, ...]:
        study = self.study
        crossed = zip(study.overrides.items(), places[: len(study.overrides)], strict=True)
        zipped = zip(study.zip, places[len(study.overrides) :], strict=True)
        return (
            *((name, axis[place]) for (name, axis), place in crossed),
            *((name, axis[place]) for group, place in zipped for name, axis in group.items()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    source: str
    overrides: tuple[Override, ...]

    def build(self) -> tuple[Accelerator | None, str]:
        """Return the accelerator, or why there can be none."""
        try:
            return changed_accelerator(self.source, self.overrides), ""
        except ConfigError as error:
            return None, f"no such accelerator: {error}"


def _digits(index: int, sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the place of ``index`` in each list, the last of which varies fastest."""
    places = []
    for size in reversed(sizes):
        index, place = divmod(index, size)
        places.append(place)
    return tuple(reversed(places))


def network_digest(network: StudiedNetwork) -> str:
    """Return the SHA-256 of the network's file; empty for a name."""
    return "" if network.network in list_networks_once() else _file_digest(network.network)


@lru_cache(maxsize=1)
def list_networks_once() -> frozenset[str]:
    """Return the names that stand for networks; looked up once a process."""
    return frozenset(list_networks())


@lru_cache(maxsize=256)
def _file_digest(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read: {error.strerror}") from None


@lru_cache(maxsize=1024)
def canonical_compression(text: str, seed: int | None) -> str:
    """Return all that the spec says, ``seed`` in place of its own where given; ``dense`` where it changes nothing."""
    spec = parse_spec(text)
    if spec.changes_nothing:
        return "dense"
    return str(spec if seed is None else replace(spec, seed=seed))


def forget_files() -> None:
    """Forget what files said: a study that runs later in the same process reads them again."""
    for remembered in (_file_digest, canonical_compression, list_networks_once):
        remembered.cache_clear()
    forget_accelerators()
