"""Accelerators as YAML text and as rows of a list."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML

from hw_configs.accelerator import Accelerator, Memory
from hw_configs.quantities import BYTE_UNITS, BYTES_PER_SECOND_UNITS, HERTZ_UNITS, format_quantity
from hw_configs.technology import Technology
from hw_configs.yaml_source import YamlValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorRow:
    """One line of a list of accelerators, as text."""

    name: str
    array: str
    dataflow: str
    clock: str
    scratchpad: str
    off_chip_bandwidth: str
    technology: str
    description: str


def dump_technology(technology: Technology) -> dict[str, YamlValue]:
    """Return the technology as a technology file would hold it."""
    tree: dict[str, YamlValue] = technology.model_dump(mode="json")
    return tree


def dump_accelerator(accelerator: Accelerator) -> dict[str, YamlValue]:
    """Return the accelerator as an accelerator file would hold it, the technology's numbers in place of its name.

    Defaults are written out, so that what is read back is the same accelerator whatever the defaults become.
    """
    tree: dict[str, YamlValue] = accelerator.model_dump(mode="json")
    with_units = _with_units(tree)
    assert isinstance(with_units, dict)
    return with_units


def accelerator_yaml(accelerator: Accelerator, *, shipped: Technology | None = None) -> str:
    """Return the YAML text of the resolved accelerator, with its sources; loading it gives an equal one.

    Parameters
    ----------
    accelerator : Accelerator
    shipped : Technology, optional
        The shipped technology of the accelerator's technology name: written by name when equal.
    """
    tree = dump_accelerator(accelerator)
    if shipped == accelerator.technology:
        tree["technology"] = accelerator.technology.name
    text = io.StringIO()
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(tree, text)
    return text.getvalue()


def accelerator_row(accelerator: Accelerator) -> AcceleratorRow:
    """Return the accelerator's line of a list."""
    array, bandwidth = accelerator.array, accelerator.off_chip.bandwidth_bytes_per_second
    return AcceleratorRow(
        name=accelerator.name,
        array=f"{array.rows}x{array.cols}",
        dataflow=array.dataflow,
        clock=str(format_quantity(array.clock_hz, HERTZ_UNITS)),
        scratchpad=_capacity(accelerator),
        off_chip_bandwidth="unbounded"
        if bandwidth is None
        else str(format_quantity(bandwidth, BYTES_PER_SECOND_UNITS)),
        technology=accelerator.technology.name,
        description=accelerator.description,
    )


def leaf_fields(tree: Mapping[str, YamlValue], prefix: str = "") -> Iterator[tuple[str, YamlValue]]:
    """Yield each field of a dumped accelerator that holds no further fields, dotted, with its value."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaf_fields(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _capacity(accelerator: Accelerator) -> str:
    pad = accelerator.scratchpad
    memories = (pad,) if isinstance(pad, Memory) else (pad.input, pad.weight, pad.output)
    return " + ".join(str(format_quantity(memory.capacity_bytes, BYTE_UNITS, binary=True)) for memory in memories)


def _with_units(value: YamlValue, name: str = "") -> YamlValue:
    """Return ``value`` with each quantity as text with a unit; a field's name ends in its base unit."""
    if isinstance(value, dict):
        return {key: _with_units(inner, key) for key, inner in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        if name.endswith("_bytes"):
            return format_quantity(value, BYTE_UNITS, binary=True)
        if name.endswith("_bytes_per_second"):
            return format_quantity(value, BYTES_PER_SECOND_UNITS)
        if name.endswith("_hz"):
            return format_quantity(value, HERTZ_UNITS)
    return value
