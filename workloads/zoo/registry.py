"""The zoo's table of contents: every name, who builds it and what may be bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workloads.errors import NetworkError
from workloads.formats import INT8, ElementFormat
from workloads.fusion import fuse_operators
from workloads.network import Network
from workloads.zoo.bert import bert_base
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.llama import llama_7b_decode, llama_7b_prefill
from workloads.zoo.mobilenet import mobilenet_v2
from workloads.zoo.options import Dimension, ZooOptions, check_options, did_you_mean
from workloads.zoo.resnet import resnet9, resnet18, resnet50
from workloads.zoo.vgg import vgg19
from workloads.zoo.vit import vit_base, vit_small

Family = Callable[[GraphBuilder, ZooOptions], tuple[str, ...]]
"""Appends a network to the builder and returns its outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    family: Family
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)


_IMAGENET = {"resolution": Dimension(default=224, minimum=32)}
_PATCHES = {"resolution": Dimension(default=224, minimum=16, multiple_of=16)}
_CONTEXT = {"context": Dimension(default=2048)}

_ENTRIES = {
    "resnet9": _Entry(family=resnet9, dimensions={"resolution": Dimension(default=32, minimum=8)}),
    "resnet18": _Entry(family=resnet18, dimensions=_IMAGENET),
    "resnet50": _Entry(family=resnet50, dimensions=_IMAGENET),
    "vgg19": _Entry(family=vgg19, dimensions={"resolution": Dimension(default=224, minimum=224, multiple_of=224)}),
    "mobilenet_v2": _Entry(family=mobilenet_v2, dimensions=_IMAGENET),
    "vit_small": _Entry(family=vit_small, dimensions=_PATCHES),
    "vit_base": _Entry(family=vit_base, dimensions=_PATCHES),
    "bert_base": _Entry(family=bert_base, dimensions={"seq": Dimension(default=128, maximum=512)}),
    "llama_7b": _Entry(family=llama_7b_prefill, dimensions=_CONTEXT),
    "llama_7b_prefill": _Entry(family=llama_7b_prefill, dimensions=_CONTEXT),
    "llama_7b_decode": _Entry(family=llama_7b_decode, dimensions=_CONTEXT),
}


def zoo_names() -> tuple[str, ...]:
    """Return the name of every network that ``build`` knows."""
    return tuple(_ENTRIES)


def build(
    name: str, *, batch: int | None = None, bindings: Mapping[str, int] | None = None, format: ElementFormat = INT8
) -> Network:
    """Return the zoo network called ``name``, as an inference graph.

    Parameters
    ----------
    name : str
        One of ``zoo_names()``; ``llama_7b`` is its prefill.
    batch : int, optional
        Inferences that one run makes; 1 unless given here or as the binding ``batch``.
    bindings : mapping of str to int, optional
        Other sizes, by name: ``resolution`` of images, ``seq`` of BERT (128), ``context`` of LLaMA (2048).
    format : ElementFormat
        Of weights and activations.

    Raises
    ------
    NetworkError
        For a name or binding that does not exist (says which do, and the nearest) or a size that is not allowed.
    """
    entry = _ENTRIES.get(name)
    if entry is None:
        raise NetworkError(
            f"unknown zoo network {name!r}: expected one of {', '.join(_ENTRIES)}{did_you_mean(name, _ENTRIES)}"
        )
    options = check_options(name, entry.dimensions, batch, bindings or {})
    builder = GraphBuilder(name=name, format=format)
    return fuse_operators(builder.finish(entry.family(builder, options)))
