"""docs/plan_pictures.md: its code runs, its columns are those of the file."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "plan_pictures.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the code of the page has written."""
    folder = tmp_path_factory.mktemp("pictures")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(code, str(PAGE), "exec"), {})
    return folder


def test_files(folder: Path) -> None:
    found = sorted(path.name for path in folder.iterdir())
    assert found == ["curve.csv", "curve.png", "live_bytes.png", "memory_map.png"]
    page = PAGE.read_text(encoding="utf-8")
    assert all(name in page for name in found)


def test_columns(folder: Path) -> None:
    with (folder / "curve.csv").open(newline="") as file:
        header = next(csv.reader(file))
    documented = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert header[:5] == documented[:5]
    assert documented[5:] == ["BASELINE_bytes"]
    assert {"file_order_belady_bytes", "greedy_by_size_bytes"} <= set(header[5:])


def test_images_are_there() -> None:
    for image in re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / image).is_file(), image
