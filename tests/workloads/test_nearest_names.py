"""Suggestions: one keyword whatever its case, or three names as they are."""

from __future__ import annotations

from workloads.nearest_names import did_you_mean, nearest_names


def test_one_keyword_whatever_its_case() -> None:
    assert did_you_mean("ResNet5O", ["resnet50", "resnet18", "vgg19"]) == "; did you mean 'resnet50'?"


def test_the_nearest_three_keep_their_case() -> None:
    found = nearest_names("Relu_5", ["Relu_1", "Relu_2", "Relu_3", "Relu_4", "unlike"])
    assert found.startswith("; nearest: 'Relu_")
    assert found.count("Relu_") == 3


def test_nothing_near() -> None:
    assert nearest_names("abc", ["xyz"]) == did_you_mean("abc", ["xyz"]) == ""
