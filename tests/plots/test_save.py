from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from hw_configs.accelerator import Accelerator
from plots.save import save_all, save_figure
from plots.style import new_figure
from simulator.plan import Stay
from simulator.result import Planning, Result
from workloads.errors import ConfigError


@pytest.fixture
def figure() -> Figure:
    return _small_figure()


def _small_figure() -> Figure:
    small = new_figure(2.0, 1.5)
    small.add_subplot().plot([0, 1], [1, 0])
    return small


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_suffix_decides_the_kind(figure: Figure, tmp_path: Path, suffix: str, magic: bytes) -> None:
    path = save_figure(figure, tmp_path / f"figure{suffix}")
    assert path.read_bytes().startswith(magic)
    assert os.listdir(tmp_path) == [path.name], "no temporary file is left"


def test_a_name_may_be_text(figure: Figure, tmp_path: Path) -> None:
    assert save_figure(figure, str(tmp_path / "figure.svg")) == tmp_path / "figure.svg"


def test_png_has_at_least_150_dots_an_inch(figure: Figure, tmp_path: Path) -> None:
    header = save_figure(figure, tmp_path / "figure.PNG").read_bytes()[:24]
    width, height = struct.unpack(">II", header[16:])
    assert width >= 2.0 * 150
    assert height >= 1.5 * 150


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_same_figure_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = (save_figure(_small_figure(), tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert first == second


@pytest.mark.parametrize("name", ["figure.jpeg", "figure"])
def test_another_suffix_is_refused(figure: Figure, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name}'.*ends in \.png, \.pdf, \.svg, found"):
        save_figure(figure, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(figure: Figure, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere/figure\.png': cannot be written: No such file or directory"):
        save_figure(figure, tmp_path / "nowhere" / "figure.png")


def test_a_folder_in_the_place_of_the_figure(figure: Figure, tmp_path: Path) -> None:
    (tmp_path / "figure.png").mkdir()
    with pytest.raises(ConfigError, match=r"figure\.png': cannot be written: Is a directory"):
        save_figure(figure, tmp_path / "figure.png")
    assert os.listdir(tmp_path) == ["figure.png"], "no temporary file is left"


def test_a_failure_leaves_the_old_figure(figure: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_figure(figure, tmp_path / "figure.png")
    before = path.read_bytes()

    def half_a_file(self: Figure, name: Path, **options: object) -> None:
        Path(name).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", half_a_file)
    with pytest.raises(ConfigError, match=r"figure\.png': cannot be written: No space left on device"):
        save_figure(figure, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["figure.png"]


def test_save_all_writes_the_four(tiny_result: Result, edge_npu: Accelerator, tmp_path: Path) -> None:
    paths = save_all(tiny_result, edge_npu, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [
        "roofline.png",
        "cycles_by_operator.png",
        "energy_by_component.png",
        "off_chip_by_operand.png",
    ]
    assert all(path.stat().st_size > 5000 for path in paths)


def test_a_compressed_result_has_a_fifth(compressed_result: Result, edge_npu: Accelerator, tmp_path: Path) -> None:
    paths = save_all(compressed_result, edge_npu, tmp_path)
    assert [path.name for path in paths[4:]] == ["speedup_losses.png"]
    assert paths[4].read_bytes().startswith(b"\x89PNG")


def test_a_plan_with_whole_tensors_has_a_map(tiny_result: Result, edge_npu: Accelerator, tmp_path: Path) -> None:
    stay = Stay(tensor="x", first_step=0, last_step=0, offset_bytes=0, size_bytes=64, is_loaded=True)
    planning = Planning(mapper="joint", objective_value=1.0, layer_by_layer_value=1.0)
    assert len(save_all(replace(tiny_result, planning=planning), edge_npu, tmp_path)) == 4
    joint = replace(tiny_result, planning=replace(planning, stays=(stay,)))
    assert [path.name for path in save_all(joint, edge_npu, tmp_path)[4:]] == ["memory_map.png"]


def test_save_all_of_compressed_views(views_only_result: Result, edge_npu: Accelerator, tmp_path: Path) -> None:
    compressed = replace(views_only_result, compression="nm:2:8", dense_total_cycles=0)
    assert len(save_all(compressed, edge_npu, tmp_path)) == 4, "there is no time to say where it goes"


def test_save_all_of_a_compressed_result_without_its_dense_cycles(
    compressed_result: Result, edge_npu: Accelerator, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"^speedup_losses: tiny on edge_npu with nm:2:8: expected its cycles before"):
        save_all(replace(compressed_result, dense_total_cycles=None), edge_npu, tmp_path)
    assert not list(tmp_path.iterdir())


def test_save_all_of_nothing(views_only_result: Result, unbounded: Accelerator, tmp_path: Path) -> None:
    assert len(save_all(views_only_result, unbounded, tmp_path)) == 4


def test_a_file_in_the_place_of_the_folder(tiny_result: Result, edge_npu: Accelerator, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigError, match=r"figure folder '.*taken': cannot be made: File exists"):
        save_all(tiny_result, edge_npu, tmp_path / "taken")


def test_names_that_are_formulas_controls_or_unknown_letters(
    compressed_result: Result, edge_npu: Accelerator, tmp_path: Path
) -> None:
    """Warnings are errors in tests: letters that the font lacks (a CJK one here) must not warn either."""
    names = ("$_{$", "a\x1b[2J", "\u5c42", "\udcff", "$x^$")
    operators = [replace(cost, name=name) for cost, name in zip(compressed_result.operators, names, strict=False)]
    awkward = replace(compressed_result, network="$_{$\udcff\u5c42", compression="$^$", operators=tuple(operators))
    assert len(save_all(awkward, edge_npu, tmp_path)) == 5
