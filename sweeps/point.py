"""One point of a study: everything that its answer depends on, and the hash of that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from hw_configs.accelerator import Accelerator
from sweeps.design import Override


@dataclass(frozen=True, kw_only=True)
class Point:
    """A network, compressed, on an accelerator, planned for an objective.

    Parameters
    ----------
    network : str
        A name or file.
    network_digest : str
        SHA-256 of the file; empty for a name.
    bindings : tuple of (str, int)
        Sizes of open dimensions, by name in order.
    batch : int or None
        None: what the network says.
    accelerator_source : str
        Name or file of the accelerator before overrides.
    overrides : tuple of (str, value)
        What the study changes in it.
    accelerator : Accelerator or None
        With the overrides; None where there can be no such accelerator.
    impossible : str
        Why there can be none.
    compression : str
        All that the spec says, its seed included; ``dense`` for none.
    objective, mapper : str
    time_limit_s : float
        For deciding what stays in the scratchpad.
    seed : int or None
        As the study gives it; part of ``compression``.
    model_version : str
    """

    network: str
    network_digest: str = ""
    bindings: tuple[tuple[str, int], ...] = ()
    batch: int | None = None
    accelerator_source: str
    overrides: tuple[Override, ...] = ()
    accelerator: Accelerator | None
    impossible: str = ""
    compression: str = "dense"
    objective: str = "latency"
    mapper: str = "joint"
    time_limit_s: float = 10.0
    seed: int | None = None
    model_version: str

    @cached_property
    def identity(self) -> str:
        """SHA-256, in hexadecimal, of what determines the answer.

        An accelerator counts by its fields, not by its name or where its numbers come from; one that cannot be built
        by its source and overrides. Time limits matter to joint plans alone.
        """
        tree = {
            "network": self.network_digest or self.network,
            "bindings": self.bindings,
            "batch": self.batch,
            "accelerator": _accelerator_tree(self.accelerator) or [self.accelerator_source, self.overrides],
            "compression": self.compression,
            "objective": self.objective,
            "mapper": self.mapper,
            "time_limit_s": self.time_limit_s if self.mapper == "joint" else None,
            "model_version": self.model_version,
        }
        return hashlib.sha256(canonical_json(tree).encode()).hexdigest()

    @property
    def label(self) -> str:
        """The point in a few words, for messages."""
        changes = "".join(f", {field}={value}" for field, value in self.overrides)
        return f"{self.network} ({self.compression}) on {self.accelerator_source}{changes}"


def _accelerator_tree(accelerator: Accelerator | None) -> object:
    if accelerator is None:
        return None
    return accelerator.model_dump(mode="json", exclude={"name", "description", "sources"})


def canonical_json(value: object) -> str:
    """Return ``value`` as JSON of one form: keys in order, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
