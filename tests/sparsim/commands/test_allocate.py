"""``sparsim allocate``: what it writes, what it says, and its exit codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from mapper.allocate import Box
from tests.mapper.packing_oracle import check_places, cut_boxes
from tests.mapper.problem_without_places import BOXES, CAPACITY_BYTES
from tests.sparsim.running import Command, Fails, process

HEADER = "id,lower,upper,size\n"
THREE = HEADER + "input,0,2,4\nweights,0,3,2\noutput,1,3,3\n"
"""4 + 2 + 3 = 9 bytes at step 1."""


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A file with three buffers."""
    path = tmp_path / "buffers.csv"
    path.write_text(THREE)
    return path


def as_csv(boxes: list[Box]) -> str:
    return HEADER + "".join(f"b{number},{box.lower},{box.upper},{box.size}\n" for number, box in enumerate(boxes))


def offsets_in(text: str) -> list[int]:
    return [int(row["offset"]) for row in csv.DictReader(io.StringIO(text))]


def test_the_file_goes_to_standard_output_and_the_summary_beside_it(command: Command, three: Path) -> None:
    outcome = command("allocate", three, "--capacity", 9)
    assert outcome.code == 0
    assert outcome.out == "id,lower,upper,size,offset\ninput,0,2,4,0\nweights,0,3,2,7\noutput,1,3,3,4\n"
    assert outcome.err.startswith("placed 3 buffers in ")
    assert outcome.err.endswith("s: they take 9 of 9 bytes; greedy by size takes 9\n")


def test_the_file_goes_where_it_should(command: Command, three: Path) -> None:
    target = three.parent / "new" / "placed.csv"
    outcome = command("allocate", three, "--capacity", "1KiB", "--time-limit", 5, "--out", target)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("placed 3 buffers in ")
    assert "they take 9 of 1,024 bytes" in outcome.out
    assert offsets_in(target.read_text()) == [0, 7, 4]
    assert [path.name for path in target.parent.iterdir()] == ["placed.csv"]


def test_what_needs_a_search(command: Command, tmp_path: Path) -> None:
    boxes = cut_boxes(0, num_boxes=40, num_steps=60, capacity_bytes=512)
    (tmp_path / "full.csv").write_text(as_csv(boxes))
    outcome = command("allocate", tmp_path / "full.csv", "--capacity", "512 B", "--time-limit", 20)
    assert outcome.code == 0
    check_places(boxes, offsets_in(outcome.out), 512)
    # 588 / 512 - 1
    assert outcome.err.endswith("they take 512 of 512 bytes; greedy by size takes 588, 14.8% beyond the capacity\n")


def test_too_large_a_load_is_2_and_says_when_and_through_what(fails: Fails, three: Path) -> None:
    message = (
        f"error: {three}: impossible: the load at step 1 is 9 bytes, 2 more than the capacity of 7; "
        "too much already, but not without any one of them: input, weights, output\n"
    )
    fails(message, "allocate", three, "--capacity", 7, code=2)


def test_no_arrangement_is_2_and_says_of_what(fails: Fails, tmp_path: Path) -> None:
    path = tmp_path / "apart.csv"
    boxes = [Box(first, last + 1, size) for first, last, size in BOXES]
    path.write_text(as_csv([*boxes, Box(100, 101, 1)]))
    message = (
        f"error: {path}: impossible: the load never exceeds the capacity of 4 bytes, but no arrangement fits; "
        "these 7 buffers do not fit together, but do without any one of them: b0, b1, b2, b3, b5, b6, b7\n"
    )
    fails(message, "allocate", path, "--capacity", CAPACITY_BYTES, code=2)


def test_many_names_are_counted(fails: Fails, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(as_csv([Box(0, 1, 1)] * 30))
    fails("b23, b24 and 5 more\n", "allocate", path, "--capacity", 24, code=2)


def test_time_that_is_over_is_5(fails: Fails, tmp_path: Path) -> None:
    path = tmp_path / "hard.csv"
    path.write_text(as_csv(cut_boxes(1, num_boxes=300, num_steps=200, capacity_bytes=10**6)))
    target = tmp_path / "placed.csv"
    options = ("--capacity", "1MB", "--time-limit", 0.05, "--out", target)
    fails(
        "neither placed nor proven not to fit into 1,000,000 bytes; give it more time",
        "allocate",
        path,
        *options,
        code=5,
    )
    assert not target.exists()


def test_interrupted_is_130(command: Command, three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mapper.allocate.search_in_turns", interrupted)
    three.write_text(as_csv(cut_boxes(0, num_boxes=40, num_steps=60, capacity_bytes=512)))
    outcome = command("allocate", three, "--capacity", 512, "--out", three)
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "interrupted\n")
    assert "offset" not in three.read_text()


def test_a_file_may_be_written_onto_itself(command: Command, three: Path) -> None:
    for _ in range(2):
        assert command("allocate", three, "--capacity", 9, "--out", three).code == 0
        assert three.read_text() == "id,lower,upper,size,offset\ninput,0,2,4,0\nweights,0,3,2,7\noutput,1,3,3,4\n"


@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        ("0", "argument --capacity: expected more than zero, found '0'"),
        ("-1", "argument --capacity: expected more than zero, found '-1'"),
        ("512K B", "argument --capacity: expected a number with one of B, "),
        ("512 K", "argument --capacity: unknown unit 'K' in '512 K'"),
        ("much", "argument --capacity: expected a number with one of B, "),
        ("0.5", "argument --capacity: expected a whole number of B, found '0.5'"),
        ("1e30", "argument --capacity: expected at most 9007199254740992 B, found '1e30'"),
    ],
)
def test_capacities_that_cannot_be(fails: Fails, three: Path, capacity: str, message: str) -> None:
    fails(message, "allocate", three, f"--capacity={capacity}")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_time_limits_that_cannot_be(fails: Fails, three: Path, seconds: str) -> None:
    message = f"argument --time-limit: expected a number of seconds above 0, found '{seconds}'"
    fails(message, "allocate", three, "--capacity", 9, f"--time-limit={seconds}")


def test_a_capacity_is_needed(fails: Fails, three: Path) -> None:
    fails("the following arguments are required: --capacity", "allocate", three)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,lower,size\n", "line 1: expected columns id, lower, upper, size, found id, lower, size: no upper"),
        (HEADER + "a,0,1,-4\n", "line 2, column size: expected a whole number of at least 0, found '-4'"),
        (HEADER + "a,2,1,4\n", "line 2, column upper: expected a step after lower (2), found 1"),
        (
            HEADER + "a,0,1,4\na,1,2,4\n",
            "line 3, column id: expected an id of its own, found 'a', which line 2 has too",
        ),
        ("\x00\x01", "line 1: expected columns id, lower, upper, size, found "),
    ],
)
def test_files_that_cannot_be(fails: Fails, three: Path, text: str, message: str) -> None:
    three.write_text(text)
    fails(f"error: {three}, {message}", "allocate", three, "--capacity", 9)


def test_places_that_cannot_be_written(fails: Fails, three: Path) -> None:
    fails("expected a folder, found a file at", "allocate", three, "--capacity", 9, "--out", three / "placed.csv")
    (three.parent / "taken").mkdir()
    fails("found a folder at 'taken'", "allocate", three, "--capacity", 9, "--out", three.parent / "taken")
    fails("argument --out: expected the name of a file, found ''", "allocate", three, "--capacity", 9, "--out", "")


def test_in_a_process_of_its_own(three: Path) -> None:
    done = process("allocate", str(three), "--capacity", "9")
    assert done.returncode == 0
    assert offsets_in(done.stdout) == [0, 7, 4]
    assert process("allocate", str(three), "--capacity", "8").returncode == 2
