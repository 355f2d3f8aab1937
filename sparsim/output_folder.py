"""Everything that ``--out`` writes: figures for programs, a report for people, plots."""

from __future__ import annotations

import io
from pathlib import Path

from plots.save import save_all
from rich.console import Console

from hw_configs.accelerator import Accelerator
from simulator.result import Result
from sparsim.export import write_result, write_text
from sparsim.report import full_report

_REPORT_WIDTH = 120


def write_output_folder(result: Result, accelerator: Accelerator, folder: Path) -> tuple[Path, ...]:
    """Write result.json, operators.csv, trace.json, report.txt and the plots into ``folder``; return their paths.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written.
    """
    written = write_result(result, folder)
    text = io.StringIO()
    Console(file=text, width=_REPORT_WIDTH).print(full_report(result))
    write_text(folder / "report.txt", text.getvalue())
    return (*written, folder / "report.txt", *save_all(result, accelerator, folder))
