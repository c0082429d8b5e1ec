"""Which pictures are there?  Phase diagrams of derived exponents, loss curves, and the paper's figures.

`phase_diagram` draws phase diagrams, `drawn_curves` loss curves, `drawn_fits` fits, and `figures` the paper's figures,
with measured points.  All draw on Axes of Matplotlib and return them, and take fonts and sizes from rcParams; `style`
has those of the command.  `files` writes pictures, `drawn_data` what they show.  Matplotlib is imported when something
is drawn.
"""

from .drawn_curves import plot_curves
from .drawn_data import check_data_file, read_drawing, write_data
from .drawn_fits import plot_law_fit, plot_spectrum_fit
from .figures import FIGURES, plot_figure, read_choice
from .files import check_picture, save_picture
from .phase_diagram import Panel, plot_phases
from .style import STYLE, label_axes, set_ranges, use_style

__all__ = [
    "FIGURES",
    "STYLE",
    "Panel",
    "check_data_file",
    "check_picture",
    "label_axes",
    "plot_curves",
    "plot_figure",
    "plot_law_fit",
    "plot_phases",
    "plot_spectrum_fit",
    "read_choice",
    "read_drawing",
    "save_picture",
    "set_ranges",
    "use_style",
    "write_data",
]
