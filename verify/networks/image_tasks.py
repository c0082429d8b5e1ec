"""Which images do networks learn?  Handwritten digits under random affine maps, or a data set in a folder of yours.

The digits are the 1,797 images of 8 x 8 pixels that scikit-learn ships.  A sample of the stream is one of them, chosen
at random, rotated, scaled and shifted at random (`AffineMaps`), less the mean image of the stream.  No sample comes
twice, so that a loss on fresh samples is that on the population.

Targets are one-hot labels, less the mean of each column: the loss starts at 0.9 for ten classes of equal size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from exponents.errors import import_extra
from exponents.names import require_type

from ..arrays import Reals
from .network import import_jax
from .online_tasks import Task, check_network_seeds

HELD_OUT = 2000
"""Fresh samples on which the loss is measured."""

AVERAGED = 4000
"""Samples of which the mean image is taken."""


@dataclass(frozen=True, eq=False)
class AffineMaps:
    """Random rotations, scales and shifts of images, by linear interpolation between pixels; zero outside.

    Attributes
    ----------
    angle : float
        Largest rotation, in degrees, in both directions.
    scale : float
        Sizes lie between 1 - scale and 1 + scale.
    shift : float
        Largest shift, in pixels, in both directions.
    mean : array of shape (height, width, colours), or 0
        What is subtracted.

    Examples
    --------
    >>> import jax
    >>> images = np.ones((2, 8, 8, 1), np.float32)
    >>> AffineMaps(0, 0, 0)(jax.random.key(0), images).tolist() == images.tolist()
    True
    """

    angle: float = 10.0
    scale: float = 0.1
    shift: float = 0.5
    mean: Any = 0.0

    def __call__(self, key: Any, images: Any) -> Any:
        """Return images that are moved at random, from a key of JAX."""
        random, numpy = import_jax("jax.random"), import_jax("jax.numpy")
        turn, size, across = random.split(key, 3)
        count = len(images)
        angles = random.uniform(turn, (count,), minval=-1, maxval=1) * self.angle * np.pi / 180
        scales = 1 + random.uniform(size, (count,), minval=-1, maxval=1) * self.scale
        shifts = random.uniform(across, (count, 2), minval=-1, maxval=1) * self.shift
        cosine, sine = numpy.cos(angles) / scales, numpy.sin(angles) / scales
        inverse = numpy.stack([numpy.stack([cosine, sine], -1), numpy.stack([-sine, cosine], -1)], 1)
        return move_images(images, inverse, shifts) - self.mean


def move_images(images: Any, inverse: Any, shifts: Any) -> Any:
    """Return images under affine maps about their centre.

    The pixel at place p, counted from the centre, is that of the image at A^-1 (p - shift), interpolated linearly.

    Parameters
    ----------
    images : array of shape (samples, height, width, colours)
    inverse : array of shape (samples, 2, 2)
        A^-1 of each map.
    shifts : array of shape (samples, 2)

    Returns
    -------
    array of shape (samples, height, width, colours)

    Examples
    --------
    >>> image = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> move_images(image, np.eye(2)[None], np.array([[1.0, 0.0]]))[0, :, :, 0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    """
    numpy = import_jax("jax.numpy")
    _, height, width, colours = images.shape
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    places = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), -1).reshape(-1, 2) - centre
    sources = numpy.einsum("nij,npj->npi", inverse, places[None] - shifts[:, None]) + centre
    rows, columns = (
        numpy.maximum(1 - abs(sources[..., axis, None] - np.arange(side)), 0)
        for axis, side in enumerate((height, width))
    )
    along = numpy.einsum("npr,nrcx->npcx", rows, images)  # interpolated between rows, then between columns
    return numpy.einsum("npc,npcx->npx", columns, along).reshape(-1, height, width, colours)


def digits_task(seed: int = 0, maps: AffineMaps | None = None) -> Task:
    """Return the endless stream of digits.

    Parameters
    ----------
    seed : int
        Of the samples that are held out.
    maps : AffineMaps, optional
        Their ``mean`` is replaced by that of the stream.

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If the seed or the maps cannot be used, or scikit-learn or JAX is not installed.

    Examples
    --------
    >>> task = digits_task()
    >>> task.inputs.shape, task.held_out.shape, round(task.measure(np.zeros((len(task.held_out), 10))), 2)
    ((1797, 8, 8, 1), (2000, 8, 8, 1), 0.9)
    """
    check_network_seeds([seed])
    if maps is not None:
        require_type(maps, AffineMaps, "what is done to the images", "make one with AffineMaps()")
    datasets = import_extra("sklearn.datasets", extra="networks", purpose="the task digits")
    images, labels = datasets.load_digits(return_X_y=True)
    jax = import_jax("jax")
    pixels = images.reshape(-1, 8, 8, 1).astype(np.float32)
    pixels /= np.sqrt((pixels**2).mean())
    given = maps or AffineMaps()
    keys = jax.random.split(jax.random.key(seed), 4)

    def draw(places_key: Any, maps_key: Any, count: int, moved: AffineMaps) -> tuple[Any, Any]:
        places = np.asarray(jax.random.randint(places_key, (count,), 0, len(pixels)))
        return places, np.asarray(jax.jit(moved)(maps_key, pixels[places]))

    mean = draw(keys[0], keys[1], AVERAGED, given)[1].mean(axis=0)
    stream = AffineMaps(given.angle, given.scale, given.shift, mean)
    places, held_out = draw(keys[2], keys[3], HELD_OUT, stream)
    targets = label_columns(labels)
    return images_task("digits", (pixels, targets), (held_out, targets[places]), fresh=True, distort=stream)


def images_task(
    name: str,
    train: tuple[Any, Any],
    held_out: tuple[Any, Any],
    fresh: bool = False,
    distort: Callable[[Any, Any], Any] | None = None,
) -> Task:
    """Return the task of images with targets, of shape (samples, classes), and others that are held out.

    Examples
    --------
    >>> both = np.ones((4, 2, 2, 1)), label_columns([0, 1, 0, 1])
    >>> images_task("pairs", both, both).measure(np.zeros((4, 2)))
    0.5
    """
    answers = held_out[1].astype(float)
    return Task(name, *train, held_out[0], lambda f: mean_square_error(f, answers), fresh, distort, answers=answers)


def label_columns(labels: Any) -> np.ndarray:
    """Return a column for each class, 1 for its samples and 0 elsewhere, less the mean of the column.

    >>> label_columns([0, 1, 0, 0]).tolist()
    [[0.25, -0.25], [-0.75, 0.75], [0.25, -0.25], [0.25, -0.25]]
    """
    given = np.asarray(labels)
    columns = (given[:, None] == np.unique(given)).astype(float)
    return (columns - columns.mean(axis=0)).astype(np.float32)


def mean_square_error(outputs: Reals, truth: Reals) -> float:
    """Return the mean over samples of |y - f|^2.

    >>> mean_square_error(np.zeros((2, 2)), np.array([[1.0, 1.0], [0.0, 0.0]]))
    1.0
    """
    return float(((outputs - truth) ** 2).sum(axis=1).mean())
