"""Which operands of an operator pass tile by tile, and which lie whole in the scratchpad while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workloads.errors import InfeasiblePlan
from workloads.nest_operands import NestOperands, Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """Shares of the operands' bits that pass through tile buffers, on the way from or to off-chip memory.

    The rest lies whole in the scratchpad before the operator starts (inputs) or after it ends (outputs), at places that
    are not the operator's own: it moves nothing off-chip and takes no buffer. Shares between 0 and 1 belong to
    operators with several inputs or outputs, of which some are whole.

    Parameters
    ----------
    input_fraction, weight_fraction, output_fraction : float
    resident_fraction : float
        Of what is loaded once and kept while the operator runs.

    Raises
    ------
    InfeasiblePlan
        For a share outside [0, 1].
    """

    input_fraction: float = 1.0
    weight_fraction: float = 1.0
    resident_fraction: float = 1.0
    output_fraction: float = 1.0

    def __post_init__(self) -> None:
        for name in ("input_fraction", "weight_fraction", "resident_fraction", "output_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise InfeasiblePlan(f"streaming: expected {name} from 0 to 1, found {getattr(self, name)}")

    def __str__(self) -> str:
        fractions = {"input": self.input_fraction, "weight": self.weight_fraction, "output": self.output_fraction}
        whole = [name for name, fraction in fractions.items() if fraction == 0]
        part = [f"part of {name}" for name, fraction in fractions.items() if 0 < fraction < 1]
        return "+".join([*whole, *part])


EVERYTHING = Streaming()
"""All operands pass tile by tile."""


def streaming_of(operands: NestOperands, is_whole: Callable[[str], bool]) -> Streaming:
    """Return what is left to stream of ``operands`` when the tensors that ``is_whole`` names are not."""

    def streamed(shares: Shares) -> float:
        if not any(map(is_whole, shares)):
            return 1.0
        left = [share for name, share in shares.items() if not is_whole(name)]
        return min(1.0, sum(left)) if left else 0.0

    return Streaming(
        input_fraction=streamed(operands.inputs),
        weight_fraction=streamed(operands.weights),
        resident_fraction=streamed(operands.residents),
        output_fraction=streamed(operands.outputs),
    )
