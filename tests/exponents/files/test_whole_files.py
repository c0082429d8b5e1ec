"""Files that are whole or absent: failures at every step leave the old ones, and nothing beside them."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from exponents.errors import InputError
from exponents.files import whole_files
from exponents.files.whole_files import check_place, write_all, write_whole

FULL = OSError(28, "No space left on device")


def listed(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt], ids=["full disk", "interrupt"])
def test_a_failure_at_any_step_leaves_what_was_there(step, error, tmp_path, monkeypatch):
    """The second of two files fails, after the first was opened or written."""
    write_all({tmp_path / "a": "old", tmp_path / "b": "old"})
    owner = os if step == "fsync" else Path
    honest, calls = getattr(owner, step), []

    def failing(self, *words):
        calls.append(self)
        if len(calls) == (1 if step == "replace" else 2):
            raise error
        return honest(self, *words)

    monkeypatch.setattr(owner, step, failing)
    with pytest.raises(type(error) if isinstance(error, OSError) else error):
        write_all({tmp_path / "a": "new", tmp_path / "b": "new"})
    monkeypatch.undo()
    assert calls and listed(tmp_path) == {"a": "old", "b": "old"}


def test_a_write_that_the_limit_of_a_file_cuts_leaves_what_was_there(tmp_path):
    """With a real limit of the system, in a process of its own."""
    (tmp_path / "law.json").write_text("old")
    code = (
        "import resource, sys; from exponents.files.whole_files import write_whole; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); write_whole(sys.argv[1], 'x' * 5000, '--save')"
    )
    words = [sys.executable, "-c", code, tmp_path / "law.json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "(File too large); try another" in done.stderr
    assert listed(tmp_path) == {"law.json": "old"}


def test_a_link_and_permissions_stay(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_whole(link, "new", "a test")
    assert link.is_symlink() and real.read_text() == "new" and stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_pipe_is_written_to_as_it_is(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    check_place(pipe, "a test")
    write_whole(pipe, "through", "a test")
    assert reader.communicate(timeout=60)[0] == b"through" and stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    "write", [lambda path: write_whole(path, "x", "a test"), lambda path: check_place(path, "a test")]
)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere/law", "No such file"),
        ("", "it is a folder"),
        ("a\0b", "null"),
        ("/dev/null/a", "Not a directory"),
        ("a" * 300, "File name too long"),
    ],
)
def test_a_place_that_cannot_be_is_named_with_the_reason(write, name, reason, tmp_path):
    with pytest.raises(InputError, match=f"a test needs a file that can be written; .*{reason}"):
        write(tmp_path / name)
    assert listed(tmp_path) == {}


def test_a_file_that_may_not_be_written_stays(tmp_path, monkeypatch):
    (tmp_path / "kept").write_text("old")
    monkeypatch.setattr(whole_files.os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(InputError, match="Permission denied"):
        write_whole(tmp_path / "kept", "new", "a test")
    assert listed(tmp_path) == {"kept": "old"}
