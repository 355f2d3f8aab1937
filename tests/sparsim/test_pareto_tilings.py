"""An operator's tilings by name."""

import pytest

import sparsim


def test_tilings_of_an_operator_by_name():
    network, accelerator = sparsim.load_network("resnet9"), sparsim.load_accelerator("edge_npu")
    name = network.operators[0].name
    front = sparsim.pareto_tilings(network, accelerator, name)
    fastest = sparsim.run(network, accelerator, mapper="layers").operators[0]
    assert min(one.total_cycles for one in front) == fastest.total_cycles
    assert all(one.scratchpad_bits <= 8 * 256 * 1024 for one in front)


def test_unknown_operator():
    with pytest.raises(sparsim.SparsimError, match="network 'resnet9' has no operator called 'nothing'"):
        sparsim.pareto_tilings(sparsim.load_network("resnet9"), sparsim.load_accelerator("edge_npu"), "nothing")
