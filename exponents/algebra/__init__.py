"""Exact algebra over the plane of parameters: from polynomials to regions on which a statement holds.

Read `parametric` (exponents at a point), `polynomials` and `real_roots` (exact arithmetic), `elimination` (where curves
meet), `branch_order` and `cells` (the plane cut by curves), `partition` (decisions at samples that hold on whole
parts), then `boundaries` and `regions` (parts written as inequalities).  From three parameters on `line_sweep` and
`covering` divide it, `smt` helps out, and `covered_regions` writes the parts; `box` decides signs by coefficients.  On
these rest `piecewise` (normal forms), `rewriting` (other parameters) and `intervals` (one of them).
`work_limit` stops a problem that would take too long.
"""
