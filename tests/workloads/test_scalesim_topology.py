"""SCALE-Sim topology files: sizes as SCALE-Sim computes them, and each mistake's message."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.errors import NetworkError
from workloads.formats import FP16
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import Convolution, OperatorKind
from workloads.scalesim_topology import load_scalesim_topology

DATA = Path(__file__).parents[1] / "data" / "scalesim"
CONV_HEADER = (
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Sparsity,\n"
)
GEMM_HEADER = "Layer, M, N, K,\n"


def _nests(network: Network) -> list[MatrixNest]:
    nests = [lower(operator, network.tensors) for operator in network.operators]
    assert all(isinstance(nest, MatrixNest) for nest in nests)
    return nests  # type: ignore[return-value]


def _load(tmp_path: Path, text: str) -> Network:
    path = tmp_path / "net.csv"
    path.write_text(text)
    return load_scalesim_topology(path)


def test_conv_form_has_scalesims_m_n_k() -> None:
    """(M, N, K) that SCALE-Sim 3.0.0 reports for ResNet-18's layers; the last three by its formulas by hand."""
    network = load_scalesim_topology(DATA / "conv.csv")
    assert network.name == "conv"
    assert [(nest.groups, nest.m, nest.n, nest.k) for nest in _nests(network)] == [
        (1, 12100, 64, 147),  # ceil((224 - 7 + 2) / 2) = 110 = sqrt(12100)
        (1, 2916, 64, 576),
        (1, 841, 128, 64),  # ceil((56 - 1 + 2) / 2) = 29
        (1, 9, 8, 72),
        (32, 12100, 1, 9),  # each of 32 channels alone
        (1, 1, 1000, 512),
    ]


def test_rows_keep_their_order_and_get_unique_names() -> None:
    network = load_scalesim_topology(DATA / "conv.csv")
    names = [operator.name for operator in network.operators]
    assert names == ["Conv1", "Conv2_1a", "Conv3_s", "Conv2_1a_2", "DP1", "FC"]


def test_a_made_up_name_never_takes_that_of_another_row(tmp_path: Path) -> None:
    network = _load(tmp_path, GEMM_HEADER + "g,1,1,1,\ng,1,1,1,\ng_2,1,1,1,\n")
    assert [operator.name for operator in network.operators] == ["g", "g_3", "g_2"]


def test_rows_are_not_chained() -> None:
    network = load_scalesim_topology(DATA / "conv.csv")
    used = [name for operator in network.operators for name in (*operator.inputs, *operator.outputs)]
    assert len(used) == len(set(used)) == 3 * len(network.operators)


def test_sparsity_is_kept_and_said_to_save_nothing() -> None:
    network = load_scalesim_topology(DATA / "conv.csv")
    assert network.declared_sparsity == {"Conv1": (1, 1), "Conv2_1a": (2, 4)}
    assert "costs here are dense" in network.notes[-1]


def test_two_strides() -> None:
    """Heights ceil((20 - 5 + 3) / 3) = 6, widths ceil((10 - 2 + 2) / 2) = 5."""
    network = load_scalesim_topology(DATA / "conv_two_strides.csv")
    (nest,) = _nests(network)
    assert (nest.m, nest.n, nest.k) == (30, 6, 40)
    assert [axis.num_positions for axis in nest.axes] == [6, 5]
    assert len(network.notes) == 1


def test_gemm_form() -> None:
    network = load_scalesim_topology(DATA / "gemm.csv", format=FP16)
    assert [(nest.m, nest.n, nest.k) for nest in _nests(network)] == [(33, 17, 20), (196, 192, 384)]
    assert {operator.kind for operator in network.operators} == {OperatorKind.MATMUL}
    assert network.tensors["g:ifmap"].shape == (1, 33, 20)
    assert {tensor.format for tensor in network.tensors.values()} == {FP16}
    assert network.declared_sparsity == {"sparse": (2, 4)}


@given(size=st.integers(1, 300), kernel=st.integers(1, 300), stride=st.integers(1, 20))
def test_output_size_is_scalesims(
    tmp_path_factory: pytest.TempPathFactory, size: int, kernel: int, stride: int
) -> None:
    if kernel > size:
        return
    row = f"c,{size},{size},{kernel},{kernel},1,1,{stride},\n"
    network = _load(tmp_path_factory.mktemp("topology"), CONV_HEADER + row)
    expected = math.ceil((size - kernel + stride) / stride)
    assert network.tensors["c:ofmap"].shape == (1, 1, expected, expected)
    work = network.operators[0].work
    assert isinstance(work, Convolution)
    assert work.window.output_size(0, size) == expected
    assert 0 <= work.window.pads_end[0] < stride


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1 (header): expected a header 'Layer, IFMAP Height, .*, Strides' or 'Layer, M, N, K'"),
        ("Layer, M, K, N,\ng,1,2,3,\n", "line 1, column 1 (header): expected a header .* found .*'M', 'K', 'N'"),
        ("g,1,2,3,\n", "line 1, column 1 (header): expected a header"),
        (GEMM_HEADER, "no layer behind the header"),
        (
            GEMM_HEADER + "g,1,2,\n",
            "line 2, column 2 and on: expected 3 sizes (M, N, K) and an optional N:M, found 2 f",
        ),
        (
            GEMM_HEADER + "g,1,2,3,2:4,7,\n",
            "line 2, column 2 and on: expected 3 sizes .* found 5 fields: 1, 2, 3, 2:4, 7",
        ),
        (GEMM_HEADER + "\ng,1,0,3,\n", "line 3, column N: expected a whole number of at least 1, found '0'"),
        (GEMM_HEADER + "g,1,2,-3,\n", "line 2, column K: expected a whole number of at least 1, found '-3'"),
        (GEMM_HEADER + "g,1,2.5,3,\n", "line 2, column N: expected a whole number of at least 1, found '2.5'"),
        (GEMM_HEADER + "g,,2,3,\n", "line 2, column M: expected a whole number of at least 1, found ''"),
        (GEMM_HEADER + ",1,2,3,\n", "line 2, column Layer: expected a name, found ''"),
        (GEMM_HEADER + "g,1,2,3,1,\n", "line 2, column Sparsity: expected N:M, as in 2:4, found '1'"),
        (GEMM_HEADER + "g,1,2,3,5:4,\n", "line 2, column Sparsity: expected N:M with 1 <= N <= M, found '5:4'"),
        (GEMM_HEADER + "g,1,2,3,0:4,\n", "line 2, column Sparsity: expected N:M with 1 <= N <= M, found '0:4'"),
        (CONV_HEADER + "c,5,5,7,3,1,1,1,\n", "line 2, column Filter Height: expected at most IFMAP Height 5, found 7"),
        (CONV_HEADER + "c,5,5,3,6,1,1,1,\n", "line 2, column Filter Width: expected at most IFMAP Width 5, found 6"),
        (GEMM_HEADER + "g,999999999999,1,999999999999,\n", "tensor 'g:ifmap': .* more than the"),
    ],
)
def test_mistakes_name_file_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    pattern = re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(NetworkError, match=pattern) as caught:
        _load(tmp_path, text)
    assert "net.csv" in str(caught.value) or "tensor" in message


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"none\.csv: cannot be read: No such file"):
        load_scalesim_topology(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(NetworkError, match=r"binary\.csv: is no text file in UTF-8"):
        load_scalesim_topology(tmp_path / "binary.csv")


def test_declared_sparsity_names_operators() -> None:
    network = load_scalesim_topology(DATA / "gemm.csv")
    with pytest.raises(NetworkError, match="network 'gemm': declared_sparsity names 'other', which is no operator"):
        replace(network, declared_sparsity={"other": (2, 4)})
