"""TrainingOptions: everything that is said of a training step beside the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workloads.network import Network
from workloads.training.graph import TrainingNetwork, training_network
from workloads.training.named_scheme import parse_scheme
from workloads.training.training_formats import TrainingFormats
from workloads.training.update_scheme import UpdateScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How a network is trained.

    Parameters
    ----------
    optimiser : {"sgd", "momentum", "adam"}
    loss : {"cross_entropy", "mean_squared"}
    update : UpdateScheme or str
        What is trained: a scheme, or the text of one (``parse_scheme``).
    frozen : tuple of str
        Globs of operators of which nothing is trained, beside those of ``update``.
    immediately : bool
        Whether each parameter is updated as soon as its gradient is known, whatever ``update`` says.
    checkpoints : tuple of str
        Tensors that are kept; the others are computed again. All are kept unless given.
    formats : TrainingFormats, optional
        The network's own unless given.
    """

    optimiser: str = "sgd"
    loss: str = "cross_entropy"
    update: UpdateScheme | str = "full"
    frozen: tuple[str, ...] = ()
    immediately: bool = False
    checkpoints: tuple[str, ...] = ()
    formats: TrainingFormats | None = None

    def scheme_of(self, network: Network) -> UpdateScheme:
        """Return what is trained of ``network``.

        Raises
        ------
        ConfigError
            For the text of no scheme.
        """
        scheme = parse_scheme(self.update, network) if isinstance(self.update, str) else self.update
        return replace(
            scheme, frozen=(*scheme.frozen, *self.frozen), immediately=scheme.immediately or self.immediately
        )

    def __str__(self) -> str:
        words = [self.optimiser, self.loss.replace("_", "-")]
        words.append(f"updates {self.update if isinstance(self.update, str) else 'as given'}")
        words += [f"without {glob}" for glob in self.frozen]
        words += ["each at once"] if self.immediately else []
        words += [f"keeping {', '.join(self.checkpoints)}"] if self.checkpoints else []
        return ", ".join(words)


def training_step(network: Network, options: TrainingOptions | None = None) -> TrainingNetwork:
    """Return the training step of ``network`` that ``options`` describe, with a note that says what it is.

    Parameters
    ----------
    network : Network
        As for ``training_network``.
    options : TrainingOptions, optional
        Plain gradient descent on all parameters, unless given.

    Raises
    ------
    SparsimError
        As ``training_network``, and for the text of no scheme.
    """
    chosen = options or TrainingOptions()
    step = training_network(
        network,
        optimiser=chosen.optimiser,
        loss=chosen.loss,
        update=chosen.scheme_of(network),
        checkpoints=chosen.checkpoints,
        formats=chosen.formats,
    )
    notes = (f"one training step of {network.name}: {chosen}", *step.network.notes)
    return replace(step, network=replace(step.network, notes=notes))
