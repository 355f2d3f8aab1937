"""``import sparsim``: fast, light, and all that it promises."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import sparsim

HEAVY = ("numpy", "numba", "onnx", "matplotlib", "pydantic", "networkx", "rich", "pulp", "ruamel.yaml")


def test_importing_loads_nothing_heavy() -> None:
    program = f"import sys, sparsim; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_the_parser_loads_nothing_heavy() -> None:
    """So that ``sparsim --help`` is immediate."""
    program = (
        f"import sys, sparsim.cli as c; c.build_parser(); print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_importing_is_fast() -> None:
    """Under 0.5 s, the start of Python included; the best of three, since other work may run beside."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import sparsim"], check=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5


@pytest.mark.parametrize("name", sparsim.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    assert getattr(sparsim, name).__doc__
    assert name in dir(sparsim)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'sparsim' has no attribute 'simulator_of_everything'"):
        sparsim.simulator_of_everything  # noqa: B018


def test_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert sparsim.__version__ == version("sparsim")
