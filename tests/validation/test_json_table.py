"""Reference figures as JSON: rows by name, and every mistake with its file."""

from __future__ import annotations

import pytest

from validation.json_table import NAME_COLUMN, read_json_table
from workloads.errors import SparsimError


def write(tmp_path, text):
    path = tmp_path / "figures.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_by_name(tmp_path):
    path = write(tmp_path, '{"_note": "what it is", "L1": {"C": 3, "counts": [1, 2]}, "L2": {"C": 4, "counts": []}}')

    first, second = read_json_table(path, ("C", "counts"))

    assert (first.text(NAME_COLUMN), first.line, first.size("C"), first.text("counts")) == ("L1", 1, 3, "1 2")
    assert (second.text(NAME_COLUMN), second.line, second.is_empty("counts")) == ("L2", 2, True)
    with pytest.raises(SparsimError, match=r"figures\.json:2: column 'C': expected nothing, found '4'"):
        raise second.error("C", "nothing")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"figures\.json: is no JSON: Expecting property name"),
        ("[1]", r"figures\.json: expected an object of rows, found list"),
        ('{"L1": 3}', r"figures\.json: L1: expected an object, found int"),
        ('{"L1": {"D": 1}}', r"figures\.json: L1: expected C, found D"),
        ('{"L1": {}}', r"figures\.json: L1: expected C, found nothing"),
    ],
)
def test_malformed_file(tmp_path, text, message):
    with pytest.raises(SparsimError, match=message):
        read_json_table(write(tmp_path, text), ("C",))


def test_no_text(tmp_path):
    path = tmp_path / "figures.json"
    path.write_bytes(b"\xff{}")
    with pytest.raises(SparsimError, match=r"figures\.json: is no JSON"):
        read_json_table(path, ())


def test_folder_in_the_place_of_a_file(tmp_path):
    with pytest.raises(SparsimError, match="cannot be read: Is a directory"):
        read_json_table(tmp_path, ())
