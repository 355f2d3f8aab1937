"""Options of a training step."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import chain, tiny
from workloads.errors import ConfigError
from workloads.formats import FP16
from workloads.training import TrainingFormats, TrainingOptions, UpdateScheme, training_network, training_step


def test_the_step_is_that_of_training_network():
    options = TrainingOptions(optimiser="adam", loss="mean_squared", frozen=("conv0",), checkpoints=("conv2",))
    step = training_step(chain(4), options)
    same = training_network(
        chain(4), optimiser="adam", loss="mean_squared", update=UpdateScheme(frozen=("conv0",)), checkpoints=("conv2",)
    )

    assert step.network.operators == same.network.operators
    assert step.roles == same.roles


def test_plain_descent_unless_told_otherwise():
    assert training_step(tiny()).network.operators == training_network(tiny()).network.operators


def test_a_note_says_what_it_is():
    options = TrainingOptions(optimiser="sgd", frozen=("conv",), immediately=True, checkpoints=("conv",))
    assert training_step(tiny(), options).network.notes[0] == (
        "one training step of tiny: sgd, cross-entropy, updates full, without conv, each at once, keeping conv"
    )


def test_what_the_scheme_freezes_stays_frozen():
    options = TrainingOptions(update=UpdateScheme(frozen=("fc",)), frozen=("conv",))
    with pytest.raises(ConfigError, match="freezes all of network 'tiny'; expected at least one trained parameter"):
        training_step(tiny(), options)


def test_updates_at_once_by_either():
    assert TrainingOptions(update="sparse").scheme_of(tiny()).immediately
    assert TrainingOptions(immediately=True).scheme_of(tiny()).immediately
    assert not TrainingOptions().scheme_of(tiny()).immediately


def test_formats():
    step = training_step(tiny(), TrainingOptions(formats=TrainingFormats(work=FP16)))
    assert step.network.tensors["conv.weight"].format == FP16
