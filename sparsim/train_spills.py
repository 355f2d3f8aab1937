"""train_spills: what a training step moves through scratchpads that do not hold all that it saves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mapper.least_peak import least_peak
from mapper.plan_tensors import TensorPlanning, plan_tensors
from mapper.problem import plan_problem
from mapper.updates_in_place import with_updates_in_place
from workloads.errors import ConfigError
from workloads.training import TrainingNetwork

_PART_FOR_PEAK = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SpillRow:
    """The best plan in a scratchpad, and what is known of it."""

    capacity_bytes: int
    answer: TensorPlanning


def train_spills(
    step: TrainingNetwork,
    capacities: Sequence[int],
    *,
    weights: bool = False,
    time_limit_s: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[SpillRow]:
    """Yield, by scratchpad, the best plan of the whole tensors of ``step`` that is found in time.

    Parameters
    ----------
    step : TrainingNetwork
    capacities : sequence of int
        Bytes.
    weights : bool
        Whether parameters and states take space and traffic, too; updates are in place.
    time_limit_s : float
        For each scratchpad.
    progress : callable, optional
        Called with scratchpads done and in all.

    Raises
    ------
    ConfigError
        For no scratchpad, one of less than a byte, or a time limit that is not positive.
    """
    if not capacities:
        raise ConfigError("spills: expected at least one size of a scratchpad, found none")
    problem = with_updates_in_place(plan_problem(step.network, with_weights=weights), step.network, step.replaced)
    peak = least_peak(problem, time_limit_s=time_limit_s * _PART_FOR_PEAK)
    for num_done, capacity_bytes in enumerate(capacities, start=1):
        answer = plan_tensors(problem, capacity_bytes, time_limit_s=time_limit_s, peak=peak)
        yield SpillRow(capacity_bytes=capacity_bytes, answer=answer)
        if progress is not None:
            progress(num_done, len(capacities))
