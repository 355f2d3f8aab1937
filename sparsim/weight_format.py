"""Which storage formats of weights an accelerator is to use, of those that it decodes."""

from __future__ import annotations

from hw_configs.accelerator import Accelerator
from workloads.errors import ConfigError


def with_weight_format(accelerator: Accelerator, weight_format: str) -> Accelerator:
    """Return ``accelerator`` decoding ``weight_format`` alone (``dense`` for none), or as it is for ``auto``.

    Raises
    ------
    ConfigError
        For a format that the accelerator does not decode; lists those that it does.
    """
    if weight_format == "auto":
        return accelerator
    decoder = accelerator.compression.weight
    known = decoder.formats if decoder else ()
    if weight_format == "dense":
        changed = None
    elif decoder and weight_format in known:
        changed = decoder.model_copy(update={"formats": tuple(one for one in known if one == weight_format)})
    else:
        raise ConfigError(
            f"weight format {weight_format!r}: {accelerator.name} decodes {', '.join(('dense', *known))}; "
            "compression.weight.formats of the accelerator says which"
        )
    compression = accelerator.compression.model_copy(update={"weight": changed})
    return accelerator.model_copy(update={"compression": compression})
