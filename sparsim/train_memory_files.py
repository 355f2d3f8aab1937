"""What is written of a table of training memory: figures for programs, a report for people, a picture."""

from __future__ import annotations

from pathlib import Path

from sparsim.export import json_text
from sparsim.staging import staged_folder
from sparsim.train_memory_api import TrainingMemoryTable
from sparsim.train_memory_report import memory_as_csv, memory_as_json, memory_lines, memory_table, memory_title

_NAMES = ("training_memory.json", "training_memory.csv", "report.txt", "training_memory.png")


def write_training_memory(table: TrainingMemoryTable, folder: Path | str) -> tuple[Path, ...]:
    """Write JSON, CSV, report and picture of ``table`` into ``folder``, all or none; return their paths.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from plots.save import missing_glyphs_as_boxes, save_figure
    from plots.training_memory import training_memory_figure
    from sparsim.plan_text import plain_text

    texts = (
        json_text(memory_as_json(table)) + "\n",
        memory_as_csv(table),
        plain_text(memory_title(table), memory_table(table), *memory_lines(table)),
    )
    with staged_folder(Path(folder)) as staging:
        for name, text in zip(_NAMES, texts, strict=False):
            (staging / name).write_text(text, encoding="utf-8", newline="")
        with missing_glyphs_as_boxes():
            figure = training_memory_figure(
                [(row.scheme, row.memory) for row in table.rows],
                title=f"{table.network}, training step, {table.training.optimiser}, batch {table.batch}",
                budget_bytes=table.budget_bytes,
            )
        save_figure(figure, staging / _NAMES[-1])
    return tuple(Path(folder, name) for name in _NAMES)
