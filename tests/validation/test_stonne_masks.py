"""The C library's numbers, and the masks that STONNE draws from them."""

from __future__ import annotations

import ctypes
import ctypes.util
from itertools import islice

import numpy as np
import pytest

from validation.stonne_masks import c_library_numbers, stationary_mask


def test_first_numbers():
    # what an unseeded program prints on any GNU system
    assert list(islice(c_library_numbers(), 3)) == [1804289383, 846930886, 1681692777]


def test_equals_the_library_here():
    name = ctypes.util.find_library("c")
    library = ctypes.CDLL(name) if name else None
    if library is None or not hasattr(library, "gnu_get_libc_version"):
        pytest.skip("no GNU C library")
    library.srand(1)

    assert [library.rand() for _ in range(2000)] == list(islice(c_library_numbers(), 2000))


def test_mask_by_hand():
    # 1804289383 % 100 = 83 > 50: not zero, and its value takes 846930886; 1681692777 % 100 = 77: not zero; after its
    # value 1714636915 comes 1957747793 % 100 = 93, its value 424238335, 719885386 % 100 = 86
    assert stationary_mask(1, 4, 50).tolist() == [[True, True, True, True]]
    assert stationary_mask(1, 3, 80).tolist() == [[True, False, False]]


def test_density_is_one_per_cent_less_than_asked_for():
    assert stationary_mask(200, 200, 75).mean() == pytest.approx(0.24, abs=0.01)
    assert stationary_mask(200, 200, 0).mean() == pytest.approx(0.99, abs=0.005)
    assert not stationary_mask(10, 10, 99).any()
    assert stationary_mask(3, 5, 0).dtype == np.bool_
