"""minimalloc's CSV: what is read, what is kept, and each mistake by file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapper.allocate import Box
from mapper.allocation_file import csv_with_offsets, load_boxes
from workloads.errors import ConfigError

HEADER = "id,lower,upper,size\n"


@pytest.fixture
def write(tmp_path: Path):
    def to(content: str | bytes) -> Path:
        path = tmp_path / "buffers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to


def message_of(path: Path) -> str:
    """Return what is wrong with a file, without its name."""
    with pytest.raises(ConfigError) as caught:
        load_boxes(path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(str(path))


def test_columns_may_stand_in_any_order(write):
    table = load_boxes(write("size, id ,note,upper,lower,alignment\n4,b1,x,3,0,2\n\n 5 ,b2,,9,-3,1\n , , , , , \n"))
    assert table.names == ("b1", "b2")
    assert table.boxes == (Box(0, 3, 4, 2), Box(-3, 9, 5, 1))


def test_an_offset_is_added_and_all_else_kept(write):
    table = load_boxes(write('id,lower,upper,size,note\na,0,3,4,"x, y"\n b,1, 2,+5,\n'))
    assert csv_with_offsets(table, [5, 0]) == ('id,lower,upper,size,note,offset\na,0,3,4,"x, y",5\n b,1, 2,+5,,0\n')


def test_an_offset_that_is_there_is_replaced(write):
    table = load_boxes(write("id,offset,lower,upper,size\na,old,0,3,4\n"))
    assert csv_with_offsets(table, [7]) == "id,offset,lower,upper,size\na,7,0,3,4\n"


def test_what_is_written_can_be_read(write):
    first = load_boxes(write("id,lower,upper,size,alignment\nq,0,3,4,2\n"))
    again = load_boxes(write(csv_with_offsets(first, [2])))
    assert again.boxes == first.boxes
    assert csv_with_offsets(again, [2]) == csv_with_offsets(first, [2])


@pytest.mark.parametrize(
    "text", ["\ufeff" + HEADER + "a,0,1,4\n", HEADER.strip() + "\r\na,0,1,4\r\n", HEADER + "a,0,1,4"]
)
def test_byte_order_mark_and_line_ends(write, text):
    assert load_boxes(write(text)).boxes == (Box(0, 1, 4),)


def test_empty_gaps_are_no_gaps(write):
    assert load_boxes(write("id,lower,upper,size,gaps\na,0,1,4,\n")).boxes == (Box(0, 1, 4),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1: expected columns id, lower, upper, size, found nothing: no id, lower, upper, size"),
        ("\n\nid,upper\n", "line 3: expected columns id, lower, upper, size, found id, upper: no lower, size"),
        ("id,lower,upper,size,id\n", "line 1: expected each column once, found 'id' again"),
        (HEADER + "a,0,1\n", "line 2: expected 4 cells, found 3"),
        (HEADER + "a,0,1,2,3\n", "line 2: expected 4 cells, found 5"),
        (HEADER + 'a,0,1,"4\n', "line 2: is no CSV: unexpected end of data"),
    ],
)
def test_what_is_no_table(write, content, message):
    assert message_of(write(content)) == f", {message}"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("a,0,1,-4", "size", "a whole number of at least 0, found '-4'"),
        ("a,0,1,4.5", "size", "a whole number of at least 0, found '4.5'"),
        ("a,0,1,", "size", "a whole number of at least 0, found ''"),
        ("a,0,1,9007199254740993", "size", "at most 9007199254740992, found 9007199254740993"),
        ("a,0,1," + "9" * 30, "size", "a whole number of at least 0, found '999999999999999999999999999999'"),
        ("a,x,1,4", "lower", "a whole number, found 'x'"),
        ("a,-9007199254740993,1,4", "lower", "a whole number, found '-9007199254740993'"),
        ("a,0,1e3,4", "upper", "a whole number, found '1e3'"),
        ("a,0,\u0663,4", "upper", "a whole number, found '\u0663'"),
        ("a,3,3,4", "upper", "a step after lower (3), found 3"),
        ("a,4,3,4", "upper", "a step after lower (4), found 3"),
        (" ,0,1,4", "id", "a name, found an empty cell"),
    ],
)
def test_what_is_no_box(write, row, column, message):
    assert message_of(write(f"{HEADER}ok,0,1,4\n{row}\n")) == f", line 3, column {column}: expected {message}"


def test_an_id_stands_once(write):
    expected = ", line 5, column id: expected an id of its own, found 'a', which line 2 has too"
    assert message_of(write(HEADER + "a,0,1,4\n\nb,0,1,4\n a,2,3,4\n")) == expected


def test_columns_that_may_be_there(write):
    aligned = write("id,lower,upper,size,alignment\na,0,1,4,0\n")
    assert message_of(aligned) == ", line 2, column alignment: expected a whole number of at least 1, found '0'"
    with_gaps = write("id,lower,upper,size,gaps\na,0,1,4,2-3\n")
    assert message_of(with_gaps) == (
        ", line 2, column gaps: expected an empty cell, since boxes with gaps are not packed, found '2-3'"
    )


def test_files_without_boxes(write):
    assert message_of(write(HEADER)) == ": no box behind the header"
    assert message_of(write(b"\xff\xfe\x00id")) == ": is no text file in UTF-8"


def test_files_that_cannot_be_read(tmp_path):
    assert message_of(tmp_path / "none.csv") == ": cannot be read: No such file or directory"
    assert message_of(tmp_path) == ": cannot be read: Is a directory"
    assert message_of(Path("a\0b")) == ": is no text file in UTF-8"
