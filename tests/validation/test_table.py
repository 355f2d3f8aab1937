"""Reference tables: every cell that is wrong is named with its file and line."""

from __future__ import annotations

import pytest

from validation.table import read_table
from workloads.errors import SparsimError


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def only_row(tmp_path, cell):
    (row,) = read_table(write(tmp_path, f"a,b\n{cell},1\n"), ("a",))
    return row


def test_reads_cells_by_name_and_keeps_the_line(tmp_path):
    rows = read_table(write(tmp_path, "a , b\n1,x\n\n2, y \n"), ("b",))

    assert [(row.line, row.size("a"), row.text("b")) for row in rows] == [(2, 1, "x"), (4, 2, "y")]
    assert not rows[0].is_empty("a")


def test_byte_order_mark_and_windows_lines(tmp_path):
    (row,) = read_table(write(tmp_path, "a,b\r\n1,2\r\n", "utf-8-sig"), ("a", "b"))

    assert (row.size("a"), row.number("b")) == (1, 2.0)


@pytest.mark.parametrize("cell", ["0", "-1", "1.5", "x", "", "2147483648", "99999999999999", "٣"])
def test_size_out_of_range(tmp_path, cell):
    row = only_row(tmp_path, cell)
    with pytest.raises(SparsimError, match=rf"table\.csv:2: column 'a': expected a whole number from 1 to .*'{cell}'"):
        row.size("a")


@pytest.mark.parametrize("cell", ["nan", "inf", "-0.5", "1,5".replace(",", ";"), ""])
def test_number_that_is_none(tmp_path, cell):
    row = only_row(tmp_path, cell)
    with pytest.raises(
        SparsimError, match=rf"table\.csv:2: column 'a': expected a number, not negative, found '{cell}'"
    ):
        row.number("a")


def test_choice(tmp_path):
    row = only_row(tmp_path, "rs")
    with pytest.raises(SparsimError, match=r"table\.csv:2: column 'a': expected one of os, ws, is, found 'rs'"):
        row.choice("a", ("os", "ws", "is"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"table\.csv:1: expected columns a, found nothing"),
        ("b,c\n1,2\n", r"table\.csv:1: expected columns a, found b, c"),
        ("a,a\n1,2\n", r"table\.csv:1: column 'a' is named twice"),
        ("a,b\n1,2\n3\n", r"table\.csv:3: expected 2 cells, found 1"),
        ('a,b\n1,"2\n', r"table\.csv:2: is no CSV"),
    ],
)
def test_malformed_table(tmp_path, text, message):
    with pytest.raises(SparsimError, match=message):
        read_table(write(tmp_path, text), ("a",))


def test_not_text(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n\xff\xfe\n")
    with pytest.raises(SparsimError, match=r"table\.csv: is no UTF-8 text"):
        read_table(path, ("a",))


def test_folder_in_the_place_of_a_table(tmp_path):
    with pytest.raises(SparsimError, match="cannot be read: Is a directory"):
        read_table(tmp_path, ("a",))
