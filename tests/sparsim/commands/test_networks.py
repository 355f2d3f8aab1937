"""``sparsim networks``."""

from __future__ import annotations

import json

from tests.sparsim.running import Command
from workloads.load import list_networks


def test_one_name_a_line(command: Command) -> None:
    names = command("networks").out.splitlines()
    assert names == list(list_networks())
    assert {"resnet9", "resnet18", "resnet50", "vgg19", "vit_small", "vit_base", "mobilenet_v2"} <= set(names)
    assert {"bert_base", "llama_7b", "light:resnet50"} <= set(names)


def test_as_json(command: Command) -> None:
    assert json.loads(command("networks", "--format", "json").out) == list(list_networks())
