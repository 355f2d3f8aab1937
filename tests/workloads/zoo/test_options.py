"""What may be bound, and the message when it may not."""

from __future__ import annotations

import re

import pytest

from workloads.errors import NetworkError
from workloads.zoo import build
from workloads.zoo.options import Dimension, ZooOptions, check_options

SEQ = {"seq": Dimension(default=128, maximum=512)}


def test_defaults_are_filled_in() -> None:
    assert check_options("net", SEQ, None, {}) == ZooOptions(batch=1, bindings={"seq": 128})


def test_bound_sizes_replace_defaults() -> None:
    assert check_options("net", SEQ, None, {"seq": 512, "batch": 4}) == ZooOptions(batch=4, bindings={"seq": 512})
    assert check_options("net", SEQ, 4, {"batch": 4}).batch == 4


@pytest.mark.parametrize(
    ("name", "batch", "bindings", "message"),
    [
        (
            "bert_base",
            None,
            {"sequence": 64},
            "'bert_base' has no dimension 'sequence' to bind: expected one of batch, seq; did you mean 'seq'?",
        ),
        (
            "resnet18",
            None,
            {"seq": 64},
            "zoo network 'resnet18' has no dimension 'seq' to bind: expected one of batch, res",
        ),
        ("bert_base", None, {"seq": 513}, "zoo network 'bert_base': seq is 513, expected 1 to 512"),
        ("bert_base", None, {"seq": 0}, "zoo network 'bert_base': seq is 0, expected 1 to 512"),
        ("llama_7b", None, {"context": -1}, "zoo network 'llama_7b': context is -1, expected at least 1"),
        ("vit_base", None, {"resolution": 225}, "resolution is 225, expected at least 16 and a multiple of 16"),
        ("vgg19", None, {"resolution": 256}, "resolution is 256, expected at least 224 and a multiple of 224"),
        ("resnet50", None, {"resolution": 16}, "resolution is 16, expected at least 32"),
        ("resnet50", 0, {}, "zoo network 'resnet50': batch is 0, expected at least 1"),
        ("resnet50", None, {"batch": 0}, "zoo network 'resnet50': batch is 0, expected at least 1"),
        ("resnet50", 2, {"batch": 3}, "zoo network 'resnet50': batch is 2, but the binding batch=3 says otherwise"),
        ("resnet50", 1, {"batch": 3}, "zoo network 'resnet50': batch is 1, but the binding batch=3 says otherwise"),
    ],
)
def test_mistakes(name: str, batch: int | None, bindings: dict[str, int], message: str) -> None:
    with pytest.raises(NetworkError, match=re.escape(message)):
        build(name, batch=batch, bindings=bindings)
