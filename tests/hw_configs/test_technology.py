"""The technology schema and its messages."""

from pathlib import Path

import pytest

from hw_configs.load import load_technology
from workloads.errors import ConfigError

GOOD = """\
name: tiny
node_nm: 40
sram_node_nm: 45
add:
  int8: {energy_pj: 0.03, area_um2: 36, source: here}
multiply:
  int8: {energy_pj: 0.2, area_um2: 282, source: here}
register_energy_pj_per_bit: {value: 0.01, source: here}
register_area_um2_per_bit: {value: 5, source: here}
logic_leakage_mw_per_mm2: {value: 10, source: here}
"""


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(GOOD)
    technology = load_technology(path)
    assert technology.multiply["int8"].energy_pj == 0.2
    assert hash(technology) == hash(load_technology(str(path)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("node_nm: 40", "node_nm: big", "line 2: node_nm: expected a number from 1 to 1000, found 'big'"),
        ("sram_node_nm: 45", "sram_node_nm: 7", "line 3: sram_node_nm: expected a number from 22 to 65, found 7"),
        ("0.03", "-0.03", "line 5: add.int8.energy_pj: expected a number from 0 to 1000000000000, found -0.03"),
        ("0.03", ".nan", "line 5: add.int8.energy_pj: expected a number from 0 to 1000000000000, found nan"),
        ("0.03", "true", "line 5: add.int8.energy_pj: expected a number from 0 to 1000000000000, found True"),
        (", source: here}\nmul", "}\nmul", "line 5: add.int8.source: is missing, expected text"),
        (
            "  int8: {energy_pj: 0.03",
            "  int999: {energy_pj: 0.03",
            "line 5: add.int999: unknown element format 'int999'",
        ),
        (
            "  int8: {energy_pj: 0.03",
            "  float16: {energy_pj: 0.03",
            "line 5: add.float16: expected the format's short name 'fp16', found 'float16'",
        ),
        ("register_area", "register_aera", "line 9: register_aera_um2_per_bit: unknown field, did you mean"),
        (
            "{value: 10, source: here}",
            "10",
            "line 10: logic_leakage_mw_per_mm2: expected a mapping with value, source,",
        ),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "tiny.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_technology(path)
    assert f"tiny.yaml, {message}" in str(error.value)


def test_unknown_name() -> None:
    with pytest.raises(ConfigError, match=r"unknown technology '28': did you mean 28nm\?"):
        load_technology("28")
