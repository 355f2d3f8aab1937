"""One storage format of those that an accelerator decodes."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from sparsim.weight_format import with_weight_format
from workloads.errors import ConfigError

EDGE = load_accelerator("edge_npu")


def test_auto_leaves_the_accelerator_as_it_is() -> None:
    assert with_weight_format(EDGE, "auto") is EDGE


def test_dense_takes_the_decoder_away() -> None:
    assert with_weight_format(EDGE, "dense").compression.weight is None


def test_each_format_alone() -> None:
    decoder = EDGE.compression.weight
    assert decoder is not None
    assert len(decoder.formats) > 1
    for name in decoder.formats:
        chosen = with_weight_format(EDGE, name).compression.weight
        assert chosen == decoder.model_copy(update={"formats": (name,)})


def test_a_format_that_it_does_not_decode() -> None:
    with pytest.raises(ConfigError, match="weight format 'csc': os_array decodes dense; comp"):
        with_weight_format(load_accelerator("os_array"), "csc")
    with pytest.raises(ConfigError, match="weight format 'zip': edge_npu decodes dense, "):
        with_weight_format(EDGE, "zip")
