import numpy as np
import pytest

from workloads.activations.samples import split_samples
from workloads.errors import NetworkError


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
