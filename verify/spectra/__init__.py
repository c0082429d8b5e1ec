"""On which spectrum does a model learn?

`spectrum` is the type; `spectrum_file` reads one, from text (`file_columns`) or arrays (`array_files`); `quadrature`
has Gauss rules that replace many modes by few nodes, and `few_nodes` says how few are enough.  `power_law` is the
spectrum of the limit N = infinity.  `random_features` returns what N features learn on: the mean field over draws, one
draw, or the limit; `floor` is what they cannot learn, and `finite_size` what the mean over lazy models adds to the mean
field.

Behind the mean field stand, on modes k = 1, 2, ...: `mode_nodes` (few nodes for sums over modes) and
`discrete_equivalent` (its spectrum, band by band); on the continuum, for N features on P samples: `contour`
(integrals off the real axis), `continuum_equivalent` (the sums over modes) and `continuum_density` (the spectrum).
"""
