"""Densities of activations as a run asks for them: a number, a file, or measured by running the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workloads.activations import densities_from_file, with_activation_density
from workloads.errors import ConfigError
from workloads.network import Network
from workloads.sparsity import SparsityOrigin

MEASURE = "measure"
_FILES = (".json", ".yaml", ".yml", ".csv", ".npz")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationDensities:
    """What is asked for.

    Parameters
    ----------
    density : float, str, Path or None
        A fraction in [0, 1] for every activation that a matrix operator reads; ``measure``; or a file of densities or
        masks by tensor name (``workloads.activations.densities_from_file``). None: activations count as dense.
    inputs : str, Path or None
        With ``measure``: a .npz file of arrays by the name of the network's input; random numbers without it.

    Raises
    ------
    ConfigError
        For a text that is none of these, or inputs with anything but ``measure``.
    """

    density: float | str | Path | None = None
    inputs: str | Path | None = None

    def __post_init__(self) -> None:
        if self.inputs is not None and self.density != MEASURE:
            raise ConfigError(f"inputs {str(self.inputs)!r} are what activations are measured on: they need {MEASURE}")
        text = str(self.density)
        if isinstance(self.density, str | Path) and not (
            text == MEASURE or Path(text).suffix.lower() in _FILES or _is_number(text)
        ):
            raise ConfigError(
                f"activation density {text!r}: expected a fraction in [0, 1], {MEASURE}, or a file that ends in "
                f"{', '.join(_FILES)}"
            )

    def applied(self, network: Network, source: str | Path | None) -> Network:
        """Return ``network`` with these densities, and a note of where they come from.

        Parameters
        ----------
        network : Network
        source : str, Path or None
            What it was loaded from: measuring runs this file.

        Raises
        ------
        ConfigError, NetworkError
            For a density outside [0, 1], a file that does not fit the network, or a network that cannot be run.
        """
        if self.density is None:
            return network
        text, origin = str(self.density), SparsityOrigin.GIVEN
        densities: Mapping[str, float] | float
        if text == MEASURE:
            path = _runnable(network, source)
            densities, origin = self._measured(path, network), SparsityOrigin.MEASURED
            on = self.inputs or "one sample of normal random numbers, which real data is not"
            note = f"activations: densities are measured on {on}"
        elif _is_number(text):
            densities = float(text)
            note = f"activations: {densities:.1%} of what matrix operators read is taken as non-zero, inputs apart"
        else:
            densities = densities_from_file(Path(text), network)
            note = f"activations: densities of {len(densities)} tensors are from {text}"
        changed = with_activation_density(network, densities, origin)
        return replace(changed, notes=(*changed.notes, note))

    def _measured(self, path: Path, network: Network) -> Mapping[str, float]:
        from workloads.activations.measure import measured_activation_densities  # imports onnx, which takes a while

        inputs = None if self.inputs is None else Path(self.inputs)
        return measured_activation_densities(path, network, inputs=inputs)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _runnable(network: Network, source: str | Path | None) -> Path:
    """Return the file that ONNX Runtime can run."""
    if source is None or Path(source).suffix.lower() != ".onnx":
        raise ConfigError(
            f"activation densities of {network.name!r} cannot be measured: only an ONNX file with its weights can be "
            "run; give a fraction or a file of densities"
        )
    return Path(source)
