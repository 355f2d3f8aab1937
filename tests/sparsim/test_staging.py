"""Files appear together or not at all, and a check leaves nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sparsim.staging import check_writable, staged_folder
from workloads.errors import ConfigError


def test_files_appear_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with staged_folder(folder) as staging:
        (staging / "one").write_text("1")
        (staging / "two").write_text("2")
        assert not (folder / "one").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["one", "two"]


def write_and_fail(folder: Path) -> None:
    with staged_folder(folder) as staging:
        (staging / "one").write_text("new")
        raise ZeroDivisionError


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(tmp_path / "a" / "b")
    assert not list(tmp_path.iterdir())


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "a"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("one", "old")]


def test_a_full_disk_names_the_folder(tmp_path: Path) -> None:
    message = f"output folder '{tmp_path / 'a'}': cannot be written: No space left on device"
    with pytest.raises(ConfigError, match=message), staged_folder(tmp_path / "a"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not list(tmp_path.iterdir())


def test_a_nul_in_the_name() -> None:
    with pytest.raises(ConfigError, match="a name cannot hold a NUL"):
        check_writable(Path("a\0b"))


def test_what_others_have_made_meanwhile_stays(tmp_path: Path) -> None:
    def fail_beside_others() -> None:
        with staged_folder(tmp_path / "a" / "b"):
            (tmp_path / "a" / "theirs").write_text("")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_beside_others()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["theirs"]


def test_a_check_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert not list(tmp_path.iterdir())
    check_writable(tmp_path)
    assert tmp_path.is_dir()


def test_a_link_to_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="link': cannot be written: File exists"):
        check_writable(tmp_path / "link")
