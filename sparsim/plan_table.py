"""Plans of many networks at the budgets that each of them sets: the table, and what it comes to on average."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean

from mapper.certificate import Verdict
from mapper.least_peak import least_peak
from mapper.plan_tensors import TensorPlanning, budgets_with_peak, plan_tensors
from mapper.problem import PlanProblem, plan_problem
from sparsim.scratchpad_size import BudgetName
from workloads.load import load_network

_PART_FOR_PEAK = 0.2
_WARM_UP = "pnasnet5"
_EVICTING = ("file_order_belady", "file_order_cheapest", "least_peak_belady", "least_peak_cheapest")


class Family(StrEnum):
    """Which average a network counts in."""

    HAND_DESIGNED = "hand-designed"
    SEARCHED = "searched or random"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNetwork:
    """A network of the table.

    Parameters
    ----------
    label : str
        What its rows are called.
    name : str
        As ``load_network`` knows it.
    family : Family
    bindings : mapping of str to int
    """

    label: str
    name: str
    family: Family
    bindings: Mapping[str, int] = field(default_factory=dict)


_HAND_DESIGNED = (
    "resnet50",
    "densenet121",
    "resnext50",
    "r2plus1d_18",
    "s3d",
    "fcn_resnet50",
    "lraspp_mobilenet_v3_large",
    "deeplabv3_resnet50",
    "transformer_base",
    "vit_base",
)
_SEARCHED = ("pnasnet5", "amoebanet_a", "amoebanet_d", "nasnet_a", "darts")
_SEEDS = (1, 2, 3)

NETWORKS = (
    *(TableNetwork(label=name, name=name, family=Family.HAND_DESIGNED) for name in _HAND_DESIGNED),
    *(TableNetwork(label=name, name=name, family=Family.SEARCHED) for name in _SEARCHED),
    *(
        TableNetwork(label=f"randwire seed={seed}", name="randwire", family=Family.SEARCHED, bindings={"seed": seed})
        for seed in _SEEDS
    ),
    TableNetwork(label="densenet121_binary_concat", name="densenet121_binary_concat", family=Family.OTHER),
)
"""The ten hand-designed networks of the COSMA paper and its searched ones, three random ones, and DenseNet-121 with
concatenations of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A network at one of its budgets.

    Parameters
    ----------
    network : TableNetwork
    with_weights : bool
    budget : BudgetName
    answer : TensorPlanning
    seconds : float
        Least peak and plan.
    """

    network: TableNetwork
    with_weights: bool
    budget: BudgetName
    answer: TensorPlanning
    seconds: float

    @property
    def is_degenerate(self) -> bool:
        """Whether the network needs as much to run as it needs to move nothing: M_R = M_P."""
        return self.answer.budgets.m_r_bytes == self.answer.budgets.m_p_bytes

    @property
    def reduction_fraction(self) -> float | None:
        """What the plan saves of what the best baseline moves; None where that is nothing, or there is no plan."""
        return self._saved_of(self.answer.best_baseline_bytes)

    @property
    def eviction_reduction_fraction(self) -> float | None:
        """As ``reduction_fraction``, of the best baseline among those that evict step by step, in either order."""
        moved = [self.answer.baselines[name] for name in _EVICTING]
        return self._saved_of(min((one for one in moved if one is not None), default=None))

    def _saved_of(self, theirs: int | None) -> float | None:
        ours = self.answer.certificate.objective_bytes
        return (theirs - ours) / theirs if ours is not None and theirs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMeans:
    """A family's rows on average.

    Parameters
    ----------
    family : Family
    num_rows, num_optimal : int
    seconds : float
        Mean.
    most_seconds : float
    largest_gap_fraction : float
    reduction_fraction : float or None
        Mean over the rows where the best baseline moves something and M_R is not M_P; None without any.
    eviction_reduction_fraction : float or None
        The same against the best of the baselines that evict step by step.
    num_degenerate : int
        Rows where M_R = M_P.
    num_nothing_to_save : int
        Other rows where the best baseline moves nothing.
    """

    family: Family
    num_rows: int
    num_optimal: int
    seconds: float
    most_seconds: float
    largest_gap_fraction: float
    reduction_fraction: float | None
    eviction_reduction_fraction: float | None
    num_degenerate: int
    num_nothing_to_save: int


def table_networks(names: Sequence[str]) -> tuple[TableNetwork, ...]:
    """Return the table's networks of these names or labels, and others as they are; all of the table without any.

    Raises
    ------
    NetworkError
        For an unknown name.
    """
    if not names:
        return NETWORKS
    chosen: list[TableNetwork] = []
    for name in names:
        known = [one for one in NETWORKS if name in (one.name, one.label)]
        chosen += known or [TableNetwork(label=load_network(name).name, name=name, family=Family.OTHER)]
    return tuple(chosen)


def warm_up() -> None:
    """Compile, or load, every kernel: a first plan takes seconds that belong to none."""
    problem = plan_problem(load_network(_WARM_UP), with_weights=False)
    plan_tensors(problem, budgets_with_peak(problem, least_peak(problem, time_limit_s=10)).m_r_bytes)


def table_rows(
    networks: Sequence[TableNetwork], *, time_limit_s: float, progress: Callable[[int, int], None] | None = None
) -> Iterator[TableRow]:
    """Yield a row a network, with and without weights, and budget.

    Parameters
    ----------
    networks : sequence of TableNetwork
    time_limit_s : float
        Of each row.
    progress : callable, optional
        Called with networks done and networks in all.
    """
    for index, network in enumerate(networks):
        loaded = load_network(network.name, bindings=network.bindings)
        for with_weights in (False, True):
            yield from _rows_of(network, plan_problem(loaded, with_weights=with_weights), with_weights, time_limit_s)
        if progress is not None:
            progress(index + 1, len(networks))


def _rows_of(
    network: TableNetwork, problem: PlanProblem, with_weights: bool, time_limit_s: float
) -> Iterator[TableRow]:
    start = time.perf_counter()
    peak = least_peak(problem, time_limit_s=time_limit_s * _PART_FOR_PEAK)
    budgets = budgets_with_peak(problem, peak)
    peak_seconds = time.perf_counter() - start
    for budget in BudgetName:
        answer = plan_tensors(problem, budget.of(budgets), time_limit_s=time_limit_s * (1 - _PART_FOR_PEAK), peak=peak)
        yield TableRow(
            network=network,
            with_weights=with_weights,
            budget=budget,
            answer=answer,
            seconds=peak_seconds + answer.certificate.seconds,
        )


def family_means(rows: Sequence[TableRow]) -> tuple[FamilyMeans, ...]:
    """Return the averages of every family that has rows."""
    found = []
    for family in Family:
        own = [row for row in rows if row.network.family is family]
        if not own:
            continue
        others = [row for row in own if not row.is_degenerate]
        reductions = [saved for row in others if (saved := row.reduction_fraction) is not None]
        over_eviction = [saved for row in others if (saved := row.eviction_reduction_fraction) is not None]
        found.append(
            FamilyMeans(
                family=family,
                num_rows=len(own),
                num_optimal=sum(row.answer.certificate.verdict is Verdict.OPTIMAL for row in own),
                seconds=fmean(row.seconds for row in own),
                most_seconds=max(row.seconds for row in own),
                largest_gap_fraction=max(row.answer.gap_fraction or 0.0 for row in own),
                reduction_fraction=fmean(reductions) if reductions else None,
                eviction_reduction_fraction=fmean(over_eviction) if over_eviction else None,
                num_degenerate=len(own) - len(others),
                num_nothing_to_save=len(others) - len(reductions),
            )
        )
    return tuple(found)
