"""Options that say which network is meant, in which sizes, how it is stored, and how dense its activations are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sparsim.commands.options import add_bind_option, parse_bindings, positive_integer

if TYPE_CHECKING:
    from sparsim.activations import ActivationDensities
    from workloads.network import Network

MAPPERS = ("joint", "layers")
OBJECTIVES = ("latency", "traffic", "energy", "edp")


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Add the network and what its file leaves open."""
    parser.add_argument(
        "network",
        help="an ONNX or TensorFlow Lite file, a SCALE-Sim topology CSV, or a name (`sparsim networks` lists them)",
    )
    parser.add_argument("--batch", type=positive_integer, metavar="N", help="inferences a run")
    add_bind_option(parser, "batch=1, seq=128")
    parser.add_argument(
        "--no-fuse", dest="fuse", action="store_false", help="keep batch norm, bias and activations apart"
    )
    parser.add_argument(
        "--unsupported",
        choices=("error", "approximate"),
        default="error",
        help="operators without a cost model: refuse them, or cost them as copies and say so",
    )
    parser.add_argument(
        "--element-format", metavar="FORMAT", help="format of a built-in network or topology (int8, fp16, ...)"
    )


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--objective``, ``--mapper`` and ``--time-limit``."""
    parser.add_argument("--objective", choices=OBJECTIVES, default="latency", help="what the plan is chosen for")
    parser.add_argument(
        "--mapper",
        choices=MAPPERS,
        default="joint",
        help="joint: tilings together with what stays in the scratchpad between operators; layers: each operator alone",
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        default=10.0,
        metavar="S",
        help="seconds for deciding what stays, after which the best plan so far is taken (default 10)",
    )


def add_weight_format_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--weight-format``."""
    parser.add_argument(
        "--weight-format",
        default="auto",
        metavar="FORMAT",
        help="how weights are stored: dense, one that the accelerator decodes (bitmap, nm, csr, ...), or auto, the "
        "cheapest for each tensor",
    )


def add_activation_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--activation-density`` and ``--inputs``."""
    parser.add_argument(
        "--activation-density",
        metavar="DENSITY",
        help="non-zero part of activations: a fraction, a file of densities or masks by tensor (.json, .yaml, .csv, "
        ".npz), or `measure` to run an ONNX file",
    )
    parser.add_argument(
        "--inputs", metavar="FILE", help="with `measure`: inputs of the network, .npz; else random ones"
    )


def load_chosen_network(options: argparse.Namespace) -> Network:
    """Return the network that the options of ``add_network_options`` mean.

    Raises
    ------
    ConfigError, NetworkError
        As ``parse_bindings``, ``parse_format`` and ``load_network``.
    """
    from workloads.formats import parse_format
    from workloads.load import load_network

    return load_network(
        options.network,
        batch=options.batch,
        bindings=parse_bindings(options.bindings),
        fuse=options.fuse,
        approximate_unsupported=options.unsupported == "approximate",
        format=parse_format(options.element_format) if options.element_format else None,
    )


def chosen_activations(options: argparse.Namespace) -> ActivationDensities:
    """Return the densities that the options of ``add_activation_options`` mean.

    Raises
    ------
    ConfigError
        As ``ActivationDensities``.
    """
    from sparsim.activations import ActivationDensities

    return ActivationDensities(density=options.activation_density, inputs=options.inputs)
