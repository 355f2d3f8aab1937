"""``sparsim plan --curve``."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sparsim.commands import plan
from workloads.errors import ConfigError


def _execute(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    plan.add_parser(parser.add_subparsers(dest="command"))
    options = parser.parse_args(["plan", "resnet9", *arguments])
    code: int = options.execute(options)
    return code


@pytest.mark.parametrize("flags", [(), ("--curve",)])
def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]) -> None:
    assert _execute("--scratchpad", "M_R", "--out", str(tmp_path / "out"), *flags) == 0
    found = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"memory_map.png", "live_bytes.png"} <= found
    assert ({"curve.csv", "curve.png"} <= found) == bool(flags)
    assert f"wrote {len(found)} files" in capsys.readouterr().err


def test_a_curve_of_a_network_that_does_not_fit(tmp_path: Path) -> None:
    """Below M_R there is no plan to draw, but the curve says what would do."""
    assert _execute("--scratchpad", "1KiB", "--out", str(tmp_path), "--curve") == 2
    found = {path.name for path in tmp_path.iterdir()}
    assert {"curve.csv", "curve.png"} <= found
    assert "memory_map.png" not in found


def test_a_curve_needs_a_folder() -> None:
    with pytest.raises(ConfigError) as caught:
        _execute("--scratchpad", "M_R", "--curve")
    assert str(caught.value) == "--curve: expected --out DIR for curve.png and curve.csv, found none"
