from __future__ import annotations

import builtins
import csv
from pathlib import Path

import pytest
from pyarrow import parquet

from sweeps.export import arrow_table, pandas_table, write_table
from sweeps.read_results import Table
from workloads.errors import ConfigError

TABLE = Table(
    columns=("name", "count", "energy_mj", "mixed", "nothing"),
    rows=(("a,b", 1, 1, "512 KiB", None), ('quoted "c"', 2, 0.5, 1024, None), ("ü", None, None, None, None)),
)


def test_csv(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(TABLE.columns)
    assert rows[1:] == [["" if cell is None else str(cell) for cell in row] for row in TABLE.rows]


def test_parquet(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "out.parquet")
    found = parquet.read_table(tmp_path / "out.parquet").to_pydict()
    assert found == {
        "name": ["a,b", 'quoted "c"', "ü"],
        "count": [1, 2, None],
        "energy_mj": [1.0, 0.5, None],
        "mixed": ["512 KiB", "1024", None],
        "nothing": [None, None, None],
    }
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_no_rows() -> None:
    empty = Table(columns=("a", "b"), rows=())
    assert arrow_table(empty).column_names == ["a", "b"]
    assert list(pandas_table(empty).columns) == ["a", "b"]


def test_pandas() -> None:
    frame = pandas_table(TABLE)
    assert frame.name.tolist() == ["a,b", 'quoted "c"', "ü"]
    assert frame.energy_mj.sum() == 1.5


def test_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a name that ends in .csv or .parquet"):
        write_table(TABLE, tmp_path / "out.xlsx")
    with pytest.raises(ConfigError, match=r"cannot be written: No such file or directory"):
        write_table(TABLE, tmp_path / "none" / "out.csv")


def test_without_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *others: object, **named: object) -> object:
        if name == "pyarrow":
            raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow")
        return real(name, *others, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ConfigError, match=r"the package pyarrow is not installed; `pip install 'sparsim\[sweeps\]'`"):
        write_table(TABLE, tmp_path / "out.parquet")
