"""The examples run as they stand, on networks small enough for a test."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import sparsim

EXAMPLES = Path(__file__).parents[2] / "examples"
README = EXAMPLES.parent / "README.md"


def run(name: str, *arguments: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments], capture_output=True, text=True, cwd=folder, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_five_lines(tmp_path: Path) -> None:
    lines = run("five_lines.py", folder=tmp_path).splitlines()
    assert re.fullmatch(r"[0-9.]+ ms, [0-9.]+ mJ, [0-9.]+ mm2", lines[0])
    assert re.fullmatch(r"costliest: \S+, [0-9,]+ cycles, limited by [a-z -]+", lines[1])
    assert not list(tmp_path.iterdir())


def test_five_lines_are_five_and_stand_in_the_readme() -> None:
    code = (EXAMPLES / "five_lines.py").read_text(encoding="utf-8").partition('"""\n\n')[2]
    assert sum(bool(line) for line in code.splitlines()) == 5
    assert code in README.read_text(encoding="utf-8")


def test_compare_accelerators(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    printed = run("compare_accelerators.py", "resnet9", "edge_npu", "mcu", "--out", str(out), folder=tmp_path)
    assert (out / "comparison.png").read_bytes().startswith(b"\x89PNG")
    with (out / "comparison.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["accelerator"] for row in rows] == ["edge_npu", "mcu"]
    for row in rows:
        result = sparsim.run("resnet9", row["accelerator"])
        assert abs(float(row["latency_ms"]) - result.latency_ms) < 1e-4
        assert abs(float(row["energy_mj"]) - result.energy.total_pj / 1e9) < 1e-4
        assert row["latency_ms"] in printed


def test_compressed_resnet50(tmp_path: Path) -> None:
    lines = run("compressed_resnet50.py", "new/folder", folder=tmp_path).splitlines()
    speedup = float(lines[0].removeprefix("speed-up over dense: "))
    assert 1 < speedup < 4, "the title's claim"
    assert re.fullmatch(r"[0-9,]+ of [0-9,]+ cycles would do without losses", lines[1])
    for line, name in zip(lines[2:], ("speedup_losses.png", "storage_against_density.png"), strict=True):
        assert line == str(Path("new", "folder", name))
        assert (tmp_path / line).read_bytes().startswith(b"\x89PNG")


def test_sweep(tmp_path: Path) -> None:
    lines = run("sweep.py", folder=tmp_path).splitlines()
    points, heading, table = lines[:18], lines[18:20], lines[20:]
    assert all(re.fullmatch(r"(dense|nm:2:8) on (8 x 8|16 x 16|32 x 32), [0-9,]+ bytes: ok", line) for line in points)
    assert heading == ["", "least energy x delay of each compression, on at most 0.6 mm2:"]
    assert table[0].split() == [
        *("compression", "array.rows", "scratchpad.capacity_bytes", "latency_ms", "energy_mj", "area_mm2")
    ]
    assert [line.split()[0] for line in table[1:]] == ["dense", "nm:2:8"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "which git ignores"


def test_pareto_resnet50(tmp_path: Path) -> None:
    lines = run("pareto_resnet50.py", "4", folder=tmp_path).splitlines()
    assert re.fullmatch(r"[1-4] of 4 designs are beaten by no other in cycles, energy and area", lines[0])
    assert lines[1].split()[-3:] == ["total_cycles", "energy_mj", "area_mm2"]
    assert len(lines) == 2 + int(lines[0].split()[0])


def test_nm_scratchpad(tmp_path: Path) -> None:
    lines = run("nm_scratchpad.py", "1", folder=tmp_path).splitlines()
    assert lines[0] == "off-chip bytes of a run, by bytes of scratchpad"
    assert lines[1].split() == ["compression", "dense"]
    assert re.fullmatch(r"32768 +[0-9,]+", lines[-1])


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "compare_accelerators.py"), "resnet9", "edge"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ("error: unknown accelerator 'edge': did you mean edge_npu? (or a file: .yaml, .yml, .cfg)\n")
