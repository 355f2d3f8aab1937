"""What docs/accelerators.md shows is so."""

import re
from pathlib import Path

import pytest

from hw_configs.load import accelerator_rows, load_accelerator, load_technology
from workloads.errors import ConfigError

PAGE = (Path(__file__).parents[2] / "docs" / "accelerators.md").read_text(encoding="utf-8")
SHARED, SPLIT, TECHNOLOGY = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
MISTAKES = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)[0]


@pytest.mark.parametrize("text", [SHARED, SPLIT], ids=["shared", "split"])
def test_accelerators_load(text: str, tmp_path: Path) -> None:
    path = tmp_path / "my_npu.yaml"
    path.write_text(text)
    assert load_accelerator(path).name in ("my_npu", "my_split_npu")


def test_the_technology_loads(tmp_path: Path) -> None:
    path = tmp_path / "my_node.yaml"
    path.write_text(TECHNOLOGY)
    assert load_technology(path).name == "my_node"


def test_the_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = SHARED.replace("rows: 32", "rows: 0").replace("  port_bytes: 16 ", "  port_bytes: 16\n  capcity_bytes: 3 ")
    Path("my_npu.yaml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load_accelerator("my_npu.yaml")
    strip_line = re.compile(r"line \d+")
    assert strip_line.sub("", str(error.value)) == strip_line.sub("", MISTAKES.strip())


def test_the_list_of_shipped_ones() -> None:
    for row in accelerator_rows():
        shown = next(line for line in PAGE.splitlines() if line.startswith(f"| `{row.name}`"))
        for value in (
            row.array,
            row.clock,
            row.scratchpad,
            row.off_chip_bandwidth,
            row.technology.replace("nm", " nm"),
        ):
            assert value in shown
