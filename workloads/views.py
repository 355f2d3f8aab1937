"""Views: tensors that are the bytes of another one under a different shape."""

from __future__ import annotations

from collections.abc import Mapping

from workloads.network import Network
from workloads.operators import View


def storage_of(network: Network) -> Mapping[str, str]:
    """Return by tensor whose bytes it is: its own name unless it is a view."""
    storage = {name: name for name in network.tensors}
    for operator in network.operators:
        if isinstance(operator.work, View):
            storage.update(dict.fromkeys(operator.outputs, storage[operator.inputs[0]]))
    return storage
