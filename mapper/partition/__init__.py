"""Networks of hundreds of operators in parts: where to cut, what the parts agree on, how their plans become one."""

from mapper.partition.cuts import Cut, Division, all_cuts, divide
from mapper.partition.in_parts import PartPlanner, plan_in_parts

__all__ = ["Cut", "Division", "PartPlanner", "all_cuts", "divide", "plan_in_parts"]
