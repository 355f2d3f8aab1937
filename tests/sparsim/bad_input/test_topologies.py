"""SCALE-Sim topologies with rows that cannot be, and names that are odd but allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sparsim.running import Command, Fails

HEADER = "Layer,M,N,K,\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1, column 1 (header): expected a header"),
        (b"a,1,2,3\n", "line 1, column 1 (header): expected a header"),
        (b"Layer,M,N,K\n", "no layer behind the header"),
        (b"Layer,M,N,K\na,1,2\n", "line 2, column 2 and on: expected 3 sizes (M, N, K) and an optional N:M"),
        (b"Layer,M,N,K\na,1,2,3\nb,1,x,3\n", "line 3, column N: expected a whole number of at least 1, found 'x'"),
        (b"Layer,M,N,K\na,1,0,3\n", "line 2, column N: expected a whole number of at least 1, found '0'"),
        (b"Layer,M,N,K\na,1,1" + b"0" * 12 + b",3\n", "line 2, column N: expected at most 12 digits, found 13"),
        (b"Layer,M,N,K\na,1,-2,3\n", "line 2, column N: expected a whole number of at least 1, found '-2'"),
        (b"Layer,M,N,K\na,1,2\0,3\n", "line 2, column N: expected a whole number of at least 1, found '2\\x00'"),
        (bytes(range(128, 256)), "is no text file in UTF-8"),
    ],
)
def test_rows(tmp_path: Path, fails: Fails, content: bytes, message: str) -> None:
    path = tmp_path / "net.csv"
    path.write_bytes(content)
    fails(message, "run", path, "-a", "edge_npu", "--out", tmp_path / "out")
    fails(str(path), "run", path, "-a", "edge_npu")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,999999999999,999999999999,9", "tensor 'a:ofmap': shape [1, 999999999999, 999999999999] has 99999999999800"),
        ("a,9999999,9999999,9999999", "operator 'a' (matmul): takes 999999700000029999999 multiply-accumulates, more"),
    ],
)
def test_products_beyond_64_bits(tmp_path: Path, fails: Fails, row: str, message: str) -> None:
    path = tmp_path / "net.csv"
    path.write_text(HEADER + row)
    fails(message, "run", path, "-a", "edge_npu")


def test_the_largest_product_does_not_wrap_around(tmp_path: Path, command: Command) -> None:
    """2**21 x 2**21 x 2**11 = 2**53 multiply-accumulates on 256 PEs: 2**45 cycles at the least."""
    path = tmp_path / "net.csv"
    path.write_text(HEADER + f"a,{2**21},{2**21},{2**11}\n")
    result = json.loads(command("run", path, "-a", "edge_npu", "--format", "json").out)
    assert result["macs"] == 2**53
    assert result["total_cycles"] >= 2**45
    assert result["off_chip_read_bytes"] >= 2 * 2**32
    assert result["off_chip_write_bytes"] == 2**42


@pytest.mark.parametrize(
    "name", ["[red]x[/red]", "[/]", "a b", "\u5c42 \u00e9 \U0001f600", "$_{$", "%(x)s", "x" * 40_000, "\x1b[2J", "a\0b"]
)
def test_odd_names(tmp_path: Path, command: Command, name: str) -> None:
    """Printed as they are, cut to the terminal's width, escaped where a terminal would act; whole in the JSON."""
    path = tmp_path / "net \u00e9 [red].csv"
    path.write_text(f"{HEADER}{name},3,4,5\n", encoding="utf-8")
    table = command("run", path, "-a", "edge_npu")
    assert table.code == 0
    assert table.out.startswith("net \u00e9 [red] on edge_npu")
    assert all(len(line) <= 80 for line in table.out.splitlines())
    assert not {"\x1b", "\0"} & set(table.out)
    if name.isprintable() and len(name) < 20:
        assert f"\n{name} " in table.out
    result = json.loads(command("run", path, "-a", "edge_npu", "--format", "json").out)
    assert [operator["name"] for operator in result["operators"]] == [name]


def test_odd_names_in_all_files(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "net $_{$ \u5c42.csv"
    names = ("[red]", "$_{$", "\u5c42", "\x1b[2J", '"', "x" * 4_000)
    path.write_text(HEADER + "".join(f"{name},3,{4 + index},5\n" for index, name in enumerate(names)), encoding="utf-8")
    folder = tmp_path / "out \u5c42"
    outcome = command("run", path, "-a", "edge_npu", "--out", folder)
    assert (outcome.code, outcome.err) == (0, f"wrote 9 files to {folder}\n")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark(tmp_path: Path, command: Command, line_end: str, mark: str) -> None:
    path = tmp_path / "net.csv"
    path.write_bytes((mark + HEADER + "a,3,4,5,\n\nb,6,7,8\n").replace("\n", line_end).encode())
    result = json.loads(command("run", path, "-a", "edge_npu", "--format", "json").out)
    assert [(operator["name"], operator["macs"]) for operator in result["operators"]] == [("a", 60), ("b", 336)]


def test_a_topology_has_nothing_to_bind(topology: Path, fails: Fails) -> None:
    fails("has no dimension to bind, found batch", "run", topology, "-a", "edge_npu", "--bind", "batch=2")
