import os

import numpy as np
import onnx
import pytest
from onnx import helper

from workloads.errors import NetworkError
from workloads.onnx_export import model_files
from workloads.onnx_export.model_files import check_target, raise_opset, read_whole_model, write_whole_model

make = helper.make_node
W = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def source(models):
    return models.save([make("MatMul", ["x", "w"], ["y"])], {"w": W}, shape=[2, 3])


def test_external_data_is_read_into_the_model(models):
    path = models.save([make("MatMul", ["x", "w"], ["y"])], {"w": W}, shape=[2, 3], external=True)
    model, files = read_whole_model(path)
    assert [file.name for file in files] == ["weights.bin"]
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(model.graph.initializer[0]), W)


def test_truncated_external_data(models):
    path = models.save([make("MatMul", ["x", "w"], ["y"])], {"w": W}, shape=[2, 3], external=True)
    os.truncate(path.with_name("weights.bin"), 47)
    with pytest.raises(NetworkError, match=r"'w': external data file 'weights.bin' is truncated: holds 47 bytes"):
        read_whole_model(path)


def test_the_source_is_never_the_target(source, tmp_path):
    link = tmp_path / "link.onnx"
    link.symlink_to(source)
    for target in (source, tmp_path / "." / source.name, link):
        with pytest.raises(NetworkError, match=r"is read as the source; write the compressed network to another file"):
            check_target(source, target, ())


def test_data_of_the_source_is_never_overwritten(source, tmp_path):
    data = tmp_path / "other.onnx.data"
    data.write_bytes(b"")
    with pytest.raises(NetworkError, match=r"other.onnx.data: is read as the source"):
        check_target(source, tmp_path / "other.onnx", (data,))


def test_a_target_that_could_not_be_loaded_again(source, tmp_path):
    with pytest.raises(NetworkError, match=r"copy.bin: expected the name of a file that ends in .onnx"):
        check_target(source, tmp_path / "copy.bin", ())


def test_nothing_is_left_of_a_model_that_fails_the_checker(source, tmp_path):
    model, _ = read_whole_model(source)
    model.graph.node[0].input[1] = "nothing"
    with pytest.raises(NetworkError, match=r"copy.onnx: not written, since it would not pass onnx.checker: .*nothing"):
        write_whole_model(model, tmp_path / "copy.onnx", external=False)
    assert [path.name for path in tmp_path.iterdir()] == ["source.onnx"]


def test_a_file_that_was_there_stays_when_the_new_one_fails(source, tmp_path):
    (tmp_path / "copy.onnx").write_text("before")
    model, _ = read_whole_model(source)
    model.graph.node[0].input[1] = "nothing"
    with pytest.raises(NetworkError, match=r"not written"):
        write_whole_model(model, tmp_path / "copy.onnx", external=False)
    assert (tmp_path / "copy.onnx").read_text() == "before"


def test_a_folder_that_is_not_there(source, tmp_path):
    model, _ = read_whole_model(source)
    with pytest.raises(NetworkError, match=r"copy.onnx: cannot be written: No such file or directory"):
        write_whole_model(model, tmp_path / "missing" / "copy.onnx", external=False)


def test_a_model_too_large_for_one_file_is_written_in_two(models, tmp_path, monkeypatch):
    """External data takes over at 2 GiB, here at 1 KiB; the weight has 16 KiB."""
    monkeypatch.setattr(model_files, "MAX_FILE_BYTES", 1024)
    big = np.ones((64, 64), np.float32)
    model, _ = read_whole_model(models.save([make("MatMul", ["x", "w"], ["y"])], {"w": big}, shape=[2, 64]))
    written = write_whole_model(model, tmp_path / "copy.onnx", external=False)
    assert [path.name for path in written] == ["copy.onnx", "copy.onnx.data"]
    again, _ = read_whole_model(tmp_path / "copy.onnx")
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(again.graph.initializer[0]), big)


def test_the_operator_set_is_raised(source):
    model, _ = read_whole_model(source)
    assert raise_opset(model, 17, source) is model
    assert raise_opset(model, 21, source).opset_import[0].version == 21


@pytest.mark.parametrize(
    ("opset", "message"),
    [
        (13, r"source.onnx: operator set 13 asked for, expected at least the file's own, 17"),
        (999, r"source.onnx: cannot be converted to operator set 999: "),
    ],
)
def test_operator_sets_that_cannot_be_had(source, opset, message):
    model, _ = read_whole_model(source)
    with pytest.raises(NetworkError, match=message):
        raise_opset(model, opset, source)
