import numpy as np
import pytest

from workloads.activations.samples import read_arrays, split_samples
from workloads.errors import NetworkError


def test_arrays_come_back_by_name(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.ones((2, 2)))
    found = read_arrays(tmp_path / "a.npz")
    assert found["x"].tolist() == [0, 1, 2]
    assert found["y"].shape == (2, 2)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_file_that_is_no_archive(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=r"a.npz: expected a .npz file of arrays as numpy.savez writes it"):
        read_arrays(path)


def test_a_damaged_archive(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.arange(1000))
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=r"a.npz: expected a .npz file of arrays"):
        read_arrays(path)


def test_one_array_alone_is_no_archive(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(3))
    with pytest.raises(NetworkError, match=r"a.npy: expected a .npz file"):
        read_arrays(tmp_path / "a.npy")


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}], dtype=object))
    with pytest.raises(NetworkError, match=r"a.npz: expected a .npz file of arrays"):
        read_arrays(tmp_path / "a.npz")


def test_a_missing_file(tmp_path):
    with pytest.raises(NetworkError, match=r"a.npz: cannot be read: No such file or directory"):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("found", "shape", "num_samples"),
    [((2, 3), (2, 3), 1), ((5, 2, 3), (2, 3), 5), ((6, 3), (2, 3), 3), ((), (), 1), ((4,), (), 4), ((1,), (1,), 1)],
)
def test_one_sample_or_several(found, shape, num_samples):
    array = np.arange(np.prod(found, dtype=int)).reshape(found)
    split = split_samples(array, shape, "array")
    assert split.shape == (num_samples, *shape)
    assert split.ravel().tolist() == array.ravel().tolist()


@pytest.mark.parametrize("found", [(3, 2), (5, 3), (2, 4), (2, 3, 1), (0, 2, 3), ()])
def test_another_shape(found):
    with pytest.raises(NetworkError, match=r"mask 'm' has shape \[.*\], expected \[2, 3\], or several of these along"):
        split_samples(np.zeros(found), (2, 3), "mask 'm'")
