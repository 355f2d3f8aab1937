"""Which storage formats of weights an accelerator is to use, of those that it decodes."""

from __future__ import annotations

from collections.abc import Sequence

from hw_configs.accelerator import Accelerator
from workloads.errors import ConfigError

_AUTO = "auto"
_DENSE = "dense"


def with_weight_format(accelerator: Accelerator, weight_format: str) -> Accelerator:
    """Return ``accelerator`` decoding ``weight_format`` alone (``dense`` for none), or as it is for ``auto``.

    Raises
    ------
    ConfigError
        For a format that the accelerator does not decode; lists those that it does.
    """
    if weight_format == _AUTO:
        return accelerator
    if not _decodes(accelerator, weight_format):
        raise ConfigError(_refusal(accelerator, weight_format))
    decoder = accelerator.compression.weight
    alone = decoder and decoder.model_copy(
        update={"formats": tuple(one for one in decoder.formats if one == weight_format)}
    )
    changed = None if weight_format == _DENSE else alone
    compression = accelerator.compression.model_copy(update={"weight": changed})
    return accelerator.model_copy(update={"compression": compression})


def all_with_weight_format(accelerators: Sequence[Accelerator], weight_format: str) -> tuple[Accelerator, ...]:
    """Return ``with_weight_format`` of each of ``accelerators``.

    Raises
    ------
    ConfigError
        For a format that one of them does not decode; names those that do.
    """
    refusing = [one for one in accelerators if not _decodes(one, weight_format)]
    if refusing and len(accelerators) > 1:
        decoding = [one.name for one in accelerators if one not in refusing]
        found = f"{', '.join(decoding) or 'none'} {'decode' if len(decoding) > 1 else 'decodes'} it"
        raise ConfigError(f"{_refusal(refusing[0], weight_format)}; of those compared {found}")
    return tuple(with_weight_format(one, weight_format) for one in accelerators)


def _decodes(accelerator: Accelerator, weight_format: str) -> bool:
    return weight_format in (_AUTO, *_decoded(accelerator))


def _decoded(accelerator: Accelerator) -> tuple[str, ...]:
    decoder = accelerator.compression.weight
    return (_DENSE, *(decoder.formats if decoder else ()))


def _refusal(accelerator: Accelerator, weight_format: str) -> str:
    return (
        f"weight format {weight_format!r}: {accelerator.name} decodes {', '.join(_decoded(accelerator))}; "
        "compression.weight.formats of the accelerator says which"
    )
