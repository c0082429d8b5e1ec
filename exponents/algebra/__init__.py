"""Exact algebra over the plane of parameters: from polynomials to regions on which a statement holds."""
