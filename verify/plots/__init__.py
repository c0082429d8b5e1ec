"""Pictures: of what is derived, and of what is measured beside it.

``phases`` draws phase diagrams, ``figures`` the paper's figures of exponents and of the loss.  Both write in the hand
of ``style`` and leave it to ``files`` to save.  Matplotlib is imported by
``needs`` alone, when something is drawn.
"""

from .figures import plot_figure
from .phase_diagram import Panel, plot_phases

__all__ = ["Panel", "plot_figure", "plot_phases"]
