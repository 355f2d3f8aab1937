"""The zoo's table of contents: every name, who builds it and what may be bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workloads.errors import NetworkError
from workloads.formats import INT8, ElementFormat
from workloads.fusion import fuse_operators
from workloads.nearest_names import did_you_mean
from workloads.network import Network
from workloads.zoo.bert import bert_base
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.densenet import densenet121, densenet121_binary_concat
from workloads.zoo.llama import llama_7b_decode, llama_7b_prefill
from workloads.zoo.mcunet import mcunet_like
from workloads.zoo.mobilenet import mobilenet_v2
from workloads.zoo.mobilenet_v3 import mobilenet_v3_large
from workloads.zoo.nas import amoebanet_a, amoebanet_d, darts, nasnet_a, pnasnet5
from workloads.zoo.options import Dimension, ZooOptions, check_options
from workloads.zoo.randwire import randwire, randwire_ws
from workloads.zoo.resnet import resnet9, resnet18, resnet50, resnext50
from workloads.zoo.segmentation import deeplabv3_resnet50, fcn_resnet50, lraspp_mobilenet_v3_large
from workloads.zoo.translation import transformer_base
from workloads.zoo.vgg import vgg19
from workloads.zoo.video import r2plus1d_18, s3d
from workloads.zoo.vit import vit_base, vit_small

Family = Callable[[GraphBuilder, ZooOptions], tuple[str, ...]]
"""Appends a network to the builder and returns its outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    family: Family
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)


_IMAGENET = {"resolution": Dimension(default=224, minimum=32)}
_CLASSES = {"classes": Dimension(default=1000)}
_WIDTH = {"width_percent": Dimension(default=100, minimum=10)}
_SMALL_IMAGE = {"resolution": Dimension(default=128, minimum=32)}
_CLIP = {"frames": Dimension(default=16, minimum=8), "resolution": Dimension(default=224, minimum=32)}
_LARGE_CLIP = {"frames": Dimension(default=16, minimum=8), "resolution": Dimension(default=224, minimum=224)}
_PATCHES = {"resolution": Dimension(default=224, minimum=16, multiple_of=16)}
_SEED = {"seed": Dimension(default=0, minimum=0)}
_CONTEXT = {"context": Dimension(default=2048)}

_ENTRIES = {
    "resnet9": _Entry(family=resnet9, dimensions={"resolution": Dimension(default=32, minimum=8)}),
    "resnet18": _Entry(family=resnet18, dimensions=_IMAGENET),
    "resnet50": _Entry(family=resnet50, dimensions=_IMAGENET),
    "resnext50": _Entry(family=resnext50, dimensions=_IMAGENET),
    "densenet121": _Entry(family=densenet121, dimensions=_IMAGENET),
    "densenet121_binary_concat": _Entry(family=densenet121_binary_concat, dimensions=_IMAGENET),
    "vgg19": _Entry(family=vgg19, dimensions={"resolution": Dimension(default=224, minimum=224, multiple_of=224)}),
    "mobilenet_v2": _Entry(family=mobilenet_v2, dimensions=_IMAGENET | _WIDTH | _CLASSES),
    "mcunet_like": _Entry(family=mcunet_like, dimensions=_SMALL_IMAGE | _CLASSES),
    "mobilenet_v3_large": _Entry(family=mobilenet_v3_large, dimensions=_IMAGENET),
    "fcn_resnet50": _Entry(family=fcn_resnet50, dimensions=_IMAGENET),
    "deeplabv3_resnet50": _Entry(family=deeplabv3_resnet50, dimensions=_IMAGENET),
    "lraspp_mobilenet_v3_large": _Entry(family=lraspp_mobilenet_v3_large, dimensions=_IMAGENET),
    "r2plus1d_18": _Entry(family=r2plus1d_18, dimensions=_CLIP),
    "s3d": _Entry(family=s3d, dimensions=_LARGE_CLIP),
    "nasnet_a": _Entry(family=nasnet_a, dimensions=_IMAGENET),
    "pnasnet5": _Entry(family=pnasnet5, dimensions=_IMAGENET),
    "amoebanet_a": _Entry(family=amoebanet_a, dimensions=_IMAGENET),
    "amoebanet_d": _Entry(family=amoebanet_d, dimensions=_IMAGENET),
    "darts": _Entry(family=darts, dimensions=_IMAGENET),
    "randwire": _Entry(family=randwire, dimensions=_IMAGENET | _SEED),
    "randwire_ws": _Entry(family=randwire_ws, dimensions={"nodes": Dimension(default=32, minimum=5)} | _SEED),
    "vit_small": _Entry(family=vit_small, dimensions=_PATCHES),
    "vit_base": _Entry(family=vit_base, dimensions=_PATCHES),
    "transformer_base": _Entry(family=transformer_base, dimensions={"seq": Dimension(default=128)}),
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
        Other sizes, by name: ``resolution`` of images, ``frames`` of clips (16), ``seq`` of BERT and the Transformer
        (128), ``context`` of LLaMA (2048), ``seed`` and ``nodes`` of random graphs (0 and 32), ``width_percent`` and
        ``classes`` of MobileNetV2 (100 and 1000).
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
