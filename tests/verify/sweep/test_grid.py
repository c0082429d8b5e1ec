"""The tasks of a sweep: what a file asks for, which seeds it gives, and what it may not say."""

import io
import json
from fractions import Fraction

import numpy as np
import pytest
from sympy import Rational

from exponents.errors import InputError
from verify.sweep.curve_question import read_moments
from verify.sweep.grid import order, read_sweep

POINT = {"alpha": "3/2", "beta": "1/2", "time": "1,10"}
TRAINED = {**POINT, "method": "simulate", "model-size": 8}


def settings(held, *names):
    """The values of some parts of each task."""
    return [tuple(task.setting[name] for name in names) for task in read_sweep(held).tasks]


def test_the_tasks_are_all_combinations(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text('alpha = [1.5, 2]\nbeta = "0.10"\ngamma = {from = 0, to = 1, number = 3}\ntime = [1, 10.5]\n')
    found = read_sweep(path)
    assert [task.setting["gamma"] for task in found.tasks] == ["0", "1/2", "1"] * 2
    assert {task.setting["beta"] for task in found.tasks} == {"1/10"}  # the decimal, not the double
    assert {task.setting["time"] for task in found.tasks} == {"1,10.5"}
    other = tmp_path / "grid.json"
    other.write_text(json.dumps({"gamma": ["0", "0.5", 1], "alpha": [1.5, 2], "beta": 0.1, "time": "1,10.5"}))
    assert read_sweep(other).tasks == found.tasks  # the same keys
    assert read_sweep({"gamma": ["0", 0.5, Fraction(1)], "alpha": [1.5, 2], "beta": 0.1, "time": [1, 10.5]}) == found


def test_arrays_and_numbers_of_other_libraries_are_read():
    plain = {"alpha": [1.5, 2.0], "beta": [0.3, 0.6], "gamma": "1/3", "model-size": 64, "time": [1.0, 10.0, 100.0]}
    arrays = {"alpha": np.array([1.5, 2]), "beta": list(np.linspace(0.3, 0.6, 2)), "gamma": Rational(1, 3)}
    found = read_sweep({**arrays, "model_size": np.int64(64), "time": np.geomspace(1, 100, 3)})
    assert found == read_sweep(plain) and len(found.tasks) == 4
    for wrong in (object(), True, np.array(["x"]), np.array([[1.5]]), None):
        with pytest.raises(InputError, match="alpha must "):
            read_sweep({**plain, "alpha": wrong})


def test_powers_of_ten_in_a_range_of_times_are_exact():
    assert read_moments("1e5:1e10:6") == (1e5, 1e6, 1e7, 1e8, 1e9, 1e10)
    assert read_moments("1:1e12:25")[::2] == tuple(10.0**k for k in range(13))


def test_grids_are_joined_and_a_task_stands_once():
    grids = [{"gamma": 0, "model-size": [8, 16]}, {"gamma": [0, 5], "model_size": "16"}]
    assert settings({**POINT, "grid": grids}, "gamma", "model_size") == [("0", 8), ("0", 16), ("5", 16)]


def test_ranges_are_exact_or_of_whole_numbers():
    assert settings({**POINT, "beta": {"from": "1/3", "to": 1, "number": 3}}, "beta") == [("1/3",), ("2/3",), ("1",)]
    sizes = {"from": 8, "to": 512, "number": 4, "scale": "log"}
    assert settings({**POINT, "model-size": sizes}, "model_size") == [(8,), (32,), (128,), (512,)]
    assert settings({**POINT, "model-size": [64, "inf"]}, "model_size") == [(64,), (None,)]


def test_each_setting_has_seeds_of_its_own_that_do_not_depend_on_the_grid():
    several = {**TRAINED, "gamma": [0, 1, 2], "seeds": 4}
    seeds = settings(several, "seed", "seeds")
    assert len({seed for seed, _ in seeds}) == 3 and {count for _, count in seeds} == {4}
    assert all(seed % 4 == 0 for seed, _ in seeds)  # blocks of four: different ones share no seed
    assert settings({**several, "gamma": 2}, "seed", "seeds") == seeds[2:]


def test_listed_seeds_are_one_model_each():
    listed = {**TRAINED, "seed": {"from": 5, "number": 3}}
    assert settings(listed, "seed", "seeds") == [(5, 1), (6, 1), (7, 1)]
    assert settings({**TRAINED, "seed": [0, 16], "seeds": 16}, "seed", "seeds") == [(0, 16), (16, 16)]
    assert settings({**TRAINED, "seed": 3}, "seed", "seeds") == [(3, 16)]
    with pytest.raises(InputError, match="must not share seeds; got 16 seeds from 0 and others from 15"):
        read_sweep({**TRAINED, "seed": [0, 15], "seeds": 16})
    assert len(read_sweep({**TRAINED, "gamma": [0, 1], "seed": [0]}).tasks) == 2  # other settings may


def test_a_measured_spectrum_counts_by_what_it_holds(tmp_path):
    path, moved = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("1,1\n0.5,0.2\n0.1,0.1\n")
    moved.write_text(path.read_text())
    one, same = (read_sweep({"spectrum": str(place), "time": "1"}).tasks[0] for place in (path, moved))
    moved.write_text("1,1\n0.5,0.2\n0.1,0.2\n")
    other = read_sweep({"spectrum": str(moved), "time": "1"}).tasks[0]
    assert one.key == same.key != other.key
    (tmp_path / "grid.toml").write_text('spectrum = "a.csv"\ntime = "1"\n')
    assert read_sweep(tmp_path / "grid.toml").tasks[0].key == one.key  # beside the file, wherever one stands


def test_verdicts_have_a_task_for_each_point_and_name():
    held = {"run": "verify", "alpha": 2, "beta": ["1/2", 1], "claim": ["chi", "levels: level 3"]}
    assert settings(held, "claim", "beta") == [(name, beta) for name in held["claim"] for beta in ("1/2", "1")]
    families = settings({"run": "verify", "alpha": 2, "beta": 1}, "claim")
    assert ("chi",) in families and len(families) > 5


def test_settings_are_sorted_as_numbers():
    values = ["10", "9/2", None, "flow", "5"]
    assert sorted(values, key=lambda value: order({"gamma": value})) == ["9/2", "5", "10", None, "flow"]


BAD = [
    ({}, "needs keys"),
    ({**POINT, "alpha": []}, "alpha must have at least one value; got an empty list"),
    ({**POINT, "grid": []}, "grid must be one or more tables"),
    ({**POINT, "grid": [{"run": "verify"}]}, "run stands above all grids"),
    ({**POINT, "alhpa": 2}, "did you mean alpha"),
    ({**POINT, "run": "train"}, "run must be one of curve, verify; got train"),
    ({**POINT, "alpha": ["3/2", 1]}, "alpha must exceed 1"),
    ({**POINT, "alpha": True}, "alpha must hold numbers"),
    ({**POINT, "alpha": [[2]]}, "alpha must hold numbers"),
    ({"alpha": 2}, "got alpha alone"),
    ({**POINT, "method": "two-tme"}, "did you mean two-time"),
    ({**POINT, "batch-size": 4, "learning-rate": 0}, "the learning rate must be positive"),
    ({**POINT, "seed": 1}, 'seed goes with method = "simulate"'),
    ({**POINT, "time": {"from": 1}}, "time must be one value"),
    ({**POINT, "time": "2,1"}, "times must rise"),
    ({**POINT, "gamma": {"from": 0, "to": 1}}, "must have from and number"),
    ({**POINT, "gamma": {"from": 1, "to": 0, "number": 2}}, "a range must rise"),
    ({**POINT, "gamma": {"from": 0, "to": 1, "number": 1}}, "a range must rise"),
    ({**POINT, "gamma": {"from": 1, "to": 9, "number": 3, "scale": "log"}}, "goes with whole numbers"),
    ({**POINT, "gamma": {"from": 1, "to": 9, "number": 3, "steps": 2}}, "a key of the range of gamma"),
    ({**POINT, "method": {"from": 1, "number": 2}}, "method must be a word or a list"),
    ({**POINT, "gamma": {"from": 0, "number": 400}, "model-size": {"from": 1, "number": 400}}, "at most 100000 tasks"),
    ({**POINT, "spectrum": "nofile.csv"}, "nofile.csv; check its name"),
    ({"run": "verify", "alpha": 2}, "verdicts need alpha and beta"),
    ({"run": "verify", "alpha": 2, "beta": 1, "claim": "ch"}, "a claim must be"),
    ({"run": "verify", "alpha": 2, "beta": 1, "gamma": 0}, "gamma must be positive"),
    ({"run": "verify", "alpha": 2, "beta": 1, "control": "yes"}, "control must be true or false"),
    ({"run": "verify", "alpha": 2, "beta": 1, "spectrum": "mode"}, "did you mean modes"),
    ({"run": "verify", "alpha": 2, "beta": 1, "time": "1"}, "a key of a sweep must be one of claim, alpha"),
]


@pytest.mark.parametrize(("held", "words"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_sweep_cannot_mean_is_refused(held, words):
    with pytest.raises(InputError) as error:
        read_sweep(held)
    assert words in str(error.value) and len(str(error.value)) < 320 and "`" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("grid.toml", b"alpha = [1", "a file of TOML"),
        ("grid.json", b'{"alpha": ', "a file of JSON"),
        ("grid.json", b"[1]", "got a list"),
        ("grid.json", b"[" * 100000, "nesting"),
        ("grid.toml", b"\xff\xfe", "a file of TOML"),
        ("grid.toml", b"SQLite format 3\0 and more", "a store of results"),
        ("grid.toml", b"", "needs keys"),
    ],
)
def test_a_file_that_is_no_sweep_is_refused(name, content, words, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_sweep(tmp_path / name)
    with pytest.raises(InputError, match="check its name"):
        read_sweep(tmp_path)


def test_a_spectrum_from_standard_input_is_kept_beside_the_sweep(tmp_path, monkeypatch):
    text = "1 0.5\n0.25 0.02\n"
    (tmp_path / "grid.toml").write_text('spectrum = "-"\ntime = "1,10"\ngamma = [0, 1]\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    piped = read_sweep(tmp_path / "grid.toml")
    (kept,) = tmp_path.glob("spectrum-*.txt")
    assert kept.read_text() == text and len(piped.tasks) == 2
    named = read_sweep({"spectrum": str(kept), "time": "1,10", "gamma": [0, 1]})
    assert {task.key for task in piped.tasks} == {task.key for task in named.tasks}  # so it goes on either way
    assert {task.setting["spectrum"] for task in piped.tasks} == {str(kept)}


def test_standard_input_that_is_empty_or_cannot_be_kept_is_refused(tmp_path, monkeypatch):
    (tmp_path / "grid.toml").write_text('spectrum = "-"\ntime = "1"\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n")))
    with pytest.raises(InputError, match="got nothing there; pipe a file"):
        read_sweep(tmp_path / "grid.toml")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"1 0.5\n")))
    monkeypatch.setattr("os.fsync", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(InputError, match=r"from standard input needs a file.*No space left.*name a file"):
        read_sweep(tmp_path / "grid.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["grid.toml"]
