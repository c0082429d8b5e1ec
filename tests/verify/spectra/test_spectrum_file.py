"""A spectrum is read from any kind of file, and never by columns that nobody named."""

import io
import sys

import numpy as np
import pytest

from exponents import errors
from exponents.cli.app import main
from exponents.errors import InputError
from verify import Model, read_spectrum

MU, POWER = np.array([1.0, 0.25, 0.1]), np.array([0.5, 2.0, 0.3])
SEVEN = {"k": [1, 2, 3], "count": [9, 9, 9], "mu": MU, "error": [0.1, 0.1, 0.1], "power": POWER, "a": MU, "b": MU}


def save(path, columns):
    """Write columns as the ending of the path says."""
    if path.suffix == ".npz":
        np.savez(path, **columns)
    elif path.suffix == ".npy":
        np.save(path, np.rec.fromarrays([np.asarray(c, float) for c in columns.values()], names=list(columns)))
    elif path.suffix == ".parquet":
        pandas = pytest.importorskip("pandas")
        pandas.DataFrame(columns).to_parquet(path)
    else:
        rows = zip(*columns.values(), strict=True)
        path.write_text("\n".join(",".join(map(str, row)) for row in (list(columns), *rows)))
    return path


ENDINGS = (".csv", ".npy", ".npz", ".parquet")


@pytest.mark.parametrize("ending", ENDINGS)
def test_named_columns_are_read_from_any_kind_of_file(ending, tmp_path):
    found = read_spectrum(save(tmp_path / f"kernel{ending}", SEVEN), "mu", "power")
    assert found.eigenvalues.tolist() == MU.tolist() and found.weights.tolist() == POWER.tolist()
    if ending != ".npz":  # the arrays of an NPZ file have no order
        assert read_spectrum(tmp_path / f"kernel{ending}", "3", "5").weights.tolist() == POWER.tolist()


@pytest.mark.parametrize("ending", ENDINGS)
def test_columns_that_nobody_named_are_refused_with_their_list(ending, tmp_path, capsys):
    path = save(tmp_path / f"kernel{ending}", SEVEN)
    names = "k, count, mu, error, power, a, b"
    with pytest.raises(InputError, match=rf"7 columns \({names}\); name two of them with `eigenvalues`"):
        read_spectrum(path)
    assert main(["curve", "--spectrum", str(path), "--time", "1"]) == 2
    said = capsys.readouterr().err
    assert f"({names}); name two of them with --eigenvalues and --coefficients" in said and said.count("\n") == 1
    assert (
        main(["curve", "--spectrum", str(path), "--time", "1", "--eigenvalues", "mu", "--coefficients", "power"]) == 0
    )
    capsys.readouterr()
    assert main(["curve", "--spectrum", str(path), "--eigenvalues", "lambda", "--coefficients", "power"]) == 2
    assert "must have one column lambda; it has 7 columns" in capsys.readouterr().err


def test_a_table_without_names_is_read_by_its_two_columns(tmp_path):
    for path, save_table in ((tmp_path / "a.npy", np.save), (tmp_path / "a.npz", np.savez)):
        save_table(path, np.stack([MU, POWER], axis=1))
        assert read_spectrum(path).weights.tolist() == POWER.tolist()
    np.savetxt(tmp_path / "a.txt", np.stack([MU, POWER, MU], axis=1), header="power mu eigenvalue")
    assert read_spectrum(tmp_path / "a.txt", coefficients="power").weights.tolist() == MU.tolist()


def test_two_arrays_of_unknown_names_are_not_told_apart_by_their_order(tmp_path):
    np.savez(tmp_path / "a.npz", w=POWER, l=MU)
    with pytest.raises(InputError, match=r"2 columns \(w, l\)"):
        read_spectrum(tmp_path / "a.npz")
    assert read_spectrum(tmp_path / "a.npz", "l", "w").weights.tolist() == POWER.tolist()


def refused(path, fault):
    with pytest.raises(InputError, match=fault) as caught:
        read_spectrum(path)
    assert len(str(caught.value)) < 400 and "\n" not in str(caught.value)


def test_files_that_are_not_what_their_ending_says_are_refused(tmp_path):
    for ending in (".npy", ".npz", ".parquet"):
        path = tmp_path / f"junk{ending}"
        for junk in (b"", b"1 2\n3 4\n", bytes(range(256)), b"\x93NUMPY\x01\x00", b"PK\x03\x04" + b"\0" * 50):
            path.write_bytes(junk)
            refused(path, "could not be read")
        refused(tmp_path / f"none{ending}", "readable file")


def test_arrays_that_hold_no_spectrum_are_refused(tmp_path):
    for array, fault in (
        (MU, r"shape \(3,\)"),
        (np.eye(4), "a kernel"),
        (np.array([[1, {}]], dtype=object), "could not be read"),
        (np.array([["a", "b"]] * 3), "real numbers"),
        (np.ones((3, 2)) * 1j, "real numbers"),
        (np.array([[1, 2], [3, np.nan], [4, 5]]), "row 2 .*column 2: must be a finite number; got nan"),
        (np.array([[1, 2], [-3, 1], [4, 5]]), r"row 2 .*column 1: an eigenvalue must be positive.*got -3"),
    ):
        np.save(tmp_path / "a.npy", array)
        refused(tmp_path / "a.npy", fault)
    np.savez(tmp_path / "a.npz", eigenvalue=MU, squared_coefficient=POWER[:2])
    refused(tmp_path / "a.npz", "has 3 and 2")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(errors, "import_module", missing)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    refused(tmp_path / "a.parquet", r"needs pyarrow, which could not be imported; try pip install .*\[parquet\]")


def test_a_spectrum_comes_from_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("1 0.5\n0.25 2\n"))
    assert main(["curve", "--spectrum", "-", "--time", "1"]) == 0
    assert "measured spectrum" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO("1 0.5\nx 2\n"))
    assert main(["curve", "--spectrum", "-", "--time", "1"]) == 2
    assert "line 2 of standard input" in capsys.readouterr().err


def test_names_of_columns_need_a_file():
    with pytest.raises(InputError, match="names a column of `file`"):
        Model("3/2", "1/2", eigenvalues="mu")
