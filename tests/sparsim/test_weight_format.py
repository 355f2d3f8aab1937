"""One storage format of those that an accelerator decodes."""

from __future__ import annotations

import pytest

from hw_configs.load import load_accelerator
from sparsim.weight_format import all_with_weight_format, with_weight_format
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


def test_all_of_a_grid() -> None:
    machines = [EDGE, load_accelerator("dual_side_tensor_core")]
    assert all_with_weight_format(machines, "auto") == tuple(machines)
    for name in ("dense", "bitmap"):
        assert all_with_weight_format(machines, name) == tuple(with_weight_format(one, name) for one in machines)
    assert all_with_weight_format([], "nm") == ()


@pytest.mark.parametrize(
    ("names", "decoding"),
    [
        (("nm_array", "os_array", "edge_npu"), "nm_array decodes it"),
        (("os_array", "nm_array", "edge_npu", "sparse_tensor_core"), "nm_array, sparse_tensor_core decode it"),
        (("os_array", "edge_npu"), "none decodes it"),
    ],
)
def test_a_format_that_one_of_a_grid_does_not_decode(names: tuple[str, ...], decoding: str) -> None:
    expected = (
        "weight format 'nm': os_array decodes dense; compression.weight.formats of the accelerator says which; of "
        f"those compared {decoding}"
    )
    with pytest.raises(ConfigError, match=f"^{expected}$"):
        all_with_weight_format([load_accelerator(name) for name in names], "nm")


def test_a_format_that_the_only_one_does_not_decode() -> None:
    expected = "weight format 'nm': os_array decodes dense; compression.weight.formats of the accelerator says which"
    with pytest.raises(ConfigError, match=f"^{expected}$"):
        all_with_weight_format([load_accelerator("os_array")], "nm")
