"""Memory with operators in place: by hand, and never more than without."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import chain, tiny
from workloads.load import load_network
from workloads.training import UpdateScheme, training_memory, training_network
from workloads.training.in_place_memory import in_place_transient_bytes


def test_the_slope_of_relu_is_written_over_the_gradient():
    """Peak of tiny: x 32, conv 48, its two gradients 2 x 48, gradients 245. One of the two 48 goes: 373 bytes.

    One operator later x 32, gradient 48 and gradients of 251 are 331 bytes.
    """
    assert in_place_transient_bytes(training_network(tiny())) == 421 - 48


@pytest.mark.parametrize("name", ["resnet9", "mobilenet_v2", "vit_small"])
@pytest.mark.parametrize("scheme", [UpdateScheme(), UpdateScheme(weights=()), UpdateScheme(immediately=True)])
def test_never_more_than_without(name, scheme):
    step = training_network(load_network(name), update=scheme)
    assert in_place_transient_bytes(step) <= training_memory(step).peak_transient_bytes


def test_what_is_read_later_is_not_overwritten():
    """A chain's gradients take turns with what was saved: the last ReLU's output, which the loss reads, stays."""
    step = training_network(chain(2), loss="mean_squared")
    saved = training_memory(step).saved_activation_bytes
    assert in_place_transient_bytes(step) > saved
