"""Weight density, ideal and real speed-up of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plots.compressed_title import check_comparable, compression_name
from plots.style import short_name
from simulator.result import Result
from workloads.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityPoint:
    """Where a result lies.

    Parameters
    ----------
    series : str
        Its accelerator; network and accelerator where there are several networks.
    spec : str
        Its compression.
    method : str
        What ``spec`` begins with, up to its numbers: ``nm``, ``unstructured``.
    weight_density_fraction : float
        Of all operators that multiply matrices, weighted by their MACs. What structural compression takes away
        altogether is not in it.
    ideal_speedup : float
        ``Result.ideal_speedup``, of products alone: one over the density where weights' zeros are all that is saved.
        Zeros of activations, fewer channels, lower ranks and, on some arrays, narrower numbers save more.
    speedup : float
    """

    series: str
    spec: str
    method: str
    weight_density_fraction: float
    ideal_speedup: float
    speedup: float


def density_points(results: Sequence[Result]) -> tuple[DensityPoint, ...]:
    """Return the point of each of ``results``.

    Raises
    ------
    ConfigError
        When there is no result, or one multiplies no matrices, has no weight that is not zero or nothing to compare
        with.
    """
    if not results:
        raise ConfigError("speedup_against_density: expected results, found none")
    several = len({result.network for result in results}) > 1
    return tuple(_point(result, several) for result in results)


def _point(result: Result, names_network: bool) -> DensityPoint:
    check_comparable(result, "speedup_against_density")
    products = [(cost.macs, cost.compression) for cost in result.operators if cost.compression is not None]
    macs = sum(count for count, _ in products)
    density = sum(count * compression.weight_density_fraction for count, compression in products) / macs if macs else 0
    if not density:
        found = "no products" if not macs else "zeros alone"
        raise ConfigError(
            f"speedup_against_density: {result.network} on {result.accelerator}: expected products with weights that "
            f"are not zero, found {found}"
        )
    accelerator = short_name(result.accelerator, 24)
    return DensityPoint(
        series=f"{short_name(result.network, 24)} on {accelerator}" if names_network else accelerator,
        spec=compression_name(result.compression),
        method=result.compression.partition(":")[0],
        weight_density_fraction=density,
        ideal_speedup=result.ideal_speedup,
        speedup=result.speedup_over_dense,
    )
