"""Options that several commands share for the network."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sparsim.commands.network_options import (
    add_activation_options,
    add_network_options,
    chosen_activations,
    load_chosen_network,
)
from workloads.errors import ConfigError
from workloads.load import load_network


def parsed(*words: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_network_options(parser)
    add_activation_options(parser)
    return parser.parse_args([str(word) for word in words])


def test_a_name_alone() -> None:
    assert load_chosen_network(parsed("resnet9")) == load_network("resnet9")


def test_every_option(trained: Path) -> None:
    network = load_chosen_network(parsed("bert_base", "--batch", 2, "--bind", "seq=8", "--element-format", "int4"))
    assert network.operators == load_network("bert_base", batch=2, bindings={"seq": 8}).operators
    assert {str(tensor.format) for tensor in network.with_role("weight")} >= {"int4"}  # type: ignore[arg-type]
    apart = load_chosen_network(parsed(trained, "--no-fuse", "--unsupported", "approximate"))
    assert apart == load_network(trained, fuse=False, approximate_unsupported=True)


def test_activations() -> None:
    assert chosen_activations(parsed("resnet9")).density is None
    chosen = chosen_activations(parsed("resnet9", "--activation-density", "measure", "--inputs", "x.npz"))
    assert (chosen.density, chosen.inputs) == ("measure", "x.npz")
    with pytest.raises(ConfigError, match="they need measure"):
        chosen_activations(parsed("resnet9", "--inputs", "x.npz"))
