"""What is written of a result: figures for programs, a report for people, plots."""

from __future__ import annotations

from pathlib import Path

from hw_configs.accelerator import Accelerator
from simulator.result import Result
from sparsim.export import json_text, result_as_csv, result_as_json, result_as_trace
from sparsim.staging import staged_folder

_REPORT_WIDTH = 120


def write_result(result: Result, folder: Path | str) -> tuple[Path, ...]:
    """Write result.json, operators.csv and trace.json into ``folder``, all or none; return their paths.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    with staged_folder(Path(folder)) as staging:
        names = _write_figures(result, staging)
    return tuple(Path(folder, name) for name in names)


def write_output_folder(result: Result, accelerator: Accelerator, folder: Path | str) -> tuple[Path, ...]:
    """Write what ``write_result`` does, report.txt and the plots into ``folder``, all or none; return their paths.

    Parameters
    ----------
    result : Result
    accelerator : Accelerator
        The one that ``result`` is of; the roofline shows its limits.
    folder : Path or str

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from hw_configs.load import show_accelerator
    from plots.save import save_all

    with staged_folder(Path(folder)) as staging:
        names = [*_write_figures(result, staging), "report.txt", "accelerator.yaml"]
        (staging / "accelerator.yaml").write_text(show_accelerator(accelerator), encoding="utf-8")
        (staging / "report.txt").write_text(_report(result), encoding="utf-8")
        names.extend(path.name for path in save_all(result, accelerator, staging))
    return tuple(Path(folder, name) for name in names)


def _write_figures(result: Result, folder: Path) -> list[str]:
    texts = {
        "result.json": json_text(result_as_json(result)) + "\n",
        "operators.csv": result_as_csv(result),
        "trace.json": json_text(result_as_trace(result)) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return list(texts)


def _report(result: Result) -> str:
    import io

    from rich.console import Console

    from sparsim.report import full_report

    text = io.StringIO()
    Console(file=text, width=_REPORT_WIDTH, color_system=None).print(full_report(result))
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
