"""SCALE-Sim configuration files (.cfg): the array, its three memories and the bandwidth between them and DRAM."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hw_configs.accelerator import Accelerator, Array, Memory, OffChip, SplitScratchpad, VectorUnit
from hw_configs.array_sections import ScalesimSparse
from hw_configs.quantities import MAX_QUANTITY
from hw_configs.technology import Technology
from workloads.errors import ConfigError
from workloads.formats import INT8, INT32

_CLOCK_HZ = 1_000_000_000
_TECHNOLOGY = "45nm"
_OFF_CHIP_PJ_PER_BIT = 8.0
_MAX_SIDE = 2**16
_MAX_BANDWIDTH_WORDS = MAX_QUANTITY // _CLOCK_HZ
_ARCHITECTURE = "architecture_presets"
_RUN = "run_presets"
_SPARSITY = "sparsity"
_DATAFLOWS: dict[str, Literal["os", "ws", "is"]] = {"os": "os", "ws": "ws", "is": "is"}

_SOURCES = {
    "array.clock_hz": "assumed: SCALE-Sim counts cycles and states no clock; 1 GHz",
    "array.accumulator_format": "assumed: SCALE-Sim states no number format; int8 operands, int32 partial sums",
    "vector_unit.lanes": "assumed: SCALE-Sim has no vector unit; a lane a column of the array",
    "off_chip.energy_pj_per_bit": "assumed: SCALE-Sim states no memory; LPDDR4 at 8 pJ/bit as in Accelergy's tables",
}


def load_scalesim_config(path: Path, *, technology: Technology | None = None) -> Accelerator:
    """Return the accelerator that a SCALE-Sim configuration file describes.

    Assumes a SCALE-Sim word is one byte (int8), partial sums are int32 and the clock is 1 GHz, as the file states none.
    Assumes the three interfaces of SCALE-Sim (ifmap, filter, ofmap) share one off-chip link of ``Bandwidth`` words a
    cycle under ``InterfaceBandwidth: USER``; under ``CALC`` it is unbounded, so that nothing stalls.
    Under ``SparsitySupport`` the array runs SCALE-Sim's sparse modes (``simulator.arrays.scalesim_sparse``): row-wise
    with ``OptimizedMapping``, else layer-wise with the N:M that the topology states for a layer. How its report stores
    weights (``SparseRep``) and the seed of the row-wise draw change no cycle, and are not read.
    Address offsets, request buffers, banks, layouts and Ramulator traces are not modelled.

    Parameters
    ----------
    path : Path
    technology : Technology, optional
        The shipped 45 nm one unless given.

    Raises
    ------
    ConfigError
        For a file that cannot be parsed, or a key that is missing or has a value that it cannot have; names file,
        section and key.
    """
    settings = _Settings(path, _parse(path))
    rows, cols = (settings.integer(_ARCHITECTURE, key, _MAX_SIDE) for key in ("ArrayHeight", "ArrayWidth"))
    design = ScalesimDesign(
        rows=rows,
        cols=cols,
        dataflow=_DATAFLOWS[settings.choice(_ARCHITECTURE, "Dataflow", tuple(_DATAFLOWS))],
        input_kib=settings.integer(_ARCHITECTURE, "IfmapSramSzkB", 2**30),
        weight_kib=settings.integer(_ARCHITECTURE, "FilterSramSzkB", 2**30),
        output_kib=settings.integer(_ARCHITECTURE, "OfmapSramSzkB", 2**30),
        bandwidth_bytes_per_second=_bandwidth(settings),
        sparsity=_sparsity(settings, rows),
    )
    name = settings.text("general", "run_name").strip("\"'") or path.stem
    return scalesim_accelerator(design, name, technology or _default_technology())


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesimDesign:
    """What a SCALE-Sim configuration says of the hardware.

    No bandwidth means that nothing stalls, no sparsity that zeros are computed like any other number.
    """

    rows: int
    cols: int
    dataflow: Literal["os", "ws", "is"]
    input_kib: int
    weight_kib: int
    output_kib: int
    bandwidth_bytes_per_second: int | None
    sparsity: ScalesimSparse | None = None


def scalesim_accelerator(design: ScalesimDesign, name: str, technology: Technology) -> Accelerator:
    """Return the accelerator that stands for ``design``, under the assumptions of ``load_scalesim_config``."""
    side = max(design.rows, design.cols)
    return Accelerator(
        name=name,
        description="a SCALE-Sim configuration",
        technology=technology,
        array=Array(
            type="systolic" if design.sparsity is None else "scalesim_sparse",
            rows=design.rows,
            cols=design.cols,
            dataflow=design.dataflow,
            clock_hz=_CLOCK_HZ,
            formats=(INT8,),
            accumulator_format=INT32,
            scalesim_sparse=design.sparsity,
        ),
        vector_unit=VectorUnit(lanes=design.cols, format=INT8),
        scratchpad=SplitScratchpad(
            input=_memory(design.input_kib, side),
            weight=_memory(design.weight_kib, side),
            output=_memory(design.output_kib, side),
        ),
        off_chip=OffChip(
            kind="SCALE-Sim backing store",
            bandwidth_bytes_per_second=design.bandwidth_bytes_per_second,
            energy_pj_per_bit=_OFF_CHIP_PJ_PER_BIT,
        ),
        sources=_SOURCES,
    )


def _default_technology() -> Technology:
    from hw_configs.load import load_technology  # hw_configs.load reads .cfg files through this module

    return load_technology(_TECHNOLOGY)


def _memory(capacity_kib: int, array_side: int) -> Memory:
    """Return a memory whose port is never the limit, as SCALE-Sim's is not.

    An edge of the array reads or writes at most one word a row or column a cycle, and a partial sum that is read and
    written takes 2 x 4 bytes.
    """
    capacity_bytes = 1024 * capacity_kib
    return Memory(capacity_bytes=capacity_bytes, port_bytes=min(8 * array_side, capacity_bytes))


def _bandwidth(settings: _Settings) -> int | None:
    """Return bytes a second, or None when the interface is as wide as it needs to be."""
    if settings.choice(_RUN, "InterfaceBandwidth", ("calc", "user")) == "calc":
        return None
    text = settings.text(_ARCHITECTURE, "Bandwidth")
    words = {settings.parse_integer(_ARCHITECTURE, "Bandwidth", part, _MAX_BANDWIDTH_WORDS) for part in text.split(",")}
    if len(words) > 1:
        raise settings.error(_ARCHITECTURE, "Bandwidth", "one number, or the same one for every interface", text)
    return words.pop() * _CLOCK_HZ


def _sparsity(settings: _Settings, rows: int) -> ScalesimSparse | None:
    """Return the sparse mode, or None without one; files of SCALE-Sim v2 have no such section."""
    if not settings.parser.has_section(_SPARSITY):
        return None
    if settings.choice(_SPARSITY, "SparsitySupport", ("true", "false")) == "false":
        return None
    if settings.choice(_SPARSITY, "OptimizedMapping", ("true", "false")) == "false":
        return ScalesimSparse(mode="layer_wise")
    dataflow = settings.text(_ARCHITECTURE, "Dataflow")
    if dataflow.lower() != "ws":
        raise settings.error(
            _ARCHITECTURE, "Dataflow", "ws with OptimizedMapping in section [sparsity]", repr(dataflow)
        )
    block = settings.integer(_SPARSITY, "BlockSize", rows)
    if block % 2:
        raise settings.error(_SPARSITY, "BlockSize", "an even number", repr(str(block)))
    return ScalesimSparse(mode="row_wise", block=block)


def _parse(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"), source=str(path))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is no text file in UTF-8") from None
    except configparser.Error as error:
        raise ConfigError(f"{path}: is no SCALE-Sim configuration: {' '.join(str(error).split())}") from None
    return parser


@dataclass(frozen=True, slots=True)
class _Settings:
    """The file's text by section and key, and the errors that name them."""

    path: Path
    parser: configparser.ConfigParser

    def error(self, section: str, key: str, expected: str, found: str) -> ConfigError:
        return ConfigError(f"{self.path}: section [{section}], key {key}: expected {expected}, found {found}")

    def text(self, section: str, key: str) -> str:
        if not self.parser.has_section(section):
            raise self.error(section, key, "a value", "no such section")
        if not self.parser.has_option(section, key):
            raise self.error(section, key, "a value", "no such key")
        return self.parser.get(section, key).strip()

    def choice(self, section: str, key: str, allowed: tuple[str, ...]) -> str:
        """Return one of ``allowed``, which are lower-case, whatever the case in the file."""
        found = self.text(section, key)
        if found.lower() not in allowed:
            raise self.error(section, key, f"one of {', '.join(allowed)}", repr(found))
        return found.lower()

    def integer(self, section: str, key: str, maximum: int) -> int:
        return self.parse_integer(section, key, self.text(section, key), maximum)

    def parse_integer(self, section: str, key: str, text: str, maximum: int) -> int:
        found = text.strip()
        if not re.fullmatch(r"[0-9]{1,12}", found) or not 1 <= int(found) <= maximum:
            raise self.error(section, key, f"a whole number from 1 to {maximum}", repr(found))
        return int(found)
