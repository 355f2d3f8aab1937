"""Which model gave an answer: the version of Sparsim and a digest of the sources that decide it."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

MODEL_PACKAGES = ("workloads", "hw_configs", "simulator", "mapper")
_SUFFIXES = (".py", ".yaml", ".csv")
_APART = ("hw_configs/accelerators/",)
"""Accelerators belong to a point, not to the model."""


@lru_cache(maxsize=8)
def model_version(modules: tuple[str, ...] = ()) -> str:
    """Return ``VERSION+DIGEST``: equal where the same point has the same answer. Computed once a process.

    Parameters
    ----------
    modules : tuple of str
        Dotted names of further modules that take part in an answer, beside the packages of the model.
    """
    digest = hashlib.sha256()
    for package in MODEL_PACKAGES:
        root = _location(package).parent
        for path in sorted(root.rglob("*")):
            name = f"{package}/{path.relative_to(root).as_posix()}"
            if path.suffix in _SUFFIXES and not name.startswith(_APART):
                _add(digest, name, path)
    for module in modules:
        _add(digest, module, _location(module))
    return f"{version('sparsim')}+{digest.hexdigest()[:12]}"


def _location(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    assert spec is not None, f"{module} is part of Sparsim"
    assert spec.origin is not None, f"{module} has a file"
    return Path(spec.origin)


def _add(digest: hashlib._Hash, name: str, path: Path) -> None:
    content = path.read_bytes()
    digest.update(f"{name}\0{len(content)}\0".encode())
    digest.update(content)
