"""What is written of a planning: figures for programs, a report for people, pictures."""

from __future__ import annotations

from pathlib import Path

from sparsim.export import json_text
from sparsim.plan_api import NetworkPlanning
from sparsim.plan_export import planning_as_json
from sparsim.staging import staged_folder

_REPORT_WIDTH = 120


def write_planning(planning: NetworkPlanning, folder: Path | str) -> tuple[Path, ...]:
    """Write plan.json, report.txt and, where there is a plan, its pictures into ``folder``, all or none.

    Returns
    -------
    tuple of Path

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from sparsim.plan_pictures import draw_planning
    from sparsim.plan_report import planning_report
    from sparsim.plan_text import plain_text

    report = plain_text(planning_report(planning), width=_REPORT_WIDTH)
    with staged_folder(Path(folder)) as staging:
        texts = {"plan.json": json_text(planning_as_json(planning)) + "\n", "report.txt": report}
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8", newline="")
        pictures = draw_planning(planning.answer, staging)
    return tuple(Path(folder, name) for name in (*texts, *(picture.name for picture in pictures)))
