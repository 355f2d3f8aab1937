"""The operators that take most cycles, those that cost the same together."""

from __future__ import annotations

from dataclasses import dataclass

from plots.style import short_name
from simulator.result import CycleLosses, OperatorCost, Result

_NAME_CHARACTERS = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualOperators:
    """Operators that cost the same, as repeated layers do: they share a bar."""

    operators: tuple[OperatorCost, ...]

    @property
    def name(self) -> str:
        """The first one's, and how many more there are."""
        more = f" (+{len(self.operators) - 1})" if len(self.operators) > 1 else ""
        return short_name(self.operators[0].name, _NAME_CHARACTERS - len(more)) + more

    @property
    def total_cycles(self) -> int:
        """Cycles of all of them."""
        return sum(operator.total_cycles for operator in self.operators)

    @property
    def dense_cycles(self) -> int | None:
        """Cycles of all of them before compression; None where there is nothing to compare with."""
        dense = [operator.dense_cycles for operator in self.operators if operator.dense_cycles is not None]
        return sum(dense) if dense else None

    @property
    def losses(self) -> CycleLosses:
        """Where the cycles of all of them go."""
        return sum((operator.losses for operator in self.operators), CycleLosses())

    @property
    def speedup_over_dense(self) -> float:
        """Of one of them, and so of all."""
        return self.operators[0].speedup_over_dense


def costliest_operators(result: Result, num_bars: int) -> tuple[EqualOperators, ...]:
    """Return the ``num_bars`` groups of equal operators that take most cycles, the costliest first; views take none."""
    groups: dict[tuple[str, CycleLosses, int | None], list[OperatorCost]] = {}
    for operator in result.operators:
        if operator.total_cycles:
            groups.setdefault((operator.kind, operator.losses, operator.dense_cycles), []).append(operator)
    equal = [EqualOperators(operators=tuple(group)) for group in groups.values()]
    return tuple(sorted(equal, key=lambda group: -group.total_cycles)[:num_bars])
