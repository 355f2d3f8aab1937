import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.storage.arrangement import arrangement_of, as_matrix, padded, rows_and_cols


def test_rows_are_groups_and_filters_and_columns_are_taps_and_channels():
    assert arrangement_of((6, 8)) == (1, 6, 1, 8)
    assert rows_and_cols((2, 3, 9, 16)) == (6, 144)
    assert as_matrix(np.arange(24).reshape(2, 1, 3, 4)).tolist() == [list(range(12)), list(range(12, 24))]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (1, 2, 3, 4, 5), (0, 3), (1, 2, 0, 4)])
def test_shape_that_is_no_arrangement(shape):
    with pytest.raises(NetworkError) as found:
        arrangement_of(shape)
    assert str(found.value) == (
        "stored array: expected (rows, cols) or (groups, filters, taps, channels), none of them 0, "
        f"found shape {list(shape)}"
    )


def test_padding_is_at_the_end_and_only_as_much_as_is_missing():
    assert padded(np.ones((2, 3)), 1, 4).tolist() == [[1, 1, 1, 0]] * 2
    assert padded(np.ones((2, 4)), 1, 4).shape == (2, 4)
