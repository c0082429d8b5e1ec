"""Which pictures are there?  Phase diagrams of derived exponents, and the paper's figures with measured points.

`phase_diagram` draws phase diagrams, `figures` the paper's figures of exponents and of the loss.  Both take colours and
fonts from `style`, and write files by `files`.  Matplotlib is imported by `style.import_matplotlib` alone, when
something is drawn.
"""

from .figures import FIGURES, plot_figure
from .phase_diagram import Panel, draw_phases, plot_phases

__all__ = ["FIGURES", "Panel", "draw_phases", "plot_figure", "plot_phases"]
