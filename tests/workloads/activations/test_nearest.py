from workloads.activations.nearest import nearest_names


def test_the_nearest_three_keep_their_case():
    found = nearest_names("Relu_5", ["Relu_1", "Relu_2", "Relu_3", "Relu_4", "unlike"])
    assert found.startswith("; nearest: 'Relu_")
    assert found.count("Relu_") == 3


def test_nothing_near():
    assert nearest_names("abc", ["xyz"]) == ""
