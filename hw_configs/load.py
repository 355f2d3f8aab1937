"""Accelerators and technologies by shipped name or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.override import apply_overrides
from hw_configs.show import AcceleratorRow, accelerator_row, accelerator_yaml, dump_accelerator, leaf_fields
from hw_configs.technology import Technology
from hw_configs.validate import suggest, validate
from hw_configs.yaml_source import Document, read_yaml
from workloads.errors import ConfigError

_HERE = Path(__file__).parent
_ACCELERATORS = _HERE / "accelerators"
_TECHNOLOGIES = _HERE / "technologies"
_YAML_SUFFIXES = (".yaml", ".yml")


def list_accelerators() -> tuple[str, ...]:
    """Return the names of the shipped accelerators, sorted."""
    return tuple(sorted(path.stem for path in _ACCELERATORS.glob("*.yaml")))


def list_technologies() -> tuple[str, ...]:
    """Return the names of the shipped technologies, sorted."""
    return tuple(sorted(path.stem for path in _TECHNOLOGIES.glob("*.yaml")))


def load_accelerator(source: str | Path, *, overrides: Sequence[str] = ()) -> Accelerator:
    """Return the accelerator ``source`` with ``overrides`` applied.

    Parameters
    ----------
    source : str or Path
        A shipped name (``tpu_like``), a YAML file, or a SCALE-Sim ``.cfg`` file.
    overrides : sequence of str
        ``field=value`` with the field dotted and the value as the file would write it: ``array.rows=64``,
        ``scratchpad.capacity_bytes=512 KiB``. Applied before anything is checked.

    Raises
    ------
    ConfigError
        With one line a mistake: file, line, field, what was expected and what was found.
    """
    path = _find(source, _ACCELERATORS, "accelerator", list_accelerators(), (*_YAML_SUFFIXES, ".cfg"))
    document = _read_scalesim(path, overrides) if path.suffix == ".cfg" else read_yaml(path)
    if isinstance(document, Accelerator):
        return document

    def load(name: str) -> Technology:
        return load_technology(_beside(name, path))

    apply_overrides(document, overrides, load=load)
    accelerator = validate(document, Accelerator, load=load)
    _check_sources(accelerator, document)
    return accelerator


def load_technology(name_or_path: str | Path) -> Technology:
    """Return the technology of a shipped name (``28nm``) or of a YAML file.

    Raises
    ------
    ConfigError
        With one line a mistake: file, line, field, what was expected and what was found.
    """
    path = _find(name_or_path, _TECHNOLOGIES, "technology", list_technologies(), _YAML_SUFFIXES)
    return _load_shipped_technology(path) if path.parent == _TECHNOLOGIES else validate(read_yaml(path), Technology)


@lru_cache(maxsize=16)
def _load_shipped_technology(path: Path) -> Technology:
    return validate(read_yaml(path), Technology)


def _find(source: str | Path, folder: Path, kind: str, names: tuple[str, ...], suffixes: tuple[str, ...]) -> Path:
    """Return the file that ``source`` stands for: a file of this path, or the shipped one of this name."""
    path = Path(source)
    if path.suffix in suffixes:
        if not path.is_file():
            raise ConfigError(f"{kind} file {str(path)!r}: expected a file, found {_what(path)}")
        return path
    if str(source) in names:
        return folder / f"{source}.yaml"
    if path.parent != Path(".") or path.exists():
        raise ConfigError(f"{kind} file {str(path)!r}: expected a name that ends in {' or '.join(suffixes)}")
    raise ConfigError(
        f"unknown {kind} {str(source)!r}: {suggest(str(source), names)} (or a file: {', '.join(suffixes)})"
    )


def _what(path: Path) -> str:
    return "a folder" if path.is_dir() else "none"


def _beside(name: str, accelerator_path: Path) -> str | Path:
    """Return a technology file given as seen from the accelerator's own folder, or else the name as it is."""
    beside = accelerator_path.parent / name
    return beside if beside.suffix in _YAML_SUFFIXES and beside.is_file() else name


def _read_scalesim(path: Path, overrides: Sequence[str]) -> Accelerator | Document:
    from hw_configs.scalesim_config import load_scalesim_config

    accelerator: Accelerator = load_scalesim_config(path)
    return Document(tree=dump_accelerator(accelerator), name=str(path)) if overrides else accelerator


def _check_sources(accelerator: Accelerator, document: Document) -> None:
    """Raise when a key of ``sources`` names no field."""
    tree = {name: value for name, value in dump_accelerator(accelerator).items() if name != "sources"}
    known = tuple(name for name, _ in leaf_fields(tree))
    lines = [
        f"{document.origin(('sources', name))}: sources: unknown field {name}, {suggest(name, known)}"
        for name in accelerator.sources
        if name not in known and not any(leaf.startswith(f"{name}.") for leaf in known)
    ]
    if lines:
        raise ConfigError("\n".join(lines))


def accelerator_rows() -> tuple[AcceleratorRow, ...]:
    """Return a line of text fields for each shipped accelerator."""
    return tuple(accelerator_row(load_accelerator(name)) for name in list_accelerators())


def show_accelerator(accelerator: Accelerator) -> str:
    """Return the YAML text of the resolved accelerator; a shipped technology stands there by its name."""
    name = accelerator.technology.name
    return accelerator_yaml(accelerator, shipped=load_technology(name) if name in list_technologies() else None)
