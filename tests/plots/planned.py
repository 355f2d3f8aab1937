"""A plan small enough to check every rectangle by hand, in KiB.

    operator   reads        makes
    o0         t0 (1)       t1 (1)
    o1         t1           t2 (2)
    o2         t2           t3 (2), an output
    o3         t0, t1       t4 (1), an output

    alive if nothing left    2, 4, 6, 3    t3 is not read, so it is gone after o2
    demand                   2, 3, 4, 3    M_R = 4, of o2
    with t0 and t1 away      2, 3, 4, 3    t0 leaves after step 0 (off-chip has it), t1 after step 1 (written)
    moved beyond             t0 read again 1, t1 written and read 2: 3 KiB; compulsory: t0 1, t3 2, t4 1: 4 KiB

Another order, o0 o3 o1 o2, keeps 4 at most: M_P = 4 = M_R.
"""

from __future__ import annotations

from mapper.budgets import Budgets
from mapper.tensor_plan import Episode, TensorPlan
from tests.mapper.drawn_problems import problem_of

KIB = 1024
CAPACITY_BYTES = 4 * KIB
PROBLEM = problem_of(
    [KIB, KIB, 2 * KIB, 2 * KIB, KIB],
    [(0,), (1,), (2,), (0, 1)],
    [(1,), (2,), (3,), (4,)],
    outputs=(3, 4),
)
PLAN = TensorPlan(
    schedule=(0, 1, 2, 3),
    episodes=(
        Episode(tensor=0, first_step=0, last_step=0, offset_bytes=KIB),
        Episode(tensor=1, first_step=0, last_step=1, offset_bytes=0),
        Episode(tensor=2, first_step=1, last_step=2, offset_bytes=2 * KIB),
        Episode(tensor=3, first_step=2, last_step=2, offset_bytes=0),
        Episode(tensor=0, first_step=3, last_step=3, offset_bytes=0),
        Episode(tensor=1, first_step=3, last_step=3, offset_bytes=KIB),
        Episode(tensor=4, first_step=3, last_step=3, offset_bytes=2 * KIB),
    ),
)
MOVED_BYTES = 3 * KIB
BUDGETS = Budgets(m_r_bytes=4 * KIB, m_r_operator="o2", m_p_bytes=4 * KIB, m_p_lower_bound_bytes=4 * KIB)
