"""Pictures of what is derived: phase diagrams, as a paper would print them.

From a diagram to a picture: ``plane`` makes it into functions of coordinates, ``window`` chooses what is shown,
``curves`` traces the boundaries, ``formulas`` and ``text`` write, ``placement`` and ``labels`` find room for what is
written, ``layout`` gathers it, ``drawing`` draws and ``files`` saves.
"""

from .files import plot_phases
from .layout import Panel

__all__ = ["Panel", "plot_phases"]
