"""Memory and spills of training steps as tables, JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from mapper.certificate import Verdict
from mapper.plan_tensors import TensorPlanning
from sparsim import __version__
from sparsim.export import JsonObject
from sparsim.plan_table_report import baseline_heading
from sparsim.train_memory_api import SchemeMemory, TrainingMemoryTable
from sparsim.train_spills import SpillRow
from sparsim.wording import printable

_NUMBER_COLUMNS = ("parameters", "trained", "gradients", "states", "saved", "peak", "least", "in place")


def memory_title(table: TrainingMemoryTable) -> str:
    """Return which steps the table is about."""
    training = table.training
    how = f"{training.optimiser}, {training.loss.replace('_', '-')}, batch {table.batch}"
    at_once = ", updates at once" if training.immediately else ""
    return printable(f"{table.network}: memory of a training step, {how}{at_once}; bytes")


def memory_table(table: TrainingMemoryTable) -> Table:
    """Return a line a scheme."""
    found = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    found.add_column("scheme", no_wrap=True)
    for heading in _NUMBER_COLUMNS:
        found.add_column(heading, justify="right", no_wrap=True)
    if table.budget_bytes is not None:
        found.add_column(f"in {table.budget_bytes:,}", no_wrap=True)
    for row in table.rows:
        memory = row.memory
        figures = (
            memory.parameter_bytes,
            memory.parameter_bytes - memory.frozen_parameter_bytes,
            memory.gradient_bytes,
            memory.optimiser_bytes,
            memory.saved_activation_bytes,
            memory.writable_peak_bytes,
            row.least_peak_bytes,
            row.in_place_peak_bytes,
        )
        verdict = () if table.budget_bytes is None else ("yes" if table.suffices(row) else "no",)
        found.add_row(row.scheme, *(f"{figure:,}" for figure in figures), *verdict)
    return found


def memory_lines(table: TrainingMemoryTable) -> tuple[Text, ...]:
    """Return what the columns are, formats by scheme, and what is spilled at the budget."""
    lines = [
        "peak: trained parameters, states and what comes and goes, in the order of the graph; least: in the best order;"
        " in place: as peak, element-wise operators write over what they read",
        *_format_lines(table.rows),
        *(line for row in table.rows if (line := _spill_line(row, table)) is not None),
        *(f"note: {note}" for note in table.notes),
    ]
    return tuple(Text(printable(line), style="dim") for line in lines)


def _format_lines(rows: Sequence[SchemeMemory]) -> list[str]:
    """Return a line for schemes of the same formats, which says whose they are where there are several."""
    schemes: dict[str, list[str]] = {}
    for row in rows:
        schemes.setdefault(row.formats, []).append(row.scheme)
    if len(schemes) == 1:
        return [f"formats: {formats}" for formats in schemes]
    return [f"formats of {', '.join(names)}: {formats}" for formats, names in schemes.items()]


def _spill_line(row: SchemeMemory, table: TrainingMemoryTable) -> str | None:
    if table.budget_bytes is None or table.suffices(row):
        return None
    answer = row.spills
    if answer is None:
        return f"{row.scheme}: the trained parts of parameters alone take the budget"
    moved = answer.certificate.objective_bytes
    if moved is None:
        return f"{row.scheme}: no plan in {answer.capacity_bytes:,}, {_why_none(answer)}"
    return (
        f"{row.scheme}: {moved:,} bytes spilled in {answer.capacity_bytes:,}, at least "
        f"{answer.any_order_bound_bytes:,} (gap {answer.gap_fraction:.1%})"
    )


def memory_as_json(table: TrainingMemoryTable) -> JsonObject:
    """Return every figure under the names of docs/training.md; null where there is none."""
    return {
        "network": table.network,
        "sparsim_version": __version__,
        "optimiser": table.training.optimiser,
        "loss": table.training.loss,
        "batch": table.batch,
        "updates_at_once": table.training.immediately,
        "frozen": list(table.training.frozen),
        "checkpoints": list(table.training.checkpoints),
        "budget_bytes": table.budget_bytes,
        "schemes": [_row_as_json(row, table) for row in table.rows],
        "notes": list(table.notes),
    }


def _row_as_json(row: SchemeMemory, table: TrainingMemoryTable) -> JsonObject:
    memory = row.memory
    return {
        "scheme": row.scheme,
        "formats": row.formats,
        **asdict(memory),
        "resident_bytes": memory.resident_bytes,
        "peak_bytes": memory.peak_bytes,
        "writable_peak_bytes": memory.writable_peak_bytes,
        "least_peak_bytes": row.least_peak_bytes,
        "is_least_peak_proven": row.least.is_proven,
        "in_place_peak_bytes": row.in_place_peak_bytes,
        "suffices": table.suffices(row),
        "spills": None if row.spills is None else _plan_as_json(row.spills),
    }


def _plan_as_json(answer: TensorPlanning) -> JsonObject:
    certificate = answer.certificate
    return {
        "capacity_bytes": answer.capacity_bytes,
        "verdict": str(certificate.verdict),
        "reason": certificate.reason or None,
        "objective_bytes": certificate.objective_bytes,
        "lower_bound_bytes": answer.any_order_bound_bytes,
        "gap_fraction": answer.gap_fraction,
        "compulsory_bytes": answer.problem.compulsory_bytes,
        "m_r_bytes": answer.budgets.m_r_bytes,
        "m_p_bytes": answer.budgets.m_p_bytes,
        "baselines": dict(answer.baselines),
        "seconds": certificate.seconds,
    }


def memory_as_csv(table: TrainingMemoryTable) -> str:
    """Return a line a scheme, under the keys of ``memory_as_json``; plans are left to that."""
    rows = [{key: value for key, value in _row_as_json(row, table).items() if key != "spills"} for row in table.rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def spill_table(rows: Sequence[SpillRow]) -> Table:
    """Return a line a scratchpad: bytes beyond the compulsory ones of baselines and plan, bound, gap, seconds."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    names = list(rows[0].answer.baselines) if rows else []
    for heading in ("scratchpad", *map(baseline_heading, names), "ours", "bound", "gap", "s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in rows:
        answer, certificate = row.answer, row.answer.certificate
        table.add_row(
            f"{row.capacity_bytes:,}",
            *(_bytes(moved) for moved in answer.baselines.values()),
            _bytes(certificate.objective_bytes),
            f"{answer.any_order_bound_bytes:,}",
            "-" if answer.gap_fraction is None else f"{answer.gap_fraction:.1%}",
            f"{certificate.seconds:.2f}",
            str(certificate.verdict),
        )
    return table


def spill_lines(rows: Sequence[SpillRow]) -> tuple[Text, ...]:
    """Return why there is no plan, a line a scratchpad without one."""
    return tuple(
        Text(printable(f"{row.capacity_bytes:,}: {_why_none(row.answer)}"))
        for row in rows
        if row.answer.certificate.objective_bytes is None
    )


def _why_none(answer: TensorPlanning) -> str:
    if answer.certificate.verdict is Verdict.INFEASIBLE:
        return f"operator {answer.budgets.m_r_operator!r} needs {answer.budgets.m_r_bytes:,} bytes at once"
    return "no plan was found in the time given"


def _bytes(moved: int | None) -> str:
    return "-" if moved is None else f"{moved:,}"


def spills_as_json(network: str, rows: Sequence[SpillRow], *, with_weights: bool) -> JsonObject:
    """Return every plan's figures."""
    return {
        "network": network,
        "sparsim_version": __version__,
        "with_weights": with_weights,
        "scratchpads": [_plan_as_json(row.answer) for row in rows],
    }
