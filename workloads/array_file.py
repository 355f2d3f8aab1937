"""Arrays read from a .npz file, whatever state it is in."""

from __future__ import annotations

import lzma
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from workloads.errors import ConfigError

_DAMAGE = (
    EOFError,
    KeyError,  # a member that the archive's list names and that is not there
    MemoryError,  # a header that claims a size beyond all memory
    NotImplementedError,  # a kind of compression or of encryption that zipfile does not have
    OSError,  # a seek to before the beginning; bz2 streams
    OverflowError,
    RuntimeError,  # a member that claims to be encrypted
    SyntaxError,
    TypeError,
    ValueError,  # and UnicodeDecodeError
    lzma.LZMAError,
    struct.error,
    tokenize.TokenError,  # numpy reads headers of old versions through the tokenizer
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy and zipfile raise on content that is no archive of arrays, found by damaging archives byte by byte."""


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays in a .npz file by name.

    Raises
    ------
    ConfigError
        When the file cannot be read, is damaged, or holds pickled objects; names it.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    with stream:
        try:
            found = _arrays(stream)
        except _DAMAGE:
            found = None
    if found is None:
        raise ConfigError(f"{path}: expected a .npz file of arrays as numpy.savez writes it")
    return found


def _arrays(stream: BinaryIO) -> dict[str, NDArray[Any]] | None:
    """The arrays of an archive; None for a single array."""
    archive = np.load(stream, allow_pickle=False)
    if not isinstance(archive, NpzFile):
        return None
    return {name: archive[name] for name in archive.files}
