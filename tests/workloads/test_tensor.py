import pytest

from workloads.errors import NetworkError
from workloads.formats import INT8, parse_format
from workloads.tensor import MAX_ELEMENTS, Tensor, TensorRole


def tensor(shape, format=INT8):
    return Tensor(name="t", shape=shape, format=format, role=TensorRole.ACTIVATION)


def test_sizes_of_packed_elements():
    """3 x 5 elements of 4 bits are 60 bits, 7.5 bytes, so 8."""
    packed = tensor((3, 5), parse_format("int4"))
    assert (packed.num_elements, packed.size_bits, packed.size_bytes) == (15, 60, 8)


def test_scalar_has_one_element():
    assert tensor(()).num_elements == 1


@pytest.mark.parametrize(("shape", "axis"), [((0, 3), 0), ((2, -1), 1)])
def test_dimension_below_one_names_tensor_and_axis(shape, axis):
    with pytest.raises(NetworkError, match=rf"tensor 't': dimension {axis} is {shape[axis]}, expected at least 1"):
        tensor(shape)


def test_product_of_dimensions_that_leaves_int64_is_refused():
    assert tensor((MAX_ELEMENTS,)).num_elements == 2**48
    with pytest.raises(NetworkError, match=r"has 4722366482869645213696 elements, more than the 281474976710656"):
        tensor((2**24, 2**24, 2**24))
