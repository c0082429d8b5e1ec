"""How are the images of a data set read from a folder?  MNIST, CIFAR-10 and CIFAR-5M, as they are published.

* ``mnist``: four files in IDX format, such as ``train-images-idx3-ubyte``, with or without ``.gz``.  A file has a magic
  number, its dimensions as big-endian integers, and bytes.
* ``cifar10``: ``data_batch_1.bin`` to ``data_batch_5.bin`` and ``test_batch.bin``.  A row of 3,073 bytes has a
  label, and 32 x 32 pixels of red, then of green, then of blue.
* ``cifar5m``: files ``*.npz`` with arrays X, of shape (images, 32, 32, 3), and Y.  They are read in the order of their
  names until there are `MOST_IMAGES`; a tenth of these, at the end, is held out.

Images stay bytes until a batch is drawn.  `Scaling` subtracts the mean image and makes the mean square of pixels 1.
Nothing is downloaded, and nothing in a file is executed.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError
from exponents.names import require
from exponents.rationals import abbreviate

from ..inputs import to_path
from .image_tasks import images_task, label_columns
from .online_tasks import Task

Bytes = NDArray[np.uint8]
Labelled = tuple[Bytes, Bytes]

IDX = {"images": (0x803, 4), "labels": (0x801, 2)}
"""Magic numbers, and how many integers of four bytes stand before the data."""

SIDE, COLOURS = 32, 3
"""Of images of CIFAR."""

MOST_IMAGES = 10**6
"""Images that are read: 3 GB for those of CIFAR."""

HELD_OUT = 4000
"""Images on which the loss is measured, at most."""

AVERAGED = 50_000
"""Images of which the mean is taken."""


@dataclass(frozen=True, eq=False)
class Scaling:
    """Makes numbers of images that are bytes: less the mean image, over a size.

    Attributes
    ----------
    mean : array of shape (height, width, colours)
    size : float

    Examples
    --------
    >>> Scaling(np.array(2.0), 4.0)(None, np.array([10], np.uint8)).tolist()
    [2.0]
    """

    mean: Any
    size: float

    def __call__(self, key: object, images: Any) -> Any:  # noqa: ARG002
        """Return the numbers of a batch; the key is not used."""
        return (images.astype(np.float32) - self.mean) / self.size


def folder_task(name: str, folder: str | Path) -> Task:
    """Return the task of a data set.

    Parameters
    ----------
    name : str
        One of `READERS`.
    folder : str or Path
        That has its files.

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If the name is unknown, the folder lacks a file, or a file has another format.

    Examples
    --------
    >>> folder_task("mnist", Path("nowhere"))
    Traceback (most recent call last):
    exponents.errors.InputError: the task mnist needs a folder with its files; there is no folder nowhere; ...
    """
    require(name, READERS, "the data set")
    folder = to_path(folder, "the folder of a data set")
    if not folder.is_dir():
        raise InputError(
            f"the task {name} needs a folder with its files; there is no folder {abbreviate(str(folder))}; "
            f"download them, and give --data FOLDER"
        )
    (images, labels), (test, answers) = READERS[name](folder)
    classes = np.unique(labels)
    if not (len(labels) and len(answers) and len(classes) > 1 and set(np.unique(answers)) <= set(classes)):
        raise InputError(f"the files of {name} must have images of at least two classes, the same in both parts")
    few = images[:AVERAGED].astype(np.float32)
    mean = few.mean(axis=0)
    scaling = Scaling(mean, float(np.sqrt(((few - mean) ** 2).mean())) or 1.0)
    columns = label_columns(classes)[np.searchsorted(classes, np.concatenate([labels, answers[:HELD_OUT]]))]
    train = images, columns[: len(labels)]
    return images_task(name, train, (scaling(None, test[:HELD_OUT]), columns[len(labels) :]), distort=scaling)


def _read_mnist(folder: Path) -> tuple[Labelled, Labelled]:
    """Return images and labels, to train on and held out."""
    train, test = ((_read_idx(folder, part, "images"), _read_idx(folder, part, "labels")) for part in ("train", "t10k"))
    for images, labels in (train, test):
        if len(images) != len(labels):
            raise InputError(f"each image of mnist needs a label; got {len(images)} images and {len(labels)} labels")
    return (train[0][..., None], train[1]), (test[0][..., None], test[1])


def _read_idx(folder: Path, part: str, kind: str) -> Bytes:
    """Return the array in a file of IDX format."""
    magic, integers = IDX[kind]
    name = f"{part}-{kind}-idx{integers - 1}-ubyte"
    path = _find_file(folder, (name, f"{name}.gz", f"{part}-{kind}.idx{integers - 1}-ubyte"))
    held = _read_bytes(path)
    head = np.frombuffer(held[: 4 * integers], ">u4").astype(int) if len(held) >= 4 * integers else np.zeros(1, int)
    shape = head[1:]
    if head[0] != magic or len(held) - 4 * integers != shape.prod(dtype=object):
        raise InputError(
            f"{abbreviate(path.name)} must be an IDX file of {kind}, with the magic number {magic} and as many bytes "
            f"as it says; got {len(held)} bytes that begin with {head[0]}; download it again"
        )
    return np.frombuffer(held[4 * integers :], np.uint8).reshape(shape)


def _read_cifar10(folder: Path) -> tuple[Labelled, Labelled]:
    """Return images and labels, to train on and held out."""
    row = 1 + SIDE**2 * COLOURS

    def read(name: str) -> Bytes:
        held = np.frombuffer(_read_bytes(_find_file(folder, (name, f"cifar-10-batches-bin/{name}"))), np.uint8)
        if not len(held) or len(held) % row:
            raise InputError(f"{name} must have rows of {row} bytes; got {len(held)} bytes; download it again")
        return held.reshape(-1, row)

    rows = np.concatenate([read(f"data_batch_{number}.bin") for number in range(1, 6)]), read("test_batch.bin")
    train, test = ((part[:, 1:].reshape(-1, COLOURS, SIDE, SIDE).transpose(0, 2, 3, 1), part[:, 0]) for part in rows)
    return train, test


def _read_cifar5m(folder: Path) -> tuple[Labelled, Labelled]:
    """Return images and labels, to train on and held out."""
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise _missing(folder, "any file *.npz with arrays X and Y")
    parts: list[Labelled] = []
    for path in paths:
        try:
            with np.load(path, allow_pickle=False) as held:
                images, labels = held["X"], held["Y"]
        except Exception as error:  # damaged files raise many kinds
            reason = abbreviate(str(error).partition("\n")[0])
            raise InputError(f"{abbreviate(path.name)} must be NPZ with arrays X and Y; got {reason}") from error
        if (
            images.dtype != np.uint8
            or images.ndim != 4
            or labels.shape != images.shape[:1]
            or labels.dtype.kind not in "iu"
        ):
            raise InputError(
                f"{abbreviate(path.name)} must have X of bytes, of shape (images, 32, 32, 3), and labels in Y; "
                f"got {images.dtype} of shape {images.shape} and {labels.dtype} of shape {labels.shape}"
            )
        parts.append((images, labels.astype(np.uint8)))
        if sum(len(one) for _, one in parts) >= MOST_IMAGES:
            break
    if len({images.shape[1:] for images, _ in parts}) > 1:
        raise InputError("all files of cifar5m must have images of one size; got several")
    images, labels = (np.concatenate(arrays)[:MOST_IMAGES] for arrays in zip(*parts, strict=True))
    cut = len(labels) - max(1, len(labels) // 10)
    return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])


READERS = {"mnist": _read_mnist, "cifar10": _read_cifar10, "cifar5m": _read_cifar5m}
"""The data sets, and what reads each."""


def _find_file(folder: Path, names: tuple[str, ...]) -> Path:
    """Return the first of some files that is there."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise _missing(folder, names[0])


def _missing(folder: Path, what: str) -> InputError:
    return InputError(
        f"the folder {abbreviate(str(folder))} must have {what}; it has not; download the data set, and give its folder"
    )


def _read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, unpacked."""
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{abbreviate(path.name)} must be a file that can be read; {abbreviate(str(error))}"
        ) from error
