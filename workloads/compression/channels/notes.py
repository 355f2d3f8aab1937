"""What the user is told of operators that keep more channels than was asked, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from workloads.compression.channels.choice import SectionAsk, num_to_remove
from workloads.compression.channels.rewrite import Removal
from workloads.compression.channels.sections import Sections
from workloads.compression.dependencies.ledger import Ids
from workloads.operators import Operator, Recurrent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shortfall:
    """An operator that loses ``num_gone`` of ``num_channels`` channels where ``num_asked`` were to go."""

    operator: str
    num_gone: int
    num_asked: int
    num_channels: int
    reason: str


def pruning_notes(
    asked: Mapping[str, float], operators: Mapping[str, Operator], removal: Removal, sections: Sections, ask: SectionAsk
) -> tuple[str, ...]:
    """Return a note for every reason why operators lose fewer channels than ``asked``, as a fraction, by name."""
    whole: dict[str, list[str]] = {}
    notes: list[str] = []
    for found in _shortfalls(asked, operators, removal, sections, ask):
        if found.num_gone:
            notes.append(
                f"{found.operator} loses {found.num_gone} of {found.num_channels} channels, not {found.num_asked}, "
                f"as {found.reason}"
            )
        else:
            whole.setdefault(found.reason, []).append(found.operator)
    kept = (f"all channels of {', '.join(names)} stay, as {reason}" for reason, names in whole.items())
    return tuple(f"channel pruning: {note}" for note in (*kept, *notes))


def _shortfalls(
    asked: Mapping[str, float], operators: Mapping[str, Operator], removal: Removal, sections: Sections, ask: SectionAsk
) -> Iterator[_Shortfall]:
    dependencies = removal.dependencies
    for name, fraction in asked.items():
        if not fraction:
            continue
        atoms = dependencies.outputs.get(name)
        num_gone = 0 if atoms is None else int(removal.goes[dependencies.classes[atoms]].sum())
        num_channels = 1 if atoms is None else len(atoms)
        num_asked = num_to_remove(num_channels, fraction)
        if num_gone < num_asked or not num_asked:
            yield _Shortfall(
                operator=name,
                num_gone=num_gone,
                num_asked=num_asked,
                num_channels=num_channels,
                reason=_untold(operators[name]) if atoms is None else _reason(atoms, fraction, removal, sections, ask),
            )


def _untold(operator: Operator) -> str:
    if isinstance(operator.work, Recurrent):
        return f"operator {operator.name!r} ({operator.kind}) has states of a fixed size"
    return f"they are those of tensor {operator.inputs[0]!r}, which stay, or its weights are not cut"


def _reason(atoms: Ids, fraction: float, removal: Removal, sections: Sections, ask: SectionAsk) -> str:
    """Return the first that holds: some must stay, another operator asks for less, groups, lots too large."""
    dependencies = removal.dependencies
    classes = np.unique(dependencies.classes[atoms])
    refusals = dependencies.refusal[classes]
    if (refusals >= 0).any():
        return dependencies.reasons[int(refusals[refusals >= 0].min())]
    found = sections.among(dependencies, atoms)
    least = int(found[np.argmin(ask.fraction[found])])
    if ask.fraction[least] < fraction:
        return f"{ask.asked_by[least]!r}, which has to lose the same ones, is asked for {ask.fraction[least]:g}"
    cluster = np.flatnonzero(np.isin(sections.clusters, sections.clusters[found]))
    for balance in dependencies.balances:
        if np.isin(sections.among(dependencies, balance.atoms), cluster).any():
            return f"the groups of {balance.operator} have to stay equal"
    return f"{len(atoms)} channels in {len(classes)} lots that go together do not divide so, and none may be left empty"
