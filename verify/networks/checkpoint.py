"""How does training go on after an interruption?  From one file, which always holds a whole state.

The file is written whole or not at all.  It holds the settings, the losses of every seed that is
finished, and the weights of the one that is not.  A file of other settings is refused, and nothing in it is executed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.files.whole_files import write_whole
from exponents.rationals import abbreviate

from ..arrays import Reals


@dataclass
class Checkpoint:
    """The state of an ensemble in training.

    Attributes
    ----------
    path : Path or None
        None keeps nothing.
    settings : mapping of str to number or text
    finished : dict of int to array of shape (times,)
        Losses of each seed that is finished.
    seed : int
        The seed in training; -1 for none.
    losses : list of float
        Its losses so far.
    weights : list of arrays

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "state.npz")
    ...     Checkpoint(path, {"width": 8}, {0: np.ones(2)}).save()
    ...     open_checkpoint(path, {"width": 8}).finished
    ...     open_checkpoint(path, {"width": 16})
    Traceback (most recent call last):
    exponents.errors.InputError: state.npz holds training with width = 8; got width = 16; give another file
    """

    path: Path | None
    settings: Mapping[str, Any]
    finished: dict[int, Reals] = field(default_factory=dict)
    seed: int = -1
    losses: list[float] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    steps: int = 0

    def save(self) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        if self.path is None:
            return
        arrays: dict[str, Any] = {f"seed{seed}": losses for seed, losses in self.finished.items()}
        arrays |= {f"weights{place}": np.asarray(layer) for place, layer in enumerate(self.weights)}
        state = {"settings": self.settings, "seed": self.seed, "steps": self.steps, "layers": len(self.weights)}
        text = np.frombuffer(json.dumps(state).encode(), np.uint8)
        stream = BytesIO()
        np.savez(stream, state=text, losses=np.array(self.losses), **arrays)
        write_whole(self.path, stream.getvalue(), "training that goes on later")

    def finish(self, seed: int, losses: list[float]) -> None:
        """Count a seed as finished; none is in training then."""
        self.finished[seed] = np.array(losses)
        self.seed, self.losses, self.weights, self.steps = -1, [], [], 0


def open_checkpoint(path: Path | None, settings: Mapping[str, Any]) -> Checkpoint:
    """Return the state in a file, or a new one if there is no file.

    Parameters
    ----------
    path : Path or None
    settings : mapping of str to number or text
        Everything that the losses depend on, seeds aside.

    Raises
    ------
    InputError
        If the file cannot be read, or holds training with other settings.

    Examples
    --------
    >>> open_checkpoint(None, {"width": 8}).finished
    {}
    """
    new = Checkpoint(path, settings)
    if path is None or not path.exists():
        new.save()  # tries the place before anything is computed
        return new
    name = abbreviate(path.name)
    try:
        with np.load(path, allow_pickle=False) as held:
            state = json.loads(bytes(held["state"]).decode())
            finished = {int(key[4:]): held[key] for key in held.files if key.startswith("seed")}
            weights = [held[f"weights{place}"] for place in range(state["layers"])]
            losses, there = held["losses"].tolist(), dict(state["settings"])
            found = Checkpoint(path, settings, finished, state["seed"], losses, weights, state["steps"])
    except Exception as error:  # damaged files raise many kinds
        reason = abbreviate(str(error).partition("\n")[0])
        raise InputError(f"{name} must hold training to go on with; it could not be read ({reason})") from error
    for key, value in settings.items():
        if there.get(key) != value:
            raise InputError(
                f"{name} holds training with {key} = {there.get(key)}; got {key} = {value}; give another file"
            )
    return found
