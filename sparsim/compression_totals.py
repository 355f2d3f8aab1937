"""What compression does to a whole run: densities, products and stored bits, summed over its operators."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from simulator.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionTotals:
    """Sums over the operators that multiply matrices.

    Parameters
    ----------
    macs, effectual_macs, performed_macs, gated_macs : int
        As in ``OperatorCompression``.
    weight_bits, metadata_bits : float
        Stored off-chip.
    weight_density_fraction : float
        Of all their weights together.
    activation_density_fraction : float
        Of what is multiplied by weights, each element weighed by the products that it takes part in.
    formats : tuple of str
        Storage formats of weights, the commonest first.
    origins : tuple of str
        How zeros of weights are known, the commonest first.
    """

    macs: int
    effectual_macs: int
    performed_macs: int
    gated_macs: int
    weight_bits: float
    metadata_bits: float
    weight_density_fraction: float
    activation_density_fraction: float
    formats: tuple[str, ...]
    origins: tuple[str, ...]


def compression_totals(result: Result) -> CompressionTotals:
    """Return the sums over the operators of ``result``."""
    found = [(cost.macs, cost.compression) for cost in result.operators if cost.compression is not None]
    parts = [compression for _, compression in found]
    weighted = [(macs, part) for macs, part in found if part.weight_format]  # the others multiply two activations
    return CompressionTotals(
        macs=sum(macs for macs, _ in found),
        effectual_macs=sum(part.effectual_macs for part in parts),
        performed_macs=sum(part.performed_macs for part in parts),
        gated_macs=sum(part.gated_macs for part in parts),
        weight_bits=float(sum(part.weight_bits for part in parts)),
        metadata_bits=float(sum(part.metadata_bits for part in parts)),
        weight_density_fraction=_weighed([(part.num_weights, part.weight_density_fraction) for _, part in weighted]),
        activation_density_fraction=_weighed([(macs, part.activation_density_fraction) for macs, part in weighted]),
        formats=_commonest([part.weight_format for part in parts if part.weight_bits]),
        origins=_commonest([part.weight_origin for part in parts]),
    )


def _weighed(densities: list[tuple[int, float]]) -> float:
    """Return the mean of ``densities``, each given with its weight; 1 where there is nothing."""
    total = sum(weight for weight, _ in densities)
    return sum(weight * density for weight, density in densities) / total if total else 1.0


def _commonest(names: list[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in Counter(filter(None, names)).most_common())
