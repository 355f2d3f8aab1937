"""A table of results as a CSV or Parquet file."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.extra import needs_extra
from sweeps.read_results import Table
from workloads.errors import ConfigError

if TYPE_CHECKING:
    import pandas
    import pyarrow

SUFFIXES = (".csv", ".parquet")


def arrow_table(table: Table) -> pyarrow.Table:
    """Return ``table`` as an Arrow table; a column of numbers and texts becomes one of texts.

    Raises
    ------
    ConfigError
        When pyarrow is not installed.
    """
    with needs_extra("Arrow tables and Parquet files"):
        import pyarrow
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    return pyarrow.table({name: _column(values) for name, values in zip(table.columns, columns, strict=True)})


def _column(values: tuple[object, ...]) -> pyarrow.Array:
    import pyarrow

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or len(kinds) <= 1:
        wanted = [float(str(value)) if kinds == {int, float} and value is not None else value for value in values]
        return pyarrow.array(wanted)
    return pyarrow.array([None if value is None else str(value) for value in values])


def pandas_table(table: Table) -> pandas.DataFrame:
    """Return ``table`` as a pandas frame.

    Raises
    ------
    ConfigError
        When pandas is not installed.
    """
    with needs_extra("pandas tables"):
        import pandas
    return pandas.DataFrame.from_records(list(table.rows), columns=list(table.columns))


def write_table(table: Table, path: Path) -> None:
    """Write ``table`` as the suffix of ``path`` says; the file appears when it is whole.

    Raises
    ------
    ConfigError
        For another suffix, or a path that cannot be written to.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"output file {str(path)!r}: expected a name that ends in {' or '.join(SUFFIXES)}")
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.suffix.lower() == ".parquet":
            arrow = arrow_table(table)
            from pyarrow import parquet

            parquet.write_table(arrow, partial)
        else:
            with partial.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(table.columns)
                writer.writerows(table.rows)
        os.replace(partial, path)
    except OSError as error:
        raise ConfigError(f"output file {str(path)!r} cannot be written: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
