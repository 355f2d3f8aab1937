"""What the user is told of operators that keep more channels than was asked, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from workloads.compression.channel_pruning_choice import SectionAsk, num_to_remove
from workloads.compression.channel_pruning_rewrite import Removal
from workloads.compression.channel_pruning_sections import Sections
from workloads.compression.dependency_groups_ledger import Ids
from workloads.operators import Operator, Recurrent


def pruning_notes(
    asked: Mapping[str, float], operators: Mapping[str, Operator], removal: Removal, sections: Sections, ask: SectionAsk
) -> tuple[str, ...]:
    """Return a note for every reason why operators lose fewer channels than ``asked``, as a fraction, by name."""
    whole: dict[str, list[str]] = {}
    notes: list[str] = []
    for name, (num_gone, num_asked, num_channels, reason) in _shortfalls(asked, operators, removal, sections, ask):
        if num_gone:
            notes.append(f"{name} loses {num_gone} of {num_channels} channels, not {num_asked}, as {reason}")
        else:
            whole.setdefault(reason, []).append(name)
    kept = (f"all channels of {', '.join(names)} stay, as {reason}" for reason, names in whole.items())
    return tuple(f"channel pruning: {note}" for note in (*kept, *notes))


def _shortfalls(
    asked: Mapping[str, float], operators: Mapping[str, Operator], removal: Removal, sections: Sections, ask: SectionAsk
) -> Iterator[tuple[str, tuple[int, int, int, str]]]:
    """Yield name and (channels gone, channels asked for, channels, reason)."""
    dependencies = removal.dependencies
    for name, fraction in asked.items():
        if not fraction:
            continue
        atoms = dependencies.producers.get(name, dependencies.followers.get(name))
        if atoms is None:
            yield name, (0, 1, 1, _untold(operators[name]))
            continue
        num_gone = int(removal.goes[dependencies.classes[atoms]].sum())
        num_asked = num_to_remove(len(atoms), fraction)
        if num_gone < num_asked or not num_asked:
            yield name, (num_gone, num_asked, len(atoms), _reason(atoms, fraction, removal, sections, ask))


def _untold(operator: Operator) -> str:
    if isinstance(operator.work, Recurrent):
        return f"operator {operator.name!r} ({operator.kind}) has states of a fixed size"
    return f"they are those of tensor {operator.inputs[0]!r}, or of a product that is not followed"


def _reason(atoms: Ids, fraction: float, removal: Removal, sections: Sections, ask: SectionAsk) -> str:
    """Return the first that holds: some must stay, another operator asks for less, groups, lots too large."""
    dependencies = removal.dependencies
    classes = np.unique(dependencies.classes[atoms])
    refusals = dependencies.refusal[classes]
    if (refusals >= 0).any():
        return dependencies.reasons[refusals[refusals >= 0].min()]
    found = sections.among(dependencies, atoms)
    least = found[np.argmin(ask.fraction[found])]
    if ask.fraction[least] < fraction:
        return f"{ask.asked_by[least]!r}, which has to lose the same ones, is asked for {ask.fraction[least]:g}"
    cluster = np.flatnonzero(np.isin(sections.clusters, sections.clusters[found]))
    for balance in dependencies.balances:
        if np.isin(sections.among(dependencies, balance.atoms), cluster).any():
            return f"the groups of {balance.operator} have to stay equal"
    return f"{len(atoms)} channels in {len(classes)} lots that go together do not divide so, and none may be left empty"
