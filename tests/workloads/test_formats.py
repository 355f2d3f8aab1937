import pytest

from workloads.errors import ConfigError
from workloads.formats import FP16, FP32, INT8, ElementFormat, NumberKind, parse_format


@pytest.mark.parametrize("name", ["int8", "uint8", "int4", "int1", "fp8", "fp16", "fp32", "fp64", "bf16"])
def test_name_is_what_was_parsed(name):
    assert parse_format(name).name == name
    assert str(parse_format(name)) == name


def test_long_names_and_capitals_are_the_same_formats():
    assert parse_format("Float32") == FP32
    assert parse_format(" float16 ") == FP16
    assert parse_format("bfloat16") == ElementFormat(NumberKind.BRAIN_FLOAT, 16)
    assert parse_format("INT8") == INT8


@pytest.mark.parametrize("name", ["", "int", "8", "int0x8", "posit8", "int-8"])
def test_unknown_name_lists_what_is_known(name):
    with pytest.raises(ConfigError, match=r"unknown element format .*: expected int1\.\.int64"):
        parse_format(name)


@pytest.mark.parametrize("name", ["int0", "int65", "fp12", "bf32", "uint99"])
def test_width_that_no_such_number_has(name):
    with pytest.raises(ConfigError, match=r"bits is not a width that (int|fp|bf|uint) comes in"):
        parse_format(name)
