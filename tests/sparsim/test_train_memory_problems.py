"""Planning problems of a training step."""

from __future__ import annotations

from mapper.budgets import peak_bytes
from sparsim.train_memory_problems import part_bytes, transient_problem, writable_problem
from tests.workloads.training.small_networks import chain, tiny
from workloads.training import TrainingOptions, training_memory, training_step


def test_parameters_are_in_one_problem_and_not_in_the_other():
    step = training_step(tiny(), TrainingOptions(update="last:1"))
    without = {tensor.name for tensor in transient_problem(step).tensors}
    within = {tensor.name for tensor in writable_problem(step).tensors}

    assert within - without == {"fc.weight", "fc.bias"}


def test_the_peak_of_what_comes_and_goes_is_that_of_the_memory():
    step = training_step(chain(5), TrainingOptions(optimiser="adam"))
    problem = transient_problem(step)

    assert peak_bytes(problem, range(len(problem.operators))) == training_memory(step).peak_transient_bytes


def test_states_are_written_where_they_were():
    """278 bytes of parameters and two states each: read once, and written once over what was read."""
    step = training_step(tiny(), TrainingOptions(optimiser="adam"))
    moved = writable_problem(step).compulsory_bytes - transient_problem(step).compulsory_bytes

    assert moved == 2 * 3 * 278


def test_a_parameter_in_parts_is_in_neither_problem():
    """One of four input channels of conv8: 4 x 1 x 9 weights."""
    step = training_step(chain(9), TrainingOptions(update="sparse"))

    assert part_bytes(step, "conv8.weight") == 36
    assert part_bytes(step, "conv8.bias") == 0
    assert "conv8.weight" not in {tensor.name for tensor in writable_problem(step).tensors}
