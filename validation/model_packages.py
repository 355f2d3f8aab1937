"""Fetching a package into a scratch folder with pip, without what it depends on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workloads.errors import SparsimError


def fetch_package(package: str, version: str, folder: Path) -> Path:
    """Return the folder that holds ``package``, fetched if it is not there yet.

    Raises
    ------
    SparsimError
        When pip cannot fetch it.
    """
    target = folder / f"{package}-{version}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
    finished = subprocess.run(
        [*command, "--upgrade", "--target", str(partial), f"{package}=={version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SparsimError(f"pip cannot fetch {package}=={version}: {reason}")
    partial.rename(target)
    return target
