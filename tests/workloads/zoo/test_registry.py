"""The zoo against published parameter counts and multiply-accumulates."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from workloads.errors import NetworkError
from workloads.formats import FP16, INT8, INT32
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.tensor import TensorRole
from workloads.zoo import build, zoo_names

TORCHVISION = "torchvision 0.15 model pages (num_params, GFLOPS counted as multiply-accumulates)"
"""https://pytorch.org/vision/stable/models.html"""


@dataclass(frozen=True)
class Published:
    """A published count; ``giga_macs`` has as many digits as its source gives, ``macs`` is the layers' sum by hand."""

    name: str
    num_parameters: int
    giga_macs: float
    digits: int
    macs: int
    source: str


LLAMA_LAYER = 4 * 4096 * 4096 + 3 * 4096 * 11008  # weights of query, key, value, output; gate, up, down
LLAMA_HEAD = 32000 * 4096

PUBLISHED = (
    Published(
        "resnet9", 6_573_130, 0.379, 3, 379_261_952, "sum of the layers of Page (2018), worked in test_resnet.py"
    ),
    Published("resnet18", 11_689_512, 1.81, 2, 1_814_073_344, TORCHVISION),
    Published("resnet50", 25_557_032, 4.09, 2, 4_089_184_256, TORCHVISION),
    Published("vgg19", 143_667_240, 19.63, 2, 19_632_062_464, TORCHVISION),
    Published("mobilenet_v2", 3_504_872, 0.30, 2, 300_774_272, TORCHVISION),
    # 12 x (197 x 12 x 768^2 + 2 x 197^2 x 768) + 196 x 768^2 + 768 x 1000
    Published("vit_base", 86_567_656, 17.56, 2, 17_563_828_224, TORCHVISION),
    # 12 x (197 x 12 x 384^2 + 2 x 197^2 x 384) + 196 x 768 x 384 + 384 x 1000
    Published(
        "vit_small",
        22_050_664,
        4.6,
        1,
        4_598_882_304,
        "timm vit_small_patch16_224; DeiT-S in Liu et al. (Swin), ICCV 2021, table 1",
    ),
    # 12 x (128 x 12 x 768^2 + 2 x 128^2 x 768) + 768^2 for the pooler
    Published(
        "bert_base",
        109_482_240,
        11.2,
        1,
        11_174_215_680,
        "Hugging Face bert-base-uncased with pooler; multiply-accumulates from the sum above",
    ),
    # Attention of a prompt of 2,048 adds 2 x 2048^2 x 4096 a layer; only the last token meets the vocabulary.
    Published(
        "llama_7b_prefill",
        6_738_415_616,
        14362.5,
        1,
        32 * (2048 * LLAMA_LAYER + 2 * 2048**2 * 4096) + LLAMA_HEAD,
        "Hugging Face llama-7b; multiply-accumulates from table 2 of Touvron et al. (2023)",
    ),
    # A token: every weight of the layers and the vocabulary once, and 2 x 2048 x 4096 a layer with the cache.
    Published(
        "llama_7b_decode",
        6_738_415_616,
        7.1,
        1,
        32 * (LLAMA_LAYER + 2 * 2048 * 4096) + LLAMA_HEAD,
        "Hugging Face llama-7b; multiply-accumulates from table 2 of Touvron et al. (2023)",
    ),
)


def _num_macs(network: Network) -> int:
    nests = (lower(operator, network.tensors) for operator in network.operators)
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_published_counts(published: Published) -> None:
    network = build(published.name)
    assert network.num_parameters == published.num_parameters, published.source
    assert _num_macs(network) == published.macs
    assert round(published.macs / 1e9, published.digits) == published.giga_macs, published.source


def test_every_name_is_checked_against_something_published() -> None:
    assert set(zoo_names()) == {published.name for published in PUBLISHED} | {"llama_7b"}


def test_plain_llama_is_its_prefill() -> None:
    assert build("llama_7b").operators == build("llama_7b_prefill").operators


@pytest.mark.parametrize("name", zoo_names())
def test_builds_fast(name: str) -> None:
    """Best of three, since other processes share the machine."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        build(name)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.3


def test_formats() -> None:
    """int8 unless chosen; what is added to accumulators is int32, or of the chosen floating-point format."""
    network = build("resnet18")
    assert network.tensors["conv1.weight"].format == INT8
    assert network.tensors["conv1.bias"].format == INT32
    assert {tensor.format for tensor in build("resnet18", format=FP16).tensors.values()} == {FP16}
    ids = build("bert_base", format=FP16).tensors["input_ids"]
    assert (ids.format, ids.role) == (INT32, TensorRole.INPUT)


@pytest.mark.parametrize("name", zoo_names())
def test_batch_scales_macs_and_keeps_parameters(name: str) -> None:
    one, three = build(name), build(name, batch=3)
    assert _num_macs(three) == 3 * _num_macs(one)
    assert three.num_parameters == one.num_parameters
    assert build(name, bindings={"batch": 3}) == three


@pytest.mark.parametrize(
    ("found", "nearest"),
    [("resnet5", "resnet50"), ("ResNet18", "resnet18"), ("bert", "bert_base"), ("lama_7b", "llama_7b")],
)
def test_unknown_name_lists_all_and_the_nearest(found: str, nearest: str) -> None:
    with pytest.raises(NetworkError) as caught:
        build(found)
    message = str(caught.value)
    assert message.startswith(f"unknown zoo network {found!r}: expected one of resnet9, resnet18, ")
    assert message.endswith(f"llama_7b_decode; did you mean {nearest!r}?")


def test_name_near_to_nothing() -> None:
    with pytest.raises(NetworkError, match=r"unknown zoo network 'q': expected one of .*llama_7b_decode$"):
        build("q")
