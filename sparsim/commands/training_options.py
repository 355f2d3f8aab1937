"""Options that turn the network into a step of its training before anything else is done with it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workloads.errors import ConfigError

if TYPE_CHECKING:
    from workloads.training import TrainingOptions

_SCHEME_HELP = "what is trained: full (default), bias-only, last:K layers, or sparse"


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--train`` and what says more of it."""
    parser.add_argument(
        "--train", metavar="OPTIMISER", help="take a training step of the network: sgd, momentum or adam"
    )
    add_step_options(parser)


def add_step_options(parser: argparse.ArgumentParser) -> None:
    """Add what says more of a training step than its optimiser."""
    scheme = parser.add_mutually_exclusive_group()
    scheme.add_argument("--train-scheme", metavar="SCHEME", help=_SCHEME_HELP)
    scheme.add_argument(
        "--train-bias-only",
        dest="train_scheme",
        action="store_const",
        const="bias-only",
        help="short for --train-scheme bias-only",
    )
    add_detail_options(parser)


def add_detail_options(parser: argparse.ArgumentParser) -> None:
    """Add loss, checkpoints, what is frozen, and when updates are made."""
    parser.add_argument("--loss", metavar="LOSS", help="cross_entropy (default) or mean_squared")
    parser.add_argument(
        "--freeze",
        dest="frozen",
        action="append",
        default=[],
        metavar="GLOB",
        help="operators of which nothing is trained; may be repeated",
    )
    parser.add_argument(
        "--checkpoint",
        dest="checkpoints",
        action="append",
        default=[],
        metavar="TENSOR",
        help="keep this tensor for the backward pass, and compute others again; may be repeated",
    )
    parser.add_argument(
        "--update-at-once", action="store_true", help="update each parameter as soon as its gradient is known"
    )


def chosen_training(options: argparse.Namespace) -> TrainingOptions | None:
    """Return the training step that the options of ``add_training_options`` mean; None without ``--train``.

    Raises
    ------
    ConfigError
        When the step is described but not asked for.
    """
    if options.train is not None:
        return training_of(options, optimiser=options.train, scheme=options.train_scheme or "full")
    given = {
        "--train-scheme": options.train_scheme,
        "--loss": options.loss,
        "--freeze": options.frozen,
        "--checkpoint": options.checkpoints,
        "--update-at-once": options.update_at_once,
    }
    alone = next((name for name, value in given.items() if value), None)
    if alone is not None:
        raise ConfigError(f"{alone}: expected --train OPTIMISER beside it, found none")
    return None


def training_of(options: argparse.Namespace, *, optimiser: str, scheme: str) -> TrainingOptions:
    """Return a step with ``optimiser`` and ``scheme``, and what ``add_detail_options`` said."""
    from workloads.training import TrainingOptions

    return TrainingOptions(
        optimiser=optimiser,
        loss=options.loss or "cross_entropy",
        update=scheme,
        frozen=tuple(options.frozen),
        immediately=options.update_at_once,
        checkpoints=tuple(options.checkpoints),
    )
