import numpy as np
import pytest

from workloads.activations import densities_from_file
from workloads.errors import ConfigError, NetworkError

WRITTEN = {
    "d.json": '{"r": 0.25, "p": 1}',
    "d.yaml": "r: 0.25\np: 1\n",
    "d.yml": "{r: 0.25, p: 1.0}",
    "d.csv": "tensor,density_fraction\nr,0.25\np,1\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_numbers_by_name(tmp_path, network, name):
    (tmp_path / name).write_text(WRITTEN[name])
    assert densities_from_file(tmp_path / name, network) == {"r": 0.25, "p": 1.0}


def test_a_name_with_a_comma_is_quoted_in_csv(tmp_path, network):
    (tmp_path / "d.csv").write_text('tensor,density_fraction\n"a,b",0.5\n')
    assert densities_from_file(tmp_path / "d.csv", network) == {"a,b": 0.5}


def test_masks_are_counted_over_all_samples(tmp_path, network):
    """r has 64 elements a sample: 16 of them in one, none in the other. p has 8, 2 of which are not zero."""
    masks = np.zeros((2, 1, 4, 4, 4), bool)
    masks[0, 0, 1] = True
    np.savez(tmp_path / "d.npz", r=masks, p=np.array([[0, 0, 0, -0.5, 0, 0, 3, 0]]))
    assert densities_from_file(tmp_path / "d.npz", network) == {"r": 16 / 128, "p": 2 / 8}


def test_a_mask_of_another_shape(tmp_path, network):
    np.savez(tmp_path / "d.npz", r=np.ones((1, 4, 4, 5)))
    expected = r"d.npz: mask 'r' has shape \[1, 4, 4, 5\], expected \[1, 4, 4, 4\]"
    with pytest.raises(NetworkError, match=expected):
        densities_from_file(tmp_path / "d.npz", network)


def test_a_mask_of_no_tensor(tmp_path, network):
    np.savez(tmp_path / "d.npz", rr=np.ones((1, 4, 4, 4)))
    with pytest.raises(NetworkError, match=r"d.npz: mask 'rr': network 'm' has no tensor of that name; nearest: 'r'"):
        densities_from_file(tmp_path / "d.npz", network)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("d.txt", "r 0.5", r"d.txt: expected a file of densities that ends in .json, .yaml, .csv or .npz"),
        ("d.json", "{", r"d.json, line 1: not JSON: "),
        ("d.json", '{"r": 0.5,\n "r": 0.6}', r"d.json: tensor 'r' stands twice"),
        ("d.json", "[0.5]", r"d.json: expected tensor names, each with a density, found list"),
        ("d.json", '{"r": true}', r"d.json: tensor 'r': expected a density in \[0, 1\], found True"),
        (
            "d.json",
            '{"r": {"density": 1}}',
            r"d.json: tensor 'r': expected a density in \[0, 1\], found {'density': 1}",
        ),
        ("d.yaml", "r: 0.5\np: [\n", r"d.yaml, line \d: not YAML: "),
        ("d.yaml", "r: 0.5\nr: 0.6\n", r"d.yaml, line 2: not YAML: found duplicate key"),
        ("d.yaml", "", r"d.yaml: expected tensor names, each with a density, found NoneType"),
        ("d.yaml", "r: half\n", r"d.yaml: tensor 'r': expected a density in \[0, 1\], found 'half'"),
        ("d.csv", "", r"d.csv, line 1: columns '', expected 'tensor,density_fraction'"),
        ("d.csv", "name,density\nr,1\n", r"d.csv, line 1: columns 'name,density', expected 'tensor,density_fraction'"),
        ("d.csv", "tensor,density_fraction\nr\n", r"d.csv, line 2: 1 fields, expected 2"),
        ("d.csv", "tensor,density_fraction\nr,half\n", r"d.csv, line 2: tensor 'r': expected .*, found 'half'"),
        ("d.csv", "tensor,density_fraction\nr,0\nr,1\n", r"d.csv: tensor 'r' stands twice"),
    ],
)
def test_files_that_hold_something_else(tmp_path, network, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=message):
        densities_from_file(tmp_path / name, network)


def test_files_that_cannot_be_read(tmp_path, network):
    with pytest.raises(ConfigError, match=r"d.json: cannot be read: No such file or directory"):
        densities_from_file(tmp_path / "d.json", network)
    (tmp_path / "d.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"d.json: expected text in UTF-8"):
        densities_from_file(tmp_path / "d.json", network)
