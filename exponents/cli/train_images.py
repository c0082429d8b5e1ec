"""Which images do networks train on, and which exponent does the kernel of a network predict for them?"""

from __future__ import annotations

from pathlib import Path

from .train_problem import KERNEL_SAMPLES, Problem, predict_from_kernel


def read_images(name: str, folder: str | None, width: int, depth: int, richness: float, seed: int) -> Problem:
    """Return a task of images, with the exponents that the network of the first seed predicts before it is trained.

    Parameters
    ----------
    name : str
        One of `IMAGES`.
    folder : str or None
        With the files of a data set.
    width, depth : int
    richness : float
    seed : int

    Raises
    ------
    InputError
        If the network cannot be used, a file is missing, or what trains is not installed.

    Examples
    --------
    >>> read_images("mnist", "nowhere", 8, 3, 1.0, 0)
    Traceback (most recent call last):
    exponents.errors.InputError: the task mnist needs a folder with its files; there is no folder nowhere; ...
    """
    from verify.networks.convolutional import Convolutional
    from verify.networks.image_folders import folder_task
    from verify.networks.image_tasks import digits_task
    from verify.networks.network import start_kernel

    network = Convolutional(width, depth, richness)
    task = digits_task() if folder is None else folder_task(name, Path(folder))
    assert task.answers is not None
    targets = task.answers[:KERNEL_SAMPLES].astype(float)
    kernel = start_kernel(network, task.held_out[:KERNEL_SAMPLES], seed)
    return predict_from_kernel(network, task, {"task": name}, kernel, targets - targets.mean(axis=0))
