import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from workloads.errors import NetworkError
from workloads.onnx_import.stored_arrays import embed_external_data, stored_array, stored_sparse_array

FLOATS = np.arange(6, dtype=np.float32).reshape(2, 3)


def external(folder, array, *, written=None, **entries):
    """A tensor whose data is in a file; ``written`` bytes of it are there."""
    tensor = numpy_helper.from_array(array, "w")
    raw = tensor.raw_data
    (folder / "data.bin").write_bytes(raw[:written])
    set_external_data(tensor, location="data.bin", **entries)
    tensor.ClearField("raw_data")
    return tensor


@given(
    array=hnp.arrays(
        st.sampled_from([np.float32, np.float16, np.float64, np.int8, np.uint8, np.int32, ml_dtypes.bfloat16]),
        hnp.array_shapes(min_dims=0, max_dims=3, max_side=4),
        elements=st.integers(0, 100),
    )
)
def test_a_tensor_comes_back_as_it_was(array, tmp_path_factory):
    found = stored_array(numpy_helper.from_array(array, "w"), "w", tmp_path_factory.getbasetemp())
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found.astype(np.float64), array.astype(np.float64))


def test_int4_is_unpacked(tmp_path):
    tensor = helper.make_tensor("w", TensorProto.INT4, [3], np.array([1, -8, 7], np.int8))
    assert stored_array(tensor, "w", tmp_path).astype(int).tolist() == [1, -8, 7]


def test_data_that_does_not_fit_its_shape(tmp_path):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 3], float_data=[1.0, 2.0])
    with pytest.raises(NetworkError, match=r"initialiser 'w': its data does not fit shape \[2, 3\]"):
        stored_array(tensor, "w", tmp_path)


@pytest.mark.parametrize("entries", [{}, {"length": 24}, {"offset": 0, "length": 24}])
def test_external_data(tmp_path, entries):
    np.testing.assert_array_equal(stored_array(external(tmp_path, FLOATS, **entries), "w", tmp_path), FLOATS)


def test_external_data_at_an_offset(tmp_path):
    """Twelve bytes further there are the last three of six numbers."""
    tensor = external(tmp_path, FLOATS, offset=12)
    tensor.dims[:] = [3]
    assert stored_array(tensor, "w", tmp_path).tolist() == [3.0, 4.0, 5.0]


def test_a_missing_file_is_no_content_but_cannot_be_embedded(tmp_path):
    tensor = external(tmp_path, FLOATS)
    (tmp_path / "data.bin").unlink()
    assert stored_array(tensor, "w", tmp_path) is None
    with pytest.raises(NetworkError, match=r"initialiser 'w': external data file 'data.bin' is missing"):
        embed_external_data(tensor, "w", tmp_path)


def test_a_truncated_file_names_tensor_file_and_lengths(tmp_path):
    tensor = external(tmp_path, FLOATS, written=20)
    expected = (
        r"initialiser 'w': external data file 'data.bin' is truncated: holds 20 bytes from offset 0, "
        r"expected 24 for shape \[2, 3\]"
    )
    with pytest.raises(NetworkError, match=expected):
        stored_array(tensor, "w", tmp_path)
    with pytest.raises(NetworkError, match=expected):
        embed_external_data(tensor, "w", tmp_path)


def test_a_length_that_contradicts_the_shape(tmp_path):
    with pytest.raises(NetworkError, match=r"'w': external data of 20 bytes, expected 24 for shape \[2, 3\]"):
        stored_array(external(tmp_path, FLOATS, length=20), "w", tmp_path)


def test_an_offset_that_is_no_number(tmp_path):
    tensor = external(tmp_path, FLOATS, offset=1)
    next(entry for entry in tensor.external_data if entry.key == "offset").value = "-1"
    with pytest.raises(NetworkError, match=r"at offset '-1' of length '24': expected two integers"):
        stored_array(tensor, "w", tmp_path)


def test_embedded_data_is_in_the_tensor(tmp_path):
    tensor = external(tmp_path, FLOATS)
    embed_external_data(tensor, "w", tmp_path)
    (tmp_path / "data.bin").unlink()
    np.testing.assert_array_equal(numpy_helper.to_array(tensor), FLOATS)


def sparse(values, indices, shape):
    return helper.make_sparse_tensor(
        numpy_helper.from_array(np.array(values, np.float32), "w"),
        numpy_helper.from_array(np.array(indices, np.int64), "i"),
        shape,
    )


@pytest.mark.parametrize("indices", [[1, 5], [[0, 1], [1, 2]]])
def test_a_sparse_initialiser_gets_its_zeros(tmp_path, indices):
    """Element 5 of shape (2, 3) is the one in row 1, column 2."""
    found = stored_sparse_array(sparse([7.0, 9.0], indices, [2, 3]), tmp_path)
    assert found.tolist() == [[0, 7, 0], [0, 0, 9]]


@pytest.mark.parametrize("indices", [[1, 6], [-1, 0], [[0, 3], [0, 0]], [0, 1, 2]])
def test_sparse_indices_outside_the_shape(tmp_path, indices):
    with pytest.raises(NetworkError, match=r"sparse initialiser 'w': indices of .* do not all lie in shape \[2, 3\]"):
        stored_sparse_array(sparse([7.0, 9.0], indices, [2, 3]), tmp_path)
