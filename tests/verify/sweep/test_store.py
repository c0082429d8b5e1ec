"""The store: whole results whatever happens, one writer at a time, and a line that says what is wrong with a file."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from exponents.errors import InputError
from verify.sweep import store as module
from verify.sweep.store import open_store
from verify.sweep.tasks import DONE, FAILED, Outcome


def outcome(key, status=DONE, text="1"):
    return "{}", Outcome(key, status, text, None, 0.1)


def test_results_are_there_when_the_file_is_opened_again(tmp_path):
    path = tmp_path / "s.sqlite"
    with open_store(path, "curve") as store:
        store.add([outcome("a"), outcome("b", FAILED)])
        assert store.mean_seconds() == pytest.approx(0.1)
    assert [file.name for file in tmp_path.iterdir()] == ["s.sqlite"]  # no lock, no journal
    with open_store(path, write=False) as store:
        assert (store.about()["run"], store.ended(), store.ended(retry=True)) == ("curve", {"a", "b"}, {"a"})


WRITER = """
import os, signal, sys
from pathlib import Path
from verify.sweep.store import open_store
from verify.sweep.tasks import Outcome
with open_store(Path(sys.argv[1]), "curve") as store:
    store.add([("{}", Outcome("kept", "done", "1", None, 0.1))])
    store.connection.execute("BEGIN IMMEDIATE")
    store.connection.execute("INSERT INTO tasks VALUES ('half', '{}', 'done', '1', NULL, 0.1)")
    print("ready", flush=True)
    signal.pause()
"""


def test_a_killed_writer_leaves_whole_results_and_no_lock(tmp_path):
    path = tmp_path / "s.sqlite"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    with pytest.raises(InputError, match="is being written by another run; wait for it"), open_store(path, "curve"):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with open_store(path, "curve") as store:
        assert store.ended() == {"kept"}


def test_others_may_read_while_a_run_writes(tmp_path):
    path = tmp_path / "s.sqlite"
    with open_store(path, "curve") as store:
        store.add([outcome("a")])
        with open_store(path, write=False) as reader:
            assert reader.ended() == {"a"}


def other_program(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (loss REAL)")


def changed(statement):
    def change(path):
        with open_store(path, "curve"):
            pass
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    return change


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("alpha,beta\n" * 500), "no file of SQLite"),
        (other_program, "of another program"),
        (changed("PRAGMA user_version = 7"), "of layout 7, of another version"),
        (changed("UPDATE about SET value = '9.9' WHERE name = 'version'"), "of version 9.9, and this is"),
        (changed("UPDATE about SET value = 'verify' WHERE name = 'run'"), "of verify for a sweep of curve"),
        (lambda path: path.mkdir(), "cannot be opened or made"),
    ],
    ids=["text", "another program", "another layout", "another version", "verdicts", "folder"],
)
def test_a_file_that_is_no_store_is_refused_and_left_alone(make, words, tmp_path):
    path = tmp_path / "s.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(InputError, match=words) as error, open_store(path, "curve"):
        pass
    assert len(str(error.value)) < 320
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [file.name for file in tmp_path.iterdir()] == ["s.sqlite"]


def test_an_empty_file_is_a_new_store(tmp_path):
    path = tmp_path / "s.sqlite"
    path.touch()
    with open_store(path, "curve") as store:
        assert store.ended() == set()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="check its folder"), open_store(tmp_path / "no" / "s.sqlite", "curve"):
        pass


def test_a_full_disk_is_said_and_what_was_kept_stays(tmp_path):
    """SQLite itself says so when a file may not grow beyond a number of pages."""
    path = tmp_path / "s.sqlite"
    with open_store(path, "curve") as store:
        store.add([outcome("a")])
        store.connection.execute("PRAGMA max_page_count = 6")
        with pytest.raises(InputError, match="the disk is full; free some space and run again"):
            store.add([outcome("b"), outcome("c", text="1" * 100000)])
        assert store.ended() == {"a"}
        store.connection.execute("PRAGMA max_page_count = 1000000")
        store.add([outcome("c", text="1" * 100000)])
    with open_store(path, write=False) as store:
        assert store.ended() == {"a", "c"}


def test_control_a_half_written_batch_would_be_seen(tmp_path, monkeypatch):
    """Without a transaction, the first half of a batch stays."""
    with open_store(tmp_path / "s.sqlite", "curve") as store:
        insert = "INSERT INTO tasks VALUES (?, '{}', 'done', '1', NULL, 0.1)"
        with pytest.raises(sqlite3.Error):
            store.connection.executemany(insert, [("a",), (None, None)])
        assert store.ended() == {"a"}
    assert module.TABLES == 1
