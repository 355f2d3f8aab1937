"""Files of arrays: what was saved comes back, and any damage is one error that names the file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from workloads.array_file import read_arrays
from workloads.errors import ConfigError

IS_NO_ARCHIVE = r"a.npz: expected a .npz file of arrays as numpy.savez writes it$"


def test_arrays_come_back_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.ones((2, 2)))
    found = read_arrays(tmp_path / "a.npz")
    assert found["x"].tolist() == [0, 1, 2]
    assert found["y"].shape == (2, 2)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_file_that_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ConfigError, match=IS_NO_ARCHIVE):
        read_arrays(tmp_path / "a.npz")


def test_one_array_alone_is_no_archive(tmp_path: Path) -> None:
    with (tmp_path / "a.npz").open("wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(ConfigError, match=IS_NO_ARCHIVE):
        read_arrays(tmp_path / "a.npz")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([{}], dtype=object))
    with pytest.raises(ConfigError, match=IS_NO_ARCHIVE):
        read_arrays(tmp_path / "a.npz")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a.npz: cannot be read: No such file or directory$"):
        read_arrays(tmp_path / "a.npz")
    with pytest.raises(ConfigError, match=r": cannot be read: Is a directory$"):
        read_arrays(tmp_path)


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("flipped", [0x01, 0x20, 0xFF])
def test_every_damaged_byte_is_an_error_or_harmless(tmp_path: Path, is_compressed: bool, flipped: int) -> None:
    """Each byte in turn; what still reads has the arrays' shapes, for the archive checks its contents."""
    path = tmp_path / "a.npz"
    masks = np.random.default_rng(0).integers(0, 2, (9, 7)).astype(np.int8)
    (np.savez_compressed if is_compressed else np.savez)(path, w=masks)
    whole = path.read_bytes()
    messages = []
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ flipped]) + whole[place + 1 :])
        try:
            found = read_arrays(path)
        except ConfigError as error:
            messages.append(str(error))
        else:
            assert all(np.array_equal(array, masks) for array in found.values())
    assert set(messages) == {f"{path}: expected a .npz file of arrays as numpy.savez writes it"}
    assert len(messages) > len(whole) // 2


def test_every_shortened_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, w=np.arange(20))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ConfigError, match=IS_NO_ARCHIVE):
            read_arrays(path)


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '|i1', 'fortran_order': False, 'shape': (9",
        b"(" * 117,
        b"{'descr': 3}",
        b"\xff" * 10,
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000), }",
    ],
)
def test_a_damaged_header_in_a_whole_archive(tmp_path: Path, header: bytes) -> None:
    """No checksum is wrong: numpy has to make sense of the header."""
    text = header.ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("w.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(63))
    with pytest.raises(ConfigError, match=IS_NO_ARCHIVE):
        read_arrays(tmp_path / "a.npz")
