"""Plans that an engineer would make without a solver, one kind a file."""

from mapper.baselines.catalogue import baseline_bytes, baseline_plans
from mapper.baselines.greedy_by_size import greedy_by_size
from mapper.baselines.memory_aware_order import memory_aware_order
from mapper.baselines.place_evict_place import place_evict_place
from mapper.baselines.policies import belady, cheapest
from mapper.baselines.whole_lifetimes import whole_lifetimes, whole_lifetimes_peak_bytes

__all__ = [
    "baseline_bytes",
    "baseline_plans",
    "belady",
    "cheapest",
    "greedy_by_size",
    "memory_aware_order",
    "place_evict_place",
    "whole_lifetimes",
    "whole_lifetimes_peak_bytes",
]
