"""What a study file says: networks, accelerators, what changes between points, and what a design must meet."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from hw_configs.array_sections import Section
from hw_configs.load import load_accelerator
from hw_configs.override import split_override
from hw_configs.technology import Text
from hw_configs.validate import dotted, validate
from hw_configs.yaml_source import Document, YamlValue, read_yaml
from sweeps.axis import doubling_steps, linear_steps
from sweeps.capacity_bounds import impossible_bounds
from sweeps.constraints import Constraints
from sweeps.design import changed_accelerator
from sweeps.override_text import override_text
from workloads.compression import parse_spec
from workloads.errors import ConfigError, SparsimError
from workloads.load import list_networks, load_network

MAX_NAME = 200
_FIELD = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


def _as_axis(value: object) -> Sequence[YamlValue]:
    """Return the values that a list, ``{range: ...}`` or ``{log2: ...}`` stands for."""
    if isinstance(value, list) and value:
        if any(isinstance(item, float) and not math.isfinite(item) for item in value):
            raise ValueError(f"expected finite numbers, found {value}")
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        kind, bounds = next(iter(value.items()))
        try:
            if kind == "range":
                return linear_steps(*_bounds(bounds, ("first", "last", "step")))
            if kind == "log2":
                return doubling_steps(*_bounds(bounds, ("first", "last")))
        except ConfigError as error:
            raise ValueError(f"{kind}: {error}") from None
    raise ValueError(
        "expected a list of at least one value, {range: [first, last, step]} or {log2: [first, last]}, "
        f"found {str(value)[:60]}"
    )


def _bounds(value: object, names: tuple[str, ...]) -> list[YamlValue]:
    if isinstance(value, Mapping) and set(value) == set(names):
        return [value[name] for name in names]
    if isinstance(value, list) and len(value) == len(names):
        return value
    raise ConfigError(f"expected [{', '.join(names)}], found {str(value)[:60]}")


Axis = Annotated[
    Sequence[Any],  # of YamlValue, whose recursion pydantic would unroll without end
    PlainValidator(_as_axis),
    WithJsonSchema({"type": "object", "description": "a list, {range: [first, last, step]} or {log2: [first, last]}"}),
]


def _as_zip_group(group: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    sizes = {field: len(axis) for field, axis in group.items()}
    if not sizes or len(set(sizes.values())) > 1:
        found = ", ".join(f"{field} with {num}" for field, num in sizes.items()) or "none"
        raise ValueError(f"expected fields with equally many values, found {found}")
    return group


ZipGroup = Annotated[dict[str, Axis], AfterValidator(_as_zip_group)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


class StudiedNetwork(Section):
    """One network: a name or file, and the sizes of dimensions that it leaves open."""

    network: Text
    bindings: dict[str, Count] = Field(default_factory=dict)


def _as_network(value: object) -> object:
    return {"network": value} if isinstance(value, str) else value


class Study(Section):
    """A study, checked. Its points are all combinations of its lists; a ``zip`` group counts as one list.

    A batch of None is what the network says; a seed of None is that of the compression spec.
    """

    name: Text
    networks: tuple[Annotated[StudiedNetwork, BeforeValidator(_as_network)], ...] = Field(min_length=1)
    accelerators: tuple[Text, ...] = Field(min_length=1)
    overrides: dict[str, Axis] = Field(default_factory=dict)
    zip: tuple[ZipGroup, ...] = ()
    compressions: tuple[Text, ...] = Field(default=("dense",), min_length=1)
    objectives: tuple[Literal["latency", "traffic", "energy", "edp"], ...] = Field(default=("latency",), min_length=1)
    mapper: Literal["joint", "layers"] = "joint"
    time_limit_s: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = 10.0
    batches: tuple[Count | None, ...] = Field(default=(None,), min_length=1)
    seeds: tuple[Seed | None, ...] = Field(default=(None,), min_length=1)
    constraints: Constraints = Constraints()

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if len(name) > MAX_NAME:
            raise ValueError(f"expected at most {MAX_NAME} characters, found {len(name)}")
        return name

    @field_validator("zip")
    @classmethod
    def _check_zip(cls, groups: tuple[dict[str, Any], ...], so_far: ValidationInfo) -> tuple[dict[str, Any], ...]:
        named = [field for group in (so_far.data.get("overrides", {}), *groups) for field in group]
        twice = next((field for field in named if named.count(field) > 1), None)
        if twice is not None:
            raise ValueError(f"the field {twice} is given twice, expected it once among overrides and zip")
        return groups


def load_study(source: str | Path | Mapping[str, YamlValue]) -> Study:
    """Return the study of a YAML file, or of a mapping that says the same.

    Raises
    ------
    ConfigError
        With one line a mistake: file, line, field, what was expected and what was found.
    """
    if isinstance(source, Mapping):
        return study_of(Document(tree=dict(source), name="study"))
    path = Path(source)
    if not path.is_file():
        raise ConfigError(f"study {str(path)!r}: expected a file, found {'a folder' if path.is_dir() else 'none'}")
    return study_of(read_yaml(path))


def study_of(document: Document) -> Study:
    """Return the study that ``document`` holds, its fields and compressions known by name.

    Raises
    ------
    ConfigError
        As ``load_study``.
    """
    study = validate(document, Study)
    mistakes = [
        *wrong_sources(study.networks, study.accelerators, document),
        *_wrong_texts(study.compressions, "compressions", document),
        *_wrong_fields(study.overrides, ("overrides",), document),
        *(line for index, group in enumerate(study.zip) for line in _wrong_fields(group, ("zip", index), document)),
        *_repeated(study, document),
    ]
    mistakes = mistakes or wrong_values(study, document) or impossible_bounds(study, document)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return study


def wrong_sources(networks: Sequence[StudiedNetwork], accelerators: Sequence[str], document: Document) -> list[str]:
    """Return a line for each network or accelerator that there is not."""
    lines = []
    for index, one in enumerate(networks):
        if one.network not in list_networks() and not Path(one.network).is_file():
            try:
                load_network(one.network)
            except SparsimError as error:
                lines.append(f"{document.origin(('networks', index))}: networks[{index}]: {error}")
    for index, source in enumerate(accelerators):
        try:
            load_accelerator(source)
        except ConfigError as error:
            lines.append(f"{document.origin(('accelerators', index))}: accelerators[{index}]: {error}")
    return lines


def wrong_values(study: Study, document: Document) -> list[str]:
    """Return a line for each field whose first or last value no accelerator of the study accepts.

    Values that are wrong only together with others are points without a design, not mistakes of the study.
    """
    lines = []
    for path, group in (
        (("overrides",), study.overrides),
        *((("zip", index), one) for index, one in enumerate(study.zip)),
    ):
        for name, axis in group.items():
            for value in (axis[0], axis[len(axis) - 1]):
                mistake = _own_mistake(study.accelerators, name, value)
                if mistake:
                    lines.append(f"{document.origin((*path, name))}: {dotted(path)}: {mistake}")
    return list(dict.fromkeys(lines))


def _own_mistake(accelerators: Sequence[str], name: str, value: YamlValue) -> str:
    """Return what is wrong with ``value`` in itself; empty where at least one accelerator takes it."""
    mistake = ""
    for source in accelerators:
        try:
            changed_accelerator(source, ((name, value),))
        except ConfigError as error:
            own = [line for line in str(error).split("\n") if line.startswith(f"override {override_text(name, value)}")]
            if own:
                mistake = own[0]
                continue
        return ""
    return mistake


def _wrong_texts(specs: Sequence[str], field: str, document: Document) -> list[str]:
    lines = []
    for index, text in enumerate(specs):
        try:
            parse_spec(text)
        except SparsimError as error:
            lines.append(f"{document.origin((field, index))}: {field}[{index}]: {error}")
    return lines


def _wrong_fields(
    axes: Mapping[str, Sequence[YamlValue]], path: tuple[str | int, ...], document: Document
) -> list[str]:
    """Return a line for each field that no accelerator has."""
    lines = []
    for name, axis in axes.items():
        try:
            if not _FIELD.fullmatch(name):
                raise ConfigError(f"expected a field such as array.rows, found {name!r}")
            split_override(override_text(name, axis[0]))
        except ConfigError as error:
            lines.append(f"{document.origin((*path, name))}: {dotted(path)}: {error}")
    return lines


def _repeated(study: Study, document: Document) -> list[str]:
    """Return a line for each list in which something stands twice."""
    lines = []
    for name in ("networks", "accelerators", "compressions", "objectives", "batches", "seeds"):
        values = getattr(study, name)
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            shown = twice.network if isinstance(twice, StudiedNetwork) else twice
            lines.append(f"{document.origin((name,))}: {name}: expected each once, found {shown} twice")
    return lines
