"""Masks from a file: read as they are, refused when they fit no weight."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from workloads.compression.masks.mask_file import masks_from_file
from workloads.errors import ConfigError
from workloads.formats import INT8
from workloads.tensor import Tensor, TensorRole

WEIGHTS = {"fc/w": Tensor(name="fc/w", shape=(2, 3), format=INT8, role=TensorRole.WEIGHT)}


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int64])
def test_reads_booleans_and_numbers(tmp_path: Path, dtype: type) -> None:
    mask = np.array([[1, 0, 1], [0, 0, 1]], dtype=dtype)
    np.savez(tmp_path / "m.npz", **{"fc/w": mask})
    found = masks_from_file(tmp_path / "m.npz", WEIGHTS)
    assert list(found) == ["fc/w"]
    assert found["fc/w"].dtype == np.bool_
    assert np.array_equal(found["fc/w"], mask.astype(bool))


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("fc/w", np.ones((3, 2), dtype=bool), "mask 'fc/w' has shape [3, 2], expected [2, 3]"),
        ("fc/v", np.ones((2, 3), dtype=bool), "mask 'fc/v' is for no weight of the network; did you mean 'fc/w'?"),
        ("fc/w", np.full((2, 3), 2), "mask 'fc/w' holds other numbers than 0 and 1"),
        ("fc/w", np.ones((2, 3)), "mask 'fc/w' holds float64, expected booleans or whole numbers 0 and 1"),
    ],
)
def test_masks_that_do_not_fit(tmp_path: Path, name: str, values: np.ndarray, message: str) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, **{name: values})
    with pytest.raises(ConfigError, match=f"^{re.escape(f'{path}: {message}')}$"):
        masks_from_file(path, WEIGHTS)


def test_files_that_are_no_masks(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.npz: cannot be read: No such file or directory$"):
        masks_from_file(tmp_path / "none.npz", WEIGHTS)
    (tmp_path / "text.npz").write_text("masks")
    with pytest.raises(ConfigError, match=r"text\.npz: expected a \.npz file of arrays as numpy\.savez writes it$"):
        masks_from_file(tmp_path / "text.npz", WEIGHTS)
    np.savez(tmp_path / "whole.npz", **{"fc/w": np.ones((2, 3), dtype=bool)})
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:100])
    with pytest.raises(ConfigError, match=r"cut\.npz: expected a \.npz file of arrays as numpy\.savez writes it$"):
        masks_from_file(tmp_path / "cut.npz", WEIGHTS)
    np.savez(tmp_path / "objects.npz", **{"fc/w": np.array([None])}, allow_pickle=True)
    with pytest.raises(ConfigError, match=r"objects\.npz: expected a \.npz file of arrays as numpy\.savez writes it$"):
        masks_from_file(tmp_path / "objects.npz", WEIGHTS)
    np.savez(tmp_path / "empty.npz")
    with pytest.raises(ConfigError, match=r"empty\.npz: expected at least one mask, found none$"):
        masks_from_file(tmp_path / "empty.npz", WEIGHTS)
    with (tmp_path / "single.npz").open("wb") as file:
        np.save(file, np.ones((2, 3), dtype=bool))
    with pytest.raises(ConfigError, match=r"single\.npz: expected a \.npz file of arrays as numpy\.savez writes it$"):
        masks_from_file(tmp_path / "single.npz", WEIGHTS)
