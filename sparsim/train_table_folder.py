"""What train-table writes into a folder: its JSON and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simulator.training.step_cost import TrainingStepCost
from sparsim.export import JsonObject, json_text
from sparsim.staging import staged_folder
from sparsim.train_sensitivity import Sensitivity
from sparsim.train_table import published_mean


def write_train_table(
    figures: JsonObject, costs: Sequence[TrainingStepCost], sensitivity: Sensitivity | None, folder: Path
) -> tuple[Path, ...]:
    """Write train_table.json, training_stages.png, training_speedup.png and, where there is a sensitivity, its picture.

    All files appear or none; their paths are returned.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from plots.save import missing_glyphs_as_boxes, save_figure
    from plots.training_speedup import training_speedup
    from plots.training_stages import training_stages

    with staged_folder(folder) as staging, missing_glyphs_as_boxes():
        (staging / "train_table.json").write_text(json_text(figures) + "\n", encoding="utf-8", newline="")
        save_figure(training_stages(costs), staging / "training_stages.png")
        save_figure(training_speedup(costs), staging / "training_speedup.png")
        if sensitivity is not None:
            _draw_sensitivity(sensitivity, costs, staging)
        names = sorted(path.name for path in staging.iterdir())
    return tuple(folder / name for name in names)


def _draw_sensitivity(sensitivity: Sensitivity, costs: Sequence[TrainingStepCost], folder: Path) -> None:
    from plots.save import save_figure
    from plots.training_sensitivity import SensitivityBar, training_sensitivity

    by_parameter = dict.fromkeys((row.point.parameter, row.point.usual) for row in sensitivity.rows)
    bars = [
        SensitivityBar(
            name=name,
            usual=usual,
            ends=tuple(
                (row.point.value, row.speedup_over_dense) for row in sensitivity.rows if row.point.parameter == name
            ),
        )
        for name, usual in by_parameter
    ]
    figure = training_sensitivity(
        bars,
        sensitivity.speedup_over_dense,
        title=f"{sensitivity.sparsity} training on {costs[0].accelerator}, one parameter moved at a time",
        published_speedup=published_mean(sensitivity.sparsity, costs),
    )
    save_figure(figure, folder / "training_sensitivity.png")
