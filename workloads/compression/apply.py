"""Compression of a network: structure first, then masks, then number formats, then activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from workloads.compression.activation_density import with_stated_densities
from workloads.compression.activation_formats import with_activation_formats
from workloads.compression.compress_layer import Layer, LayerOutcome, MaskSource, compress_layer
from workloads.compression.compressed import CompressedNetwork, CompressedWeights
from workloads.compression.compression_notes import compression_notes
from workloads.compression.layer_values import load_arranged
from workloads.compression.masks.layer_masks import global_masks
from workloads.compression.masks.mask_file import masks_from_file
from workloads.compression.masks.synthetic import MAX_NETWORK_ELEMENTS, MAX_TENSOR_ELEMENTS
from workloads.compression.restructure import restructure
from workloads.compression.spec.methods import MasksFromFile, Quantisation, UnstructuredPruning
from workloads.compression.spec.selection import Selection, select
from workloads.compression.spec.spec import CompressionSpec
from workloads.network import Network
from workloads.sparsity import BoolArray
from workloads.weight_layout import compressible_weights
from workloads.weights import WeightArray, WeightSource


def compress(
    network: Network, spec: CompressionSpec, *, weights: WeightSource | None = None, seed: int | None = None
) -> CompressedNetwork:
    """Return ``network`` compressed as ``spec`` says.

    Parameters
    ----------
    network : Network
    spec : CompressionSpec
    weights : WeightSource, optional
        Real values: masks go by magnitude then. Where there are none, masks are drawn at random and marked synthetic.
    seed : int, optional
        Of what is drawn at random; the spec's own unless given.

    Raises
    ------
    ConfigError
        For a spec that means no layer of the network, or a mask file that does not fit.
    NetworkError
        For values that are not finite or of another shape, or a structural method that cannot be applied.
    """
    chosen_seed = spec.seed if seed is None else seed
    selection = select(network, spec)
    changed, selection = restructure(network, selection, weights)
    layers = _layers(changed.network, selection)
    outcomes, source = _compress_layers(layers, changed.weights, chosen_seed, changed.network)
    compressed = _with_outcomes(changed.network, outcomes, selection)
    compressed = with_stated_densities(compressed, spec.activation_density)
    notes = (*changed.notes, *compression_notes(spec, layers, outcomes, source))
    new = tuple(note for note in notes if note not in compressed.notes)
    compressed = replace(compressed, notes=(*compressed.notes, *new))
    values = CompressedWeights(
        original=changed.weights,
        tensors=changed.network.tensors,
        changes={outcome.tensor.name: outcome.change for outcome in outcomes},
    )
    return CompressedNetwork(
        network=compressed, weights=values, layers=tuple(outcome.report for outcome in outcomes), notes=notes
    )


def _layers(network: Network, selection: Selection) -> tuple[Layer, ...]:
    """The weights whose values change."""
    return tuple(
        Layer(tensor=network.tensors[name], operator=operator, recipe=selection.by_weight[name])
        for name, operator in compressible_weights(network).items()
        if selection.by_weight[name].changes_values
    )


def _compress_layers(
    layers: tuple[Layer, ...], weights: WeightSource | None, seed: int, network: Network
) -> tuple[tuple[LayerOutcome, ...], MaskSource]:
    source = MaskSource(
        seed=seed,
        draws_masks=sum(layer.tensor.num_elements for layer in layers) <= MAX_NETWORK_ELEMENTS,
        global_masks=_global_masks(layers, weights),
        file_masks=_file_masks(layers, network),
    )
    outcomes = []
    for layer, values in _with_values(layers, weights):
        is_small = layer.tensor.num_elements <= MAX_TENSOR_ELEMENTS
        outcomes.append(compress_layer(layer, values, replace(source, draws_masks=source.draws_masks and is_small)))
    return tuple(outcomes), source


def _with_values(layers: tuple[Layer, ...], weights: WeightSource | None) -> Iterator[tuple[Layer, WeightArray | None]]:
    """Each layer with its values, one layer in memory at a time."""
    for layer in layers:
        yield layer, load_arranged(weights, layer.tensor, layer.operator)


def _global_masks(layers: tuple[Layer, ...], weights: WeightSource | None) -> dict[str, BoolArray]:
    """Masks of the layers with values that share a threshold, by tensor; one threshold a removed fraction."""
    groups: dict[UnstructuredPruning, list[Layer]] = {}
    for layer in layers:
        sparsifier = layer.recipe.sparsifier
        if isinstance(sparsifier, UnstructuredPruning) and sparsifier.is_global:
            groups.setdefault(sparsifier, []).append(layer)
    masks: dict[str, BoolArray] = {}
    for method, members in groups.items():
        loaded = ((layer.tensor.name, values) for layer, values in _with_values(tuple(members), weights))
        masks |= global_masks(method, {name: np.abs(values) for name, values in loaded if values is not None})
    return masks


def _file_masks(layers: tuple[Layer, ...], network: Network) -> Mapping[Path, Mapping[str, BoolArray]]:
    tensors = {name: network.tensors[name] for name in compressible_weights(network)}
    paths = dict.fromkeys(
        layer.recipe.sparsifier.path for layer in layers if isinstance(layer.recipe.sparsifier, MasksFromFile)
    )
    return {path: masks_from_file(path, tensors) for path in paths}


def _with_outcomes(network: Network, outcomes: tuple[LayerOutcome, ...], selection: Selection) -> Network:
    changed = {outcome.tensor.name: outcome.tensor for outcome in outcomes}
    wanted = {
        name: recipe.number_change.activations
        for name, recipe in selection.by_operator.items()
        if isinstance(recipe.number_change, Quantisation) and recipe.number_change.activations is not None
    }
    return with_activation_formats(replace(network, tensors={**network.tensors, **changed}), wanted)
