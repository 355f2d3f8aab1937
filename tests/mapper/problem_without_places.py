"""A problem whose tensors always fit by bytes, and have no places all the same."""

from __future__ import annotations

from tests.mapper.drawn_problems import problem_of

# first step, last step, size; found by exhaustion
#   step  0  1  2  3  4  5  6
#         2  .  .  .  .  .  .
#         2  2  .  .  .  .  .
#         .  1  1  1  1  .  .
#         .  1  1  .  .  .  .
#         .  .  1  .  .  .  .
#         .  .  1  1  1  .  .
#         .  .  .  2  2  2  2
#         .  .  .  .  .  2  2
BOXES = ((0, 0, 2), (0, 1, 2), (1, 4, 1), (1, 2, 1), (2, 2, 1), (2, 4, 1), (3, 6, 2), (5, 6, 2))
CAPACITY_BYTES = 4
NUM_STEPS = 7

PROBLEM = problem_of(
    [size for _, _, size in BOXES],
    [
        tuple(tensor for tensor, (first, last, _) in enumerate(BOXES) if step == last != first)
        for step in range(NUM_STEPS)
    ],
    [tuple(tensor for tensor, (first, _, _) in enumerate(BOXES) if step == first) for step in range(NUM_STEPS)],
)
"""Operator number s makes the tensors that begin at step s and reads those that end there.

Each tensor has at most one gap, from its first to its last step.
"""
