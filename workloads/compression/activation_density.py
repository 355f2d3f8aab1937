"""Densities of activations that a spec states, written into the network."""

from __future__ import annotations

from workloads.activations.densities import matrix_inputs, with_activation_density
from workloads.compression.activation_formats import activation_operands
from workloads.compression.spec.selection import glob_matches, matching_names
from workloads.compression.spec.spec import ActivationDensity
from workloads.network import Network
from workloads.sparsity import SparsityOrigin


def with_stated_densities(network: Network, density: ActivationDensity) -> Network:
    """Return ``network`` with the density of what its matrix operators read.

    The default is for all of ``matrix_inputs``; a glob names an operator and means all that it reads, network inputs
    too. Where two operators read one tensor the later statement holds, whichever operator it names.

    Raises
    ------
    ConfigError
        For a glob that matches no matrix operator; names the nearest.
    """
    read = {operator.name: activation_operands(operator, network) for operator in network.operators}
    read = {name: operands for name, operands in read.items() if operands}
    stated: dict[str, float] = {}
    if density.default is not None:
        stated = dict.fromkeys(matrix_inputs(network), density.default)
    for rule in density.layers:
        matching_names(network, rule.glob, dict.fromkeys(read, ()))
        for name, operands in read.items():
            if glob_matches(rule.glob, name):
                stated.update(dict.fromkeys(operands, rule.density_fraction))
    return with_activation_density(network, stated, SparsityOrigin.GIVEN) if stated else network
