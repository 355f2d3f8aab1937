"""Files that appear together or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workloads.errors import ConfigError


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder; what is written there moves to ``folder`` when the block ends without an exception.

    Otherwise nothing is left behind, not even ``folder`` if it was not there before. Files of the same names are
    replaced.

    Raises
    ------
    ConfigError
        When ``folder`` cannot be made or written, or has a folder where a file should go; names the path.
    """
    made: list[Path] = []
    try:
        with _errors_named(folder):
            _make(folder, made)
            staging = Path(tempfile.mkdtemp(dir=folder, prefix=".sparsim-"))
        try:
            with _errors_named(folder):
                yield staging
                _move(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except BaseException:
        _remove(made)
        raise


def check_writable(folder: Path) -> None:
    """Raise ``ConfigError`` when files could not be written to ``folder``; leave everything as it was."""
    made: list[Path] = []
    try:
        with _errors_named(folder):
            _make(folder, made)
            tempfile.TemporaryFile(dir=folder).close()
    finally:
        _remove(made)


@contextmanager
def _errors_named(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"output folder {str(folder)!r}: cannot be written: {error.strerror or error}") from None


def _make(folder: Path, made: list[Path]) -> None:
    """Make ``folder`` and its parents; append to ``made``, outermost first, those that were not there."""
    if "\0" in str(folder):
        raise ConfigError(f"output folder {str(folder)!r}: a name cannot hold a NUL")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    blocked = next((path for path in (folder, *folder.parents) if path.exists() and not path.is_dir()), None)
    if blocked is not None:
        raise ConfigError(f"output folder {str(folder)!r}: expected a folder, found a file at {str(blocked)!r}")
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        made.append(path)


def _move(staging: Path, folder: Path) -> None:
    files = sorted(staging.iterdir())
    for file in files:
        if (folder / file.name).is_dir():
            raise ConfigError(f"output folder {str(folder)!r}: expected a file, found a folder at {file.name!r}")
    for file in files:
        os.replace(file, folder / file.name)


def _remove(made: list[Path]) -> None:
    """Remove the folders of ``made`` that are empty."""
    for path in reversed(made):
        try:
            path.rmdir()
        except OSError:  # another process has put something there: it stays
            return
