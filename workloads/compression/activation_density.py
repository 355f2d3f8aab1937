"""Densities of activations that the user states, written into the network."""

from __future__ import annotations

from dataclasses import replace

from workloads.compression.activation_formats import activation_operands
from workloads.compression.spec.selection import glob_matches, matching_names
from workloads.compression.spec.spec import ActivationDensity
from workloads.network import Network
from workloads.sparsity import Sparsity, SparsityOrigin
from workloads.tensor import TensorRole


def with_activation_density(network: Network, density: ActivationDensity) -> Network:
    """Return ``network`` with the density of what its matrix operators read.

    The default is for activations that an operator makes; a glob names an operator and means all that it reads, network
    inputs too. Where two operators read one tensor the later statement holds, whichever operator it names.

    Raises
    ------
    ConfigError
        For a glob that matches no matrix operator; names the nearest.
    """
    read = {operator.name: activation_operands(operator, network) for operator in network.operators}
    read = {name: operands for name, operands in read.items() if operands}
    stated: dict[str, float] = {}
    if density.default is not None:
        made = {name for operands in read.values() for name in operands}
        stated = {name: density.default for name in made if network.tensors[name].role is not TensorRole.INPUT}
    for rule in density.layers:
        matching_names(network, rule.glob, dict.fromkeys(read, ()))
        for name, operands in read.items():
            if glob_matches(rule.glob, name):
                stated.update(dict.fromkeys(operands, rule.density_fraction))
    changed = {
        name: replace(network.tensors[name], sparsity=Sparsity(density_fraction=fraction, origin=SparsityOrigin.GIVEN))
        for name, fraction in stated.items()
    }
    return replace(network, tensors={**network.tensors, **changed}) if changed else network
