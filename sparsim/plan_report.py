"""What a planning prints: the facts, the verdict, the baselines beside, and what was assumed."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mapper.certificate import Verdict
from mapper.plan_tensors import TensorPlanning
from sparsim.plan_api import NetworkPlanning
from sparsim.plan_export import is_of_own_order, verdict_scope
from sparsim.wording import printable


def planning_report(planning: NetworkPlanning) -> Group:
    """Return the planning on one screen."""
    parts: list[RenderableType] = [_title(planning), _facts(planning)]
    if planning.answer.certificate.plan is not None:
        parts.append(_baselines(planning.answer))
    return Group(*parts, *_notes(planning))


def _title(planning: NetworkPlanning) -> Text:
    place = f" on {planning.accelerator}" if planning.accelerator else ""
    compressed = f", {planning.compression}," if planning.compression else ""
    what = "activations and weights" if planning.with_weights else "activations"
    return Text(printable(f"{planning.network}{compressed}{place}: whole tensors, {what}"), style="bold")


def _facts(planning: NetworkPlanning) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for name, figure, explanation in (*_size_rows(planning), *_answer_rows(planning)):
        table.add_row(name, Text(figure), Text(printable(explanation)))
    return table


def _size_rows(planning: NetworkPlanning) -> tuple[tuple[str, str, str], ...]:
    answer, budgets = planning.answer, planning.answer.budgets
    proven = "" if budgets.is_m_p_proven else f"; perhaps less, at least {budgets.m_p_lower_bound_bytes:,}"
    asked = f"bytes, {planning.scratchpad}" if planning.scratchpad else "bytes"
    return (
        ("scratchpad", f"{answer.capacity_bytes:,}", asked),
        ("M_R", f"{budgets.m_r_bytes:,}", f"bytes to run at all, for {budgets.m_r_operator!r}"),
        ("M_H", f"{budgets.m_h_bytes:,}", "bytes, half-way"),
        ("M_P", f"{budgets.m_p_bytes:,}", f"bytes to move nothing more than must be{proven}"),
    )


def _answer_rows(planning: NetworkPlanning) -> tuple[tuple[str, str, str], ...]:
    answer, certificate = planning.answer, planning.answer.certificate
    verdict = ("verdict", str(certificate.verdict), f"over {verdict_scope(planning)}, in {certificate.seconds:.2f} s")
    compulsory = ("compulsory", f"{answer.problem.compulsory_bytes:,}", "bytes: inputs and weights in, outputs out")
    if certificate.objective_bytes is None:
        why = certificate.reason or "no plan was found in the time given, and none was ruled out"
        return verdict, compulsory, ("", "", why)
    gap = f"bytes at least in any order; gap {answer.gap_fraction:.1%}"
    own = f"; in the network's order {certificate.lower_bound_bytes:,}" if is_of_own_order(planning) else ""
    return (
        verdict,
        ("moved", f"{certificate.objective_bytes:,}", f"bytes beyond the compulsory, by {answer.plan_from}"),
        ("bound", f"{answer.any_order_bound_bytes:,}", gap + own),
        compulsory,
        ("off-chip", f"{answer.total_off_chip_bytes:,}", "bytes in all"),
    )


def _baselines(answer: TensorPlanning) -> Table:
    """A line a baseline: what it moves, and what the plan saves of that."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("baseline")
    for heading in ("moved bytes", "saved bytes", "saved"):
        table.add_column(heading, justify="right", no_wrap=True)
    ours = answer.certificate.objective_bytes
    for name, moved in answer.baselines.items():
        if moved is None or ours is None:
            table.add_row(name, "no plan", "", "")
        else:
            table.add_row(name, f"{moved:,}", f"{moved - ours:,}", f"{(moved - ours) / moved:.1%}" if moved else "")
    return table


def _notes(planning: NetworkPlanning) -> list[Text]:
    in_place = f"{len(planning.absorbed)} operators write over what they read" if planning.in_place else "none in place"
    lines = [
        f"sizes: {planning.sizes}; {in_place}",
        *(f"note: {note}" for note in planning.notes),
    ]
    if planning.answer.certificate.verdict is Verdict.FEASIBLE:
        lines.append("note: more time (--time-limit) may find a better plan, or prove this one")
    return [Text(printable(line), style="dim") for line in lines]
