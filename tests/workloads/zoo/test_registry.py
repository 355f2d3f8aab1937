"""The zoo against published parameter counts and multiply-accumulates."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from tests.workloads.zoo.counts import num_macs
from workloads.errors import NetworkError
from workloads.formats import FP16, INT8, INT32
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


SEARCHED = "multiply-adds and parameters to two or three digits in the paper that the family's docstring names"

LLAMA_LAYER = 4 * 4096 * 4096 + 3 * 4096 * 11008  # weights of query, key, value, output; gate, up, down
LLAMA_HEAD = 32000 * 4096

PUBLISHED = (
    Published(
        "resnet9", 6_573_130, 0.379, 3, 379_261_952, "sum of the layers of Page (2018), worked in test_resnet.py"
    ),
    Published("resnet18", 11_689_512, 1.81, 2, 1_814_073_344, TORCHVISION),
    Published("resnet50", 25_557_032, 4.09, 2, 4_089_184_256, TORCHVISION),
    Published("resnext50", 25_028_904, 4.23, 2, 4_230_479_872, TORCHVISION),
    Published("densenet121", 7_978_856, 2.834, 3, 2_834_161_664, TORCHVISION),
    Published("densenet121_binary_concat", 7_978_856, 2.834, 3, 2_834_161_664, TORCHVISION),
    Published("vgg19", 143_667_240, 19.63, 2, 19_632_062_464, TORCHVISION),
    Published("mobilenet_v2", 3_504_872, 0.30, 2, 300_774_272, TORCHVISION),
    Published("mobilenet_v3_large", 5_483_032, 0.217, 3, 216_589_760, TORCHVISION),
    # At other resolutions, and with the auxiliary classifiers, in test_segmentation.py and test_video.py.
    Published("fcn_resnet50", 35_322_218 - 2_365_205, 26.5, 1, 26_484_498_432, TORCHVISION),
    Published("deeplabv3_resnet50", 42_004_074 - 2_365_205, 31.3, 1, 31_310_548_992, TORCHVISION),
    Published("lraspp_mobilenet_v3_large", 3_221_538, 0.38, 2, 379_281_312, TORCHVISION),
    Published("r2plus1d_18", 31_505_325, 162.1, 1, 162_075_709_440, TORCHVISION),
    Published("s3d", 8_320_048, 17.979, 3, 17_978_771_456, TORCHVISION),
    # 5,326,716 in Keras' NASNetMobile, of which 36,738 are moving statistics
    Published("nasnet_a", 5_326_716 - 36_738, 0.564, 3, 563_638_816, SEARCHED),
    Published("pnasnet5", 5_064_487, 0.59, 2, 587_293_200, SEARCHED),
    Published("amoebanet_a", 5_086_930, 0.555, 3, 554_687_204, SEARCHED),
    Published("amoebanet_d", 46_095_080, 5.7, 1, 5_715_769_696, "no count published; larger ones in test_nas.py"),
    Published("darts", 4_718_752, 0.53, 2, 529_911_552, "4.7 M in the paper; multiply-adds differ, see test_nas.py"),
    Published("randwire", 5_651_922, 0.58, 2, 578_715_404, SEARCHED),
    Published("transformer_base", 63_082_496, 8.364, 3, 8_363_966_464, "sums worked in test_translation.py"),
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


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_published_counts(published: Published) -> None:
    network = build(published.name)
    assert network.num_parameters == published.num_parameters, published.source
    assert num_macs(network) == published.macs
    assert round(published.macs / 1e9, published.digits) == published.giga_macs, published.source


def test_every_name_is_checked_against_something_published() -> None:
    assert set(zoo_names()) == {published.name for published in PUBLISHED} | {"llama_7b", "randwire_ws", "mcunet_like"}


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
    assert num_macs(three) == 3 * num_macs(one)
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
